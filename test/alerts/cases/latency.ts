/** Cases of the alerts on slowness. Durations are exact: calls fall into known parts of a histogram. */
import { type AlertCase, type Check, firing, MODEL, OF_MODEL, VARS } from '../support/case.ts';
import { accumulates, type ProcessSpec, type ValueAt, world } from '../support/world.ts';

const HOUR = 3600;
const MINUTE = 60;
const STEP = MINUTE;
const LE = [0.32, 0.64, 1.28, 2.56, 5.12, 10.24, Infinity];

/** What ends between two scrapes: how many calls of which duration, in seconds. */
type Traffic = (time: number) => readonly (readonly [count: number, duration: number])[];

/** A histogram, as the path of the metrics names it. */
function histogram(name: string, labels: string, traffic: Traffic): Record<string, ValueAt> {
  const of = (matches: (duration: number) => boolean) =>
    accumulates(STEP, (time) =>
      traffic(time).reduce((total, [count, duration]) => total + (matches(duration) ? count : 0), 0),
    );
  const buckets = LE.map((le) => [
    `${name}_bucket{${labels},le="${le === Infinity ? '+Inf' : le}"}`,
    of((duration) => duration <= le),
  ]);
  return Object.fromEntries([...buckets, [`${name}_count{${labels}}`, of(() => true)]]);
}

/** One alert on slowness: its metric on both paths, and its text. */
interface Subject {
  readonly alert: string;
  readonly scraped: string;
  readonly pushed: string;
  readonly summary: string;
  readonly panel: string;
  readonly what: string;
  readonly how: string;
}

const CALLS: Subject = {
  alert: 'AnthropicSlowCalls',
  scraped: 'gen_ai_client_inference_duration',
  pushed: 'gen_ai_client_inference_duration_seconds',
  summary: 'Claude calls of app take much longer than usual.',
  panel: 'p95 of calls and of attempts, by model',
  what: 'of calls',
  how: 'retries and waits included',
};
const FIRST_CHUNK: Subject = {
  alert: 'AnthropicSlowFirstChunk',
  scraped: 'gen_ai_client_inference_time_to_first_chunk',
  pushed: 'gen_ai_client_inference_time_to_first_chunk_seconds',
  summary: 'Claude streams of app begin much later than usual.',
  panel: 'Time to the first chunk, by model',
  what: 'to the first chunk',
  how: 'from the start of the last attempt',
};

const slow = ({ alert, summary, panel, what, how }: Subject, duration: string) =>
  firing({
    alert,
    labels: { severity: 'warning', fault: 'unknown', job: 'app', gen_ai_request_model: MODEL },
    summary,
    description:
      `The 95th percentile of the time ${what} of app to ${MODEL} (${how}) is ${duration} over the last 5m, more than ` +
      '2 times its median of the last 1d.',
    dashboard: 'anthropic-latency',
    vars: VARS,
    panel,
  });

function latencyCase(
  subject: Subject,
  name: string,
  traffic: Traffic,
  proves: AlertCase['proves'],
  checks: Check[],
  metric = subject.scraped,
): AlertCase {
  const until = Math.max(...checks.map(({ at }) => at));
  const metrics = histogram(metric, OF_MODEL, traffic);
  const failed: ProcessSpec = {
    instance: 'pod-2',
    // Failed calls take as long as they like: they have their own alerts.
    metrics: histogram(metric, `${OF_MODEL},error_type="api_error"`, () => [[3, 9]]),
  };
  const processes: ProcessSpec[] = [{ metrics }, ...(subject === CALLS ? [failed] : [])];
  return {
    alert: subject.alert,
    name: `${subject.alert}: ${name}`,
    proves,
    series: world(processes, { until, step: STEP }),
    step: STEP,
    checks,
  };
}

const silentFrom = (from: number, to: number): Check[] =>
  Array.from({ length: Math.floor((to - from) / (5 * MINUTE)) + 1 }, (_, i) => ({
    at: from + i * 5 * MINUTE,
    alerts: [],
  }));

/** Calls of one duration, then of another from `change` on. */
const changes =
  (before: number, after: number, change: number, perMinute = 5): Traffic =>
  (time) => [[perMinute, time < change ? before : after]];

function casesOf(subject: Subject): AlertCase[] {
  const start = 30 * HOUR;
  const end = start + 2 * HOUR;
  return [
    latencyCase(
      subject,
      'four times slower for two hours, then as before',
      (time) => [[5, time >= start && time < end ? 2 : 0.5]],
      ['fires', 'resolves'],
      [
        { at: start - STEP, alerts: [] },
        { at: start + 8 * MINUTE, alerts: [] },
        { at: start + 12 * MINUTE, alerts: [slow(subject, '2.496s')] },
        { at: end - STEP, alerts: [slow(subject, '2.496s')] },
        { at: end + 13 * MINUTE, alerts: 'one' },
        { at: end + 16 * MINUTE, alerts: [] },
      ],
    ),
    latencyCase(
      subject,
      'four times slower for two hours, then without traffic',
      (time) => (time < end ? [[5, time >= start ? 2 : 0.5]] : []),
      ['fires', 'resolves'],
      [
        { at: end - STEP, alerts: [slow(subject, '2.496s')] },
        { at: end + 10 * MINUTE, alerts: 'one' },
        { at: end + 13 * MINUTE, alerts: [] },
      ],
      subject.pushed,
    ),
    latencyCase(
      subject,
      'slower for so long that it is usual',
      changes(0.5, 2, start),
      ['fires', 'resolves'],
      [
        { at: start + HOUR, alerts: [slow(subject, '2.496s')] },
        // The median of the day that ended an hour ago turns after half a day.
        { at: start + 13 * HOUR, alerts: [slow(subject, '2.496s')] },
        { at: start + 13 * HOUR + 20 * MINUTE, alerts: [] },
      ],
    ),
    latencyCase(
      subject,
      'above twice half a second, where less than that is usual',
      changes(0.2, 1, start),
      ['fires'],
      [{ at: start + HOUR, alerts: [slow(subject, '1.248s')] }],
    ),
    latencyCase(
      subject,
      'exactly twice as slow',
      changes(2, 4, start),
      ['silent below'],
      silentFrom(0, start + HOUR),
    ),
    latencyCase(
      subject,
      'three times slower, and below twice half a second',
      (time) =>
        time < start
          ? [[10, 0.2]]
          : [
              [9, 0.2],
              [1, 1],
            ],
      ['silent below'],
      silentFrom(start - HOUR, start + HOUR),
    ),
    latencyCase(
      subject,
      'four times slower with 15 calls in 5 minutes',
      changes(0.5, 2, start, 3),
      ['silent below'],
      silentFrom(start - HOUR, start + HOUR),
    ),
    latencyCase(
      subject,
      'four times slower with a call a minute and a burst every 8 minutes',
      (time) => (time < start ? [[5, 0.5]] : [[(time / MINUTE) % 8 === 0 ? 44 : 1, 2]]),
      ['silent below'],
      silentFrom(start - HOUR, start + 2 * HOUR),
    ),
    latencyCase(
      subject,
      'four times slower for 8 minutes',
      (time) => [[5, time >= start && time < start + 3 * MINUTE ? 2 : 0.5]],
      ['silent below'],
      silentFrom(start, start + HOUR),
    ),
  ];
}

export const LATENCY_CASES: readonly AlertCase[] = [...casesOf(CALLS), ...casesOf(FIRST_CHUNK)];
