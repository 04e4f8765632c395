/**
 * Flushes telemetry when the process has nothing more to do, and then lets it end as it would have.
 *
 * Node emits 'beforeExit' whenever the event loop runs empty, also after a flush. The application must see the event as often as
 * without this package: the emission that begins a flush is kept from it, and the one after the flush is its own. Calls that
 * it makes then are flushed in the same way. Nothing here exits: what the flush left behind is let go of.
 */
import { watchHandles } from './handles.ts';

type Emit = (this: unknown, event: string | symbol, ...values: unknown[]) => boolean;

/**
 * Calls `flush` at each natural end, for `deadline` milliseconds in all. It returns `undefined` when there is nothing to wait
 * for.
 */
export function flushAtNaturalEnd(flush: () => Promise<unknown> | undefined, deadline: number): void {
  let state: 'running' | 'flushing' | 'flushed' = 'running';
  let left = deadline;

  /** Whether a flush began. */
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
      // The event must come again, also when the flush took no turn of the event loop.
      setImmediate(() => {});
    };
    // The only handle of this package that keeps the process.
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
        // The application's event matters more than a flush.
      }
      state = 'running';
    }
    return Reflect.apply(emit, this, [event, ...values]);
  };
  (process as unknown as { emit: Emit }).emit = withhold;
}
