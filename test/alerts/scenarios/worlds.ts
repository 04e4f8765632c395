/** Worlds that users build without thinking of rules: slow scrapes, relabeling, federation, skewed clocks, services that make one call an hour. */
import { during, type Scenario, silent } from '../support/scenario.ts';
import { type CallSpec, HAIKU, type ProcessSpec, seriesOf, traffic } from '../support/simulate.ts';

const HOUR = 3600;
const KEY = 'AnthropicAuthenticationFailed';
const RATE = 'AnthropicHighErrorRate';
const EXHAUSTED = 'AnthropicRetriesExhausted';
const RETRIES = 'AnthropicRetriesElevated/anthropic';
const BUDGET = 'AnthropicErrorBudgetBurning';
const pod = (instance: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  labels: { job: 'app', instance },
  ...more,
});
/** Healthy until second 1800, and half of the calls out of retries from then on. */
const halfFails: CallSpec[] = [
  ...traffic(30, { to: 3600 }),
  ...traffic(30, { from: 1800, to: 3600, attempts: ['overloaded'] }),
];

const SCRAPES: readonly Scenario[] = [
  {
    name: 'a scrape every 2 minutes, and half of the calls fail',
    scrape: 120,
    evaluate: 60,
    processes: [pod('pod-1', { calls: halfFails })],
    checks: [...silent(600, 1800, 120), ...during(2700, 3540, [RATE, RETRIES, EXHAUSTED], 120)],
  },
  {
    name: 'federated series, which end without a staleness marker and have another target up',
    push: true,
    processes: [
      pod('pod-1', { end: 1200, calls: traffic(60, { to: 1200, attempts: ['ok'] }) }),
      pod('pod-2', { start: 1200, calls: traffic(60, { from: 1200, to: 3600 }) }),
    ],
    checks: silent(600, 3000, 75),
  },
  {
    name: 'clocks that are 10 minutes behind and ahead',
    processes: [-600, 600].map((skew) =>
      pod(`pod${skew}`, {
        calls: halfFails,
        metrics: { [seriesOf('startTime')]: () => -100_000 + skew },
      }),
    ),
    checks: [...silent(900, 1800, 150), ...during(2700, 3540, [RATE, RETRIES, EXHAUSTED], 210)],
  },
];

const LABELS: readonly Scenario[] = [
  {
    name: 'two services at one address, of which one has a rejected key',
    processes: [
      { labels: { job: 'a', instance: 'host:9464' }, calls: traffic(30, { to: 2400 }) },
      {
        labels: { job: 'b', instance: 'host:9464' },
        calls: [
          ...traffic(30, { to: 1200 }),
          ...traffic(30, { from: 1200, to: 2400, attempts: ['authentication'] }),
        ],
      },
    ],
    shows: ['job'],
    checks: [...silent(900, 1200, 150), ...during(1230, 2400, [`${KEY} job=b`], 195)],
  },
  {
    name: 'a job that is relabeled, and a key that is rejected under its old name only',
    processes: [
      {
        labels: { job: 'old', instance: 'x' },
        end: 1500,
        calls: [{ at: 1201, attempts: ['authentication'] }],
      },
      { labels: { job: 'new', instance: 'x' }, start: 1500, calls: traffic(30, { from: 1500, to: 3600 }) },
    ],
    shows: ['job'],
    checks: [...during(1215, 2055, [`${KEY} job=old`], 105), ...silent(2145, 3600, 195)],
  },
  {
    name: 'a model that is renamed in the middle of the day',
    processes: [
      pod('pod-1', {
        calls: [...traffic(60, { to: 1800 }), ...traffic(60, { from: 1800, to: 3600, model: HAIKU })],
        open: [{ from: 1790, to: 1800 }],
      }),
    ],
    checks: silent(900, 3600, 150),
  },
  {
    name: 'series by OTLP without instance, and every call fails',
    push: true,
    processes: [
      {
        labels: { job: 'app' },
        calls: [
          ...traffic(30, { to: 1800 }),
          ...traffic(30, { from: 1800, to: 3600, attempts: ['overloaded'] }),
        ],
      },
    ],
    checks: [...silent(900, 1800, 150), ...during(2700, 3540, [RATE, RETRIES, EXHAUSTED], 210)],
  },
];

const TRAFFIC: readonly Scenario[] = [
  {
    name: 'the only process of a quiet service retries most of its attempts: no replica is to blame',
    processes: [
      pod('pod-1', {
        calls: traffic(1, { from: 600, to: 3600, every: 60, attempts: ['overloaded', 'overloaded', 'ok'] }),
      }),
    ],
    checks: silent(900, 3600, 150),
  },
  {
    name: 'a 401 of one of two keys that take turns',
    processes: [
      pod('pod-1', {
        calls: [
          ...traffic(20, { to: 3000 }),
          ...traffic(20, { from: 1200, to: 3000, attempts: ['authentication'] }),
        ],
      }),
    ],
    checks: [...silent(900, 1200, 150), ...during(1215, 3000, [KEY], 105)],
  },
  {
    name: 'one 500 in each of 20 processes: no run',
    processes: Array.from({ length: 20 }, (_, i) =>
      pod(`pod-${i}`, {
        calls: [...traffic(30, { to: 2400 }), { at: 1201 + i, attempts: ['server_error', 'ok'] as const }],
      }),
    ),
    checks: silent(900, 2400, 75),
  },
];

/** One call an hour, at minute 7. */
const hourly = (hours: number, attempts: (hour: number) => CallSpec['attempts']): CallSpec[] =>
  Array.from({ length: hours }, (_, hour) => {
    const of = attempts(hour);
    return { at: hour * HOUR + 420, ...(of && { attempts: of }) };
  });
const SLOW: readonly Scenario[] = [
  {
    name: 'a service that makes one call an hour, and fails each from hour 10 on: a ticket after 10 failures',
    budget: true,
    scrape: 60,
    evaluate: 300,
    processes: [pod('pod-1', { calls: hourly(24, (hour) => (hour >= 10 ? ['broken_stream'] : undefined)) })],
    checks: [
      ...silent(4 * HOUR, 19 * HOUR, 3600),
      ...during(19.3 * HOUR, 23 * HOUR, [`${BUDGET}/1d/2h`, `${BUDGET}/3d/6h`], 3600),
    ],
  },
  {
    name: 'a cron job of 50 s every hour, each in a pod of its own, makes one call that is accepted',
    budget: true,
    scrape: 60,
    evaluate: 300,
    processes: Array.from({ length: 20 }, (_, i) =>
      pod(`cron-${i}`, { start: i * HOUR, end: i * HOUR + 70, calls: [{ at: i * HOUR + 20 }] }),
    ),
    checks: silent(HOUR, 19 * HOUR, 3600),
  },
];

/** Worlds of one's own. */
export const WORLDS: readonly Scenario[] = [...SCRAPES, ...LABELS, ...TRAFFIC, ...SLOW];
