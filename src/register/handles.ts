/** Unreferences the handles with which a flush that takes too long would keep the process alive: sockets, timers, connection attempts. */
import { createHook } from 'node:async_hooks';
import { Socket } from 'node:net';

interface Handle {
  hasRef?(): boolean;
  unref?(): unknown;
}

/** Node's list of handles that keep the process alive. It is undocumented, but has always existed. */
const active = (process as unknown as { _getActiveHandles?(): Handle[] })._getActiveHandles;

/**
 * Watches new handles that keep the process alive. Call it when no handle does, so that all new ones belong to the flush. Then call
 * either `release` to unreference them, or `stop` to end the watch.
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
      // A connection attempt, or a write that is never read, keeps the process alive even if its socket is unreferenced.
      if (handle instanceof Socket && (handle.connecting || handle.writableLength > 0)) handle.destroy();
      else handle.unref?.();
    }
  };
  return {
    release() {
      release();
      // A retry is scheduled immediately after an attempt failed.
      setImmediate(() => {
        release();
        hook.disable();
      });
    },
    stop: () => void hook.disable(),
  };
}
