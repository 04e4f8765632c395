/** Whether this process or thread uses the Claude SDK: it loaded the SDK, or created a client. Many processes that register only start other processes. */
import { getProcessWide, setProcessWide } from './ports/process-wide.ts';

const FIRST_USE = Symbol.for('anthropic-otel.first-use');

interface FirstUse {
  /** Unix time in seconds; `undefined` before. */
  time: number | undefined;
  readonly listeners: Array<() => void>;
}

function firstUse(): FirstUse {
  let known = getProcessWide(FIRST_USE) as FirstUse | undefined;
  if (!known) {
    known = { time: undefined, listeners: [] };
    setProcessWide(FIRST_USE, known);
  }
  return known;
}

/** Marks the SDK as used from now on. Only the first call counts. */
export function markUsed(): void {
  const use = firstUse();
  if (use.time !== undefined) return;
  use.time = Date.now() / 1000;
  for (const listener of use.listeners.splice(0)) listener();
}

/** Calls `listener` at the first use, or at once if the SDK is already in use. */
export function onFirstUse(listener: () => void): void {
  const use = firstUse();
  if (use.time === undefined) use.listeners.push(listener);
  else listener();
}

/** When the SDK was first used, as a Unix time in seconds. `undefined`: not yet. */
export function firstUseTime(): number | undefined {
  return firstUse().time;
}
