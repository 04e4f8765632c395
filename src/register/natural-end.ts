/**
 * Flushes telemetry when the process has no more work, and then lets it end as it would have without this package.
 *
 * Node emits 'beforeExit' whenever the event loop becomes empty, including after a flush. The application must see the event as often
 * as without this package. So the emission that starts a flush is hidden from it, and it gets the one after the flush. Calls that the
 * application makes then are flushed in the same way. Nothing here exits the process; handles that remain after the flush are
 * unreferenced.
 */
import { watchHandles } from './handles.ts';

type Emit = (this: unknown, event: string | symbol, ...values: unknown[]) => boolean;

/**
 * Calls `flush` each time the process has no more work, for at most `deadline` milliseconds in total. `flush` returns `undefined` if
 * nothing needs to be awaited.
 */
export function flushAtNaturalEnd(flush: () => Promise<unknown> | undefined, deadline: number): void {
  let state: 'running' | 'flushing' | 'flushed' = 'running';
  let left = deadline;

  /** Starts a flush. Returns whether there is one. */
  const begin = (): boolean => {
    if (left <= 0) return false;
    const started = performance.now();
    const handles = watchHandles();
    const work = flush();
    if (!work) {
      handles.stop();
      return false;
    }
    state = 'flushing';
    let over = false;
    const end = (late: boolean): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      left = late ? 0 : left - (performance.now() - started);
      if (late) handles.release();
      else handles.stop();
      state = 'flushed';
      // The event must be emitted again, even if the flush took no turn of the event loop.
      setImmediate(() => {});
    };
    // The only handle of this package that keeps the process alive.
    const timer = setTimeout(end, left, true);
    const done = (): void => end(false);
    work.then(done, done);
    return true;
  };

  const { emit } = process as unknown as { emit: Emit };
  const withhold: Emit = function (event, ...values) {
    if (event === 'beforeExit') {
      try {
        if (state === 'flushing' || (state === 'running' && begin())) return true;
      } catch {
        // A failing flush must not suppress the application's event.
      }
      state = 'running';
    }
    return Reflect.apply(emit, this, [event, ...values]);
  };
  (process as unknown as { emit: Emit }).emit = withhold;
}
