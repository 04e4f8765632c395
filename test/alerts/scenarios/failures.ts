/** Calls that fail: the pages, and the one process among healthy ones. */
import { during, type Scenario, silent } from '../support/scenario.ts';
import { type CallSpec, HAIKU, type Kind, OPUS, type ProcessSpec, traffic } from '../support/simulate.ts';

/** Calls of one process at second 1201, seen by the scrape at 1215. */
const burst = (calls: readonly Omit<CallSpec, 'at'>[]): ProcessSpec[] => [
  { calls: calls.map((call) => ({ at: 1201, ...call })) },
];
const ok = (count: number, model = OPUS): Omit<CallSpec, 'at'> => ({ count, model });
const failed = (count: number, kind: Kind = 'broken_stream', model = OPUS): Omit<CallSpec, 'at'> => ({
  count,
  model,
  attempts: [kind],
});
const canceled = (count: number): Omit<CallSpec, 'at'> => ({ count, canceledBy: 'application' });
/** Fires for the 5 minutes of the window and 5 more. */
const fires = (...firing: string[]) => [
  ...silent(600, 1200, 300),
  ...during(1215, 1500, firing, 95),
  ...during(1515, 1785, firing, 135),
  ...silent(1815, 2400, 195),
];
const never = silent(1200, 1830, 15);
const ERROR_RATE = 'AnthropicHighErrorRate';
const EXHAUSTED = 'AnthropicRetriesExhausted';
const models = Array.from({ length: 10 }, (_, i) => `claude-model-${i}`);

const ERROR_RATES: readonly Scenario[] = [
  {
    name: '2 of 20 calls failed, and 1000 were canceled',
    processes: burst([ok(18), failed(2), canceled(1000), ok(900, HAIKU)]),
    shows: ['gen_ai_request_model'],
    checks: fires(`${ERROR_RATE} gen_ai_request_model=${OPUS}`),
  },
  { name: 'a single failed call', processes: burst([failed(1)]), checks: never },
  { name: '1 of 20 calls failed', processes: burst([ok(19), failed(1), ok(900, HAIKU)]), checks: never },
  {
    name: '2 of 19 calls failed, which is no rate yet',
    processes: burst([ok(17), failed(2), canceled(1000)]),
    checks: never,
  },
  { name: 'all 4 calls of a quiet service failed', processes: burst([failed(4)]), checks: never },
  {
    name: '10 models with 15 calls each, all failed: the total of the service',
    processes: burst(models.map((model) => failed(15, 'broken_stream', model))),
    shows: ['gen_ai_request_model'],
    checks: [
      { at: 1200, firing: [] },
      // The budget alert needs its first five-minute point.
      ...during(
        1215,
        1440,
        [`${ERROR_RATE}`, 'AnthropicReplicaFailing'].filter((name) => name === ERROR_RATE),
        75,
      ),
    ],
  },
  {
    name: 'many failures before the window count no more',
    processes: [
      {
        calls: [
          ...burst([ok(19), failed(1)])[0]!.calls!,
          { at: 300, count: 500, attempts: ['broken_stream'] },
        ],
      },
    ],
    checks: silent(1200, 1245, 15),
  },
];

const EXHAUSTION: readonly Scenario[] = [
  {
    name: '4 of 399 calls ran out of retries, and 1000 were canceled',
    processes: burst([failed(4, 'overloaded'), ok(395), canceled(1000)]),
    checks: fires(EXHAUSTED),
  },
  {
    name: 'all 4 calls of a quiet service ran out of retries',
    processes: burst([failed(4, 'overloaded')]),
    checks: fires(EXHAUSTED),
  },
  {
    name: '4 of 400 calls ran out of retries',
    processes: burst([failed(4, 'overloaded'), ok(396)]),
    checks: never,
  },
  { name: '3 of 3 calls ran out of retries', processes: burst([failed(3, 'overloaded')]), checks: never },
  {
    name: '15 of 500 calls over 5 models: the total of the service',
    processes: burst(models.slice(0, 5).flatMap((model) => [failed(3, 'overloaded', model), ok(97, model)])),
    shows: ['gen_ai_request_model'],
    checks: fires(EXHAUSTED),
  },
  {
    name: '5 of 501 calls over 5 models, 1 each: above the number, at the share',
    processes: burst(models.slice(0, 5).flatMap((model) => [failed(1, 'overloaded', model), ok(99, model)])),
    checks: never,
  },
];

const REJECTED: readonly Scenario[] = [
  {
    name: 'one attempt is rejected because of billing',
    processes: burst([failed(1, 'billing'), ok(500)]),
    checks: fires('AnthropicBillingFailed'),
  },
  {
    name: 'one attempt gets a 403',
    processes: burst([failed(1, 'permission'), ok(500)]),
    shows: ['gen_ai_request_model'],
    checks: fires(`AnthropicRequestsRejected/permission gen_ai_request_model=${OPUS}`),
  },
  {
    name: 'one attempt that names a model gets a 404',
    processes: burst([failed(1, 'not_found'), ok(500)]),
    shows: ['gen_ai_request_model'],
    checks: fires(`AnthropicRequestsRejected/model_not_found gen_ai_request_model=${OPUS}`),
  },
  {
    name: 'a 404 for a file, by a call without a model',
    processes: burst([failed(1, 'not_found', ''), ok(500)]),
    checks: never,
  },
];

const fleet = (bad: readonly CallSpec[], healthy = 20): ProcessSpec[] => [
  ...Array.from({ length: healthy - 1 }, (_, i) => ({
    labels: { job: 'app', instance: `pod-${i}` },
    calls: traffic(8, { to: 3600 }),
  })),
  { labels: { job: 'app', instance: 'pod-bad' }, calls: bad },
];
const REPLICAS: readonly Scenario[] = [
  {
    name: 'one of 25 replicas fails every call: a ticket, no page',
    processes: fleet(
      [
        ...traffic(8, { to: 1200 }),
        ...traffic(8, { from: 1200, to: 2400, attempts: ['broken_stream'] }),
        ...traffic(8, { from: 2400, to: 3600 }),
      ],
      25,
    ),
    shows: ['instance'],
    checks: [
      ...silent(600, 1260),
      ...during(1500, 2640, ['AnthropicReplicaFailing instance=pod-bad'], 180),
      ...silent(3060, 3600, 180),
    ],
  },
  {
    name: 'one of 25 replicas fails half of its calls: at the limit',
    processes: fleet(
      [...traffic(4, { to: 3600 }), ...traffic(4, { from: 600, to: 3600, attempts: ['broken_stream'] })],
      25,
    ),
    checks: silent(600, 3600, 300),
  },
  {
    name: 'one of 25 replicas fails 4 calls, which are few',
    processes: fleet([{ at: 1201, count: 4, attempts: ['broken_stream'] }], 25),
    checks: silent(1200, 1800),
  },
  {
    name: 'one of 25 replicas fails 5 calls and makes no other',
    processes: fleet([{ at: 1201, count: 5, attempts: ['broken_stream'] }], 25),
    checks: [
      ...silent(1200, 1320, 60),
      ...during(1350, 1785, ['AnthropicReplicaFailing'], 145),
      ...silent(1815, 2000),
    ],
  },
];

export const FAILURES: readonly Scenario[] = [...ERROR_RATES, ...EXHAUSTION, ...REJECTED, ...REPLICAS].map(
  (scenario) => ({ skip: 900, ...scenario }),
);
