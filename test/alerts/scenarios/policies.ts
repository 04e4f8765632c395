/** What the policies of `anthropic-otel/resilience` do. */
import { ATTR } from '../../../src/signals/names.ts';
import { during, type Scenario, silent } from '../support/scenario.ts';
import { OPUS, type ProcessSpec, seriesOf, traffic, type ValueAt } from '../support/simulate.ts';

const ALERT = 'AnthropicPoliciesDegraded';
const MODEL = { [ATTR.requestModel]: OPUS };
const CIRCUIT = seriesOf('circuitOpen', { ...MODEL, [ATTR.httpRoute]: '/v1/messages' });
const BUDGET = seriesOf('retryBudget');
const SERVED = seriesOf('recentDecisions', { ...MODEL, [ATTR.decision]: 'fallback_served' });
const REJECTED = seriesOf('recentDecisions', { ...MODEL, [ATTR.decision]: 'circuit_rejected' });
const age = (queue: string): string => seriesOf('queueAge', { [ATTR.queue]: queue });
const deferred = (gauge: 'deferredAge' | 'deferredBacklog' | 'deadLetters', queue: string): string =>
  seriesOf(gauge, { [ATTR.queue]: queue });

/** `high` from second 1200 to 2400, and `low` otherwise. */
const between =
  (low: number, high: number): ValueAt =>
  (now) =>
    now >= 1200 && now < 2400 ? high : low;
/** A process with 100 calls a minute, which are 500 in 5 minutes. */
const busy = (metrics: ProcessSpec['metrics'], instance = 'pod-1'): ProcessSpec => ({
  labels: { job: 'app', instance },
  calls: traffic(100, { to: 3000 }),
  ...(metrics && { metrics }),
});
/** Silent before, firing 5 minutes after it began, and silent 5 minutes after it ended. */
const checks = (condition: string, labels = '') => [
  ...silent(900, 1485, 195),
  ...during(1530, 2400, [`${ALERT}/${condition}${labels}`], 145),
  ...silent(2745, 2990, 120),
];

/** Scenarios of the policies. */
export const POLICIES: readonly Scenario[] = [
  {
    name: 'the circuit of a model is open in one process of two',
    processes: [busy({ [CIRCUIT]: between(0, 1) }), busy({ [CIRCUIT]: () => 0 }, 'pod-2')],
    shows: ['gen_ai_request_model'],
    checks: checks('circuit_open', ` gen_ai_request_model=${OPUS}`),
  },
  {
    name: 'a circuit opens for a minute and closes again',
    processes: [busy({ [CIRCUIT]: (now) => (now % 600 < 60 ? 1 : 0) })],
    checks: silent(900, 2900, 200),
  },
  {
    name: 'a fallback serves 11 % of the calls of a model',
    processes: [busy({ [SERVED]: between(0, 55), [REJECTED]: () => 500 })],
    shows: ['gen_ai_request_model'],
    checks: checks('falling_back', ` gen_ai_request_model=${OPUS}`),
  },
  {
    name: 'a fallback serves 9 % of the calls of a model',
    processes: [busy({ [SERVED]: between(0, 45) })],
    checks: silent(900, 2900, 200),
  },
  {
    name: 'one process of two has no retry left',
    processes: [busy({ [BUDGET]: between(10, 0.9) }), busy({ [BUDGET]: () => 20 }, 'pod-2')],
    checks: checks('retry_budget'),
  },
  {
    name: 'one retry is left',
    processes: [busy({ [BUDGET]: between(10, 1) })],
    checks: silent(900, 2900, 200),
  },
  {
    name: 'calls wait 31 s in one queue, and 29 s in the other',
    processes: [busy({ [age('throttle')]: between(0, 31), [age('concurrency')]: between(0, 29) })],
    shows: ['anthropic_resilience_queue'],
    checks: checks('queue_age', ' anthropic_resilience_queue=throttle'),
  },
  {
    name: 'a deferred request waits 25 h and a minute for its result',
    processes: [
      busy({ [deferred('deferredAge', 'reports')]: between(0, 90_060) }),
      busy({ [deferred('deferredAge', 'mails')]: () => 0 }, 'pod-2'),
    ],
    shows: ['anthropic_resilience_queue'],
    checks: checks('deferred_age', ' anthropic_resilience_queue=reports'),
  },
  {
    name: 'a deferred request waits 25 h for its result',
    processes: [busy({ [deferred('deferredAge', 'reports')]: between(0, 90_000) })],
    checks: silent(900, 2900, 200),
  },
  {
    name: 'a deferred request is a dead letter',
    processes: [
      busy({
        [deferred('deadLetters', 'reports')]: between(0, 1),
        [deferred('deadLetters', 'mails')]: () => 0,
      }),
    ],
    shows: ['anthropic_resilience_queue'],
    checks: checks('dead_letters', ' anthropic_resilience_queue=reports'),
  },
  {
    name: 'the store of deferred requests is long, and has no dead letters',
    processes: [
      busy({
        [deferred('deadLetters', 'reports')]: () => 0,
        [deferred('deferredBacklog', 'reports')]: between(0, 5000),
      }),
    ],
    checks: silent(900, 2900, 200),
  },
];
