/**
 * Detection: what the gauges for rules take per call, and when metrics are collected. Microseconds of CPU per call and milliseconds per collection, the least of
 * several rounds, because everything else on the machine only adds.
 */
import { Call, type CallListener } from '../src/model/call.ts';
import type { CallSeries } from '../src/signals/metrics/call-series.ts';
import { Detection } from '../src/signals/metrics/detection.ts';
import { LabelValues } from '../src/signals/metrics/label-values.ts';
import { SeriesIndex } from '../src/signals/metrics/series-index.ts';
import { machine } from './statistics.ts';

const ROUNDS = 30;
const CALLS = 20_000;
const OPEN_CALLS = 10_000;
const MODELS = 100;

const index = new SeriesIndex(new LabelValues());
const open = new Map<Call, CallSeries>();
const detection = new Detection(open);
const listener: CallListener = {};
const now = (): number => performance.now();
const newCall = (n: number): Call =>
  new Call(
    {
      method: 'messages.create',
      operation: 'chat',
      provider: 'anthropic',
      route: '/v1/messages',
      model: `model-${n % MODELS}`,
      stream: false,
    },
    listener,
    undefined,
    now,
  );

/** The callbacks of the gauges, as the meter of an application keeps them. */
const callbacks: ((result: { observe(value: number): void }) => void)[] = [];
const instrument = { addCallback: (callback: (typeof callbacks)[number]) => void callbacks.push(callback) };
detection.observeWith(new Proxy({}, { get: () => instrument }) as never);

const calls = Array.from({ length: CALLS }, (_, n) => {
  const call = newCall(n);
  const attempt = call.beginAttempt('POST', 'https://api.anthropic.com/v1/messages');
  call.acceptAttempt(attempt, { status: 200, rateLimits: [] });
  const end = { outcome: 'ok', usage: { input: 10, output: 20 } } as const;
  call.end(end);
  return { call, attempt, end, series: index.of(call) };
});

const perCall = least(() => {
  for (const { call, attempt, end, series } of calls) {
    const { model, route } = series.labels;
    open.set(call, series);
    detection.accepted(route);
    detection.serverErrors(route, 'ends');
    detection.attemptEnded(attempt, model);
    open.delete(call);
    detection.callEnded(call, model, end);
    detection.costAdded(0.01, series);
  }
});
for (let n = 0; n < OPEN_CALLS; n++) {
  const call = newCall(n);
  open.set(call, index.of(call));
}
let observed = 0;
const result = { observe: () => void observed++ };
const perCollection = least(() => {
  observed = 0;
  for (const callback of callbacks) callback(result);
});

const microseconds = (perCall / CALLS) * 1000;
if (process.argv.includes('--json')) {
  console.log(
    JSON.stringify({ machine: machine(), perCallMicroseconds: microseconds, perCollectionMs: perCollection }),
  );
} else {
  console.log(machine());
  console.log(`${microseconds.toFixed(2)} µs per call`);
  console.log(
    `${perCollection.toFixed(2)} ms per collection, with ${OPEN_CALLS.toLocaleString('en')} open calls of ${MODELS} models and ${observed} series`,
  );
}

/** The least CPU time of `step`, in milliseconds. */
function least(step: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    step();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}
