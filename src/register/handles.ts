/** Unreferences what a flush that takes too long would keep the process alive with: sockets, timers, attempts to connect. */
import { createHook } from 'node:async_hooks';
import { Socket } from 'node:net';

interface Handle {
  hasRef?(): boolean;
  unref?(): unknown;
}

/** Node's list of what keeps the process. Not in its documentation, and there since its beginnings. */
const active = (process as unknown as { _getActiveHandles?(): Handle[] })._getActiveHandles;

/**
 * Watches what comes to keep the process from now on. To be called when nothing keeps it: what comes then is the flush's.
 * Either `release` lets go of it, or `stop` ends the watch.
 */
export function watchHandles(): { release(): void; stop(): void } {
  const before = new Set(active?.call(process));
  const timers = new Set<Handle>();
  const hook = createHook({
    init(_id, type, _trigger, resource) {
      if (type === 'Timeout') timers.add(resource as Handle);
    },
  }).enable();
  const release = (): void => {
    for (const timer of timers) timer.unref?.();
    timers.clear();
    for (const handle of active?.call(process) ?? []) {
      if (before.has(handle)) continue;
      // An attempt to connect, and a write that is never read, keep the process also when their socket does not.
      if (handle instanceof Socket && (handle.connecting || handle.writableLength > 0)) handle.destroy();
      else handle.unref?.();
    }
  };
  return {
    release() {
      release();
      // A retry is scheduled as soon as an attempt has failed.
      setImmediate(() => {
        release();
        hook.disable();
      });
    },
    stop: () => void hook.disable(),
  };
}
