/**
 * A service as it usually is: three processes with healthy traffic, an occasional 429, a 500 now and then, and a
 * past: every counter that an alert watches has counted before. No alert may fire on it, whatever happens to
 * its processes.
 */
import { type AlertCase, type Aspect, MODEL } from './case.ts';
import { type ProcessSpec, type ValueAt, world } from './world.ts';

const HOUR = 3600;
const STEP = 60;

const OF_MODEL = `anthropic_method="messages.create",gen_ai_request_model="${MODEL}"`;
const attempts = (disposition: string, status: number, error = '') =>
  `anthropic_client_attempts_total{${OF_MODEL},anthropic_attempt_disposition="${disposition}",http_response_status_code="${status}"${error}}`;
const failedAttempt = (status: number, type: string, fault: string, disposition = 'final') =>
  attempts(disposition, status, `,error_type="${type}",anthropic_error_fault="${fault}"`);
const failedCall = (type: string, fault: string) =>
  `anthropic_client_calls_total{${OF_MODEL},anthropic_outcome="error",error_type="${type}",anthropic_error_fault="${fault}"}`;
const OF_LIMIT = `{gen_ai_request_model="${MODEL}",anthropic_rate_limit_type="tokens"}`;

/** What every process counted in its past: enough to fire every alert that forgets that it is past. */
const PAST: readonly string[] = [
  'anthropic_client_authentication_failures_total{http_route="/v1/messages"}',
  `anthropic_client_server_error_streaks_total{http_route="/v1/messages",gen_ai_request_model="${MODEL}"}`,
  `anthropic_client_retries_exhausted_total{${OF_MODEL},error_type="api_error"}`,
  failedCall('api_error', 'anthropic'),
  failedCall('invalid_request_error', 'input'),
  failedAttempt(400, 'invalid_request_error', 'config'),
  failedAttempt(402, 'billing_error', 'config'),
  failedAttempt(403, 'permission_error', 'config'),
  failedAttempt(404, 'not_found_error', 'config'),
  failedAttempt(529, 'overloaded_error', 'anthropic'),
  failedAttempt(200, 'client_error', 'network'),
  `anthropic_client_rate_limit_low_total${OF_LIMIT}`,
  `anthropic_client_unpriced_calls_total{gen_ai_request_model="claude-next"}`,
  'anthropic_telemetry_errors_total{anthropic_telemetry_stage="export"}',
];

/** Healthy traffic of one process since `start`, on top of its past. */
function metrics(start: number, past: number, perMinute: number): Record<string, ValueAt> {
  const every =
    (seconds: number): ValueAt =>
    (now) =>
      past + Math.floor(Math.max(0, now - Math.max(0, start)) / seconds);
  const calls = (now: number) => past + (Math.max(0, now - Math.max(0, start)) / 60) * perMinute;
  const histogram = (name: string): Record<string, ValueAt> => ({
    [`${name}_bucket{${OF_MODEL},le="1.28"}`]: () => 0,
    [`${name}_bucket{${OF_MODEL},le="2.56"}`]: calls,
    [`${name}_bucket{${OF_MODEL},le="+Inf"}`]: calls,
    [`${name}_count{${OF_MODEL}}`]: calls,
  });
  return {
    ...Object.fromEntries(PAST.map((series) => [series, () => past])),
    ...histogram('gen_ai_client_inference_duration'),
    ...histogram('gen_ai_client_inference_time_to_first_chunk'),
    [`anthropic_client_calls_total{${OF_MODEL},anthropic_outcome="ok",gen_ai_request_stream="true"}`]: calls,
    [attempts('ok', 200)]: calls,
    // An occasional 429 and a single 500, fixed by their retries.
    [failedAttempt(429, 'rate_limit_error', 'traffic', 'retried')]: perMinute > 0 ? every(1300) : () => past,
    [failedAttempt(500, 'api_error', 'anthropic', 'retried')]: perMinute > 0 ? every(3700) : () => past,
    [`anthropic_client_cost_total{gen_ai_request_model="${MODEL}",anthropic_cost_kind="output"}`]: (now) =>
      calls(now) / 128,
    [`anthropic_client_rate_limit_remaining${OF_LIMIT}`]: (now) => (perMinute > 0 ? 700 + (now % 240) : 20),
    [`anthropic_client_rate_limit_limit${OF_LIMIT}`]: () => 1000,
    // A service without traffic reports what it last heard, long after the limit was reset.
    [`anthropic_client_rate_limit_reset_time${OF_LIMIT}`]: (now) => (perMinute > 0 ? now + 60 : -600),
    'anthropic_client_authentication_failure_time{http_route="/v1/messages"}': () => -3600,
  };
}

const OLD = -90_000;
const pod = (
  instance: string,
  more: Partial<ProcessSpec> = {},
  past = 1000,
  perMinute = 10,
): ProcessSpec => ({
  instance,
  start: OLD,
  ...more,
  metrics: metrics(more.start ?? OLD, past, perMinute),
});
const PODS = ['pod-1', 'pod-2', 'pod-3'];
const replaced = (name: (pod: string) => string, at: (index: number) => number): ProcessSpec[] =>
  PODS.flatMap((instance, i) => [
    pod(instance, { end: at(i) }),
    pod(name(instance), { start: at(i) + 10 }, 0),
  ]);

interface Life {
  readonly aspect: Aspect;
  readonly name: string;
  readonly processes: readonly ProcessSpec[];
  readonly path?: 'scrape' | 'push';
}

/** What happens to the service `at` a time. */
const lives = (at: number): readonly Life[] => [
  { aspect: 'silent idle', name: 'nobody calls', processes: PODS.map((name) => pod(name, {}, 1000, 0)) },
  {
    aspect: 'silent deploy',
    name: 'a rolling deploy to new pods',
    processes: replaced(
      (name) => `${name}-new`,
      (i) => at + i * 90,
    ),
  },
  {
    aspect: 'silent deploy',
    name: 'a restart of every process in its place',
    processes: replaced(
      (name) => name,
      (i) => at + i * 90,
    ),
  },
  {
    aspect: 'silent restart',
    name: 'Prometheus was away for 8 minutes',
    processes: PODS.map((name) => pod(name, { unseen: [[at, at + 480]] })),
    path: 'push',
  },
  {
    aspect: 'silent restart',
    name: 'a fresh Prometheus',
    processes: PODS.map((name) => pod(name, { unseen: [[0, at]] })),
  },
];

/**
 * The cases of `alert` in every life of the service. It happens after three hours, or after more than a day for
 * an alert that compares with the day before.
 */
export function fleetCases(alert: string, hours = 3): AlertCase[] {
  const at = hours * HOUR;
  const until = at + HOUR;
  return lives(at).map(({ aspect, name, processes, path = 'scrape' }) => {
    const checks = [];
    for (let time = at - 15 * STEP; time <= until; time += STEP) checks.push({ at: time, alerts: [] });
    return {
      alert,
      name: `${alert}: ${name}`,
      proves: [aspect],
      series: world(processes, { until, step: STEP, path, up: path === 'scrape' }),
      step: STEP,
      checks,
    };
  });
}
