/** Shares, counts and windows exactly at their limits, and a model and a service each on its own side of them. */
import { during, type Scenario, silent } from '../support/scenario.ts';
import { type CallSpec, HAIKU, type Kind, OPUS, type ProcessSpec, traffic } from '../support/simulate.ts';

const models = Array.from({ length: 10 }, (_, i) => `claude-model-${i}`);
const burst = (calls: readonly Omit<CallSpec, 'at'>[]): ProcessSpec[] => [
  { calls: calls.map((call) => ({ at: 1201, ...call })) },
];
const at = (...firing: string[]) => [{ at: 1200, firing: [] }, ...during(1230, 1290, firing, 60)];

const SHARES: readonly Scenario[] = [
  {
    name: '5 of exactly 20 calls time out, 5 fail, and 100 are canceled by users',
    processes: burst([
      { count: 5, canceledBy: 'timeout' },
      { count: 10 },
      { count: 5, attempts: ['broken_stream'] },
      { count: 100, canceledBy: 'application' },
    ]),
    checks: at('AnthropicCallsHanging/timed_out'),
  },
  {
    name: '5 of exactly 20 calls time out, over 5 models, and 100 are canceled by users',
    processes: burst(
      models.slice(0, 5).flatMap((model) => [
        { count: 1, model, canceledBy: 'timeout' as const },
        { count: 2, model },
        { count: 1, model, attempts: ['broken_stream'] as const },
        { count: 20, model, canceledBy: 'application' as const },
      ]),
    ),
    checks: at('AnthropicCallsHanging/timed_out'),
  },
  {
    name: '2 of exactly 20 calls fail, over 10 models',
    processes: burst(
      models
        .map((model, i) => ({ count: 1, model, attempts: [i < 2 ? 'broken_stream' : 'ok'] as Kind[] }))
        .concat(models.map((model) => ({ count: 1, model, attempts: ['ok'] as Kind[] }))),
    ),
    checks: at('AnthropicHighErrorRate'),
  },
  {
    name: '6 of exactly 40 attempts get a 429, of one model',
    processes: burst([
      { count: 28 },
      { count: 6, attempts: ['rate_limit', 'ok'] },
      { count: 4000, model: HAIKU },
    ]),
    checks: at('AnthropicRateLimitPressure/rejected'),
  },
  {
    name: '6 of exactly 40 attempts get a 429, over 10 models',
    processes: burst(
      models.flatMap((model, i) =>
        i < 6
          ? [
              { model, count: 1, attempts: ['rate_limit', 'ok'] as const },
              { model, count: 2 },
            ]
          : [{ model, count: 4 }],
      ),
    ),
    checks: at('AnthropicRateLimitPressure/rejected'),
  },
  {
    name: '3 of exactly 40 attempts are invalid, of one model',
    processes: burst([{ count: 37 }, { count: 3, attempts: ['invalid'] }, { count: 4000, model: HAIKU }]),
    shows: ['gen_ai_request_model'],
    checks: at(
      `AnthropicHighErrorRate gen_ai_request_model=${OPUS}`,
      `AnthropicRequestsRejected/invalid gen_ai_request_model=${OPUS}`,
    ),
  },
  {
    name: '5 of 100 attempts of each of two models are invalid: at the limit of both',
    processes: burst([
      { count: 95 },
      { count: 5, attempts: ['invalid'] },
      { count: 95, model: HAIKU },
      { count: 5, attempts: ['invalid'], model: HAIKU },
    ]),
    checks: [{ at: 1230, firing: [] }],
  },
  {
    name: '3 of exactly 40 attempts are invalid, over 10 models',
    processes: burst(
      models.flatMap((model, i) => [
        { model, count: 3 },
        { model, count: 1, attempts: [i < 3 ? 'invalid' : 'ok'] as Kind[] },
      ]),
    ),
    checks: at('AnthropicHighErrorRate', 'AnthropicRequestsRejected/invalid'),
  },
];

/** Successful calls that came by OTLP, whose names have their unit: `seconds` each, one a second, with `tokens`. */
function overOtlp(seconds: number, tokens: number): ProcessSpec['metrics'] {
  const name = 'gen_ai_client_inference_duration_seconds';
  const of = `gen_ai_request_model="${OPUS}"`;
  return {
    [`${name}_count{${of}}`]: (now) => now,
    [`${name}_sum{${of}}`]: (now) => now * seconds,
    [`${name}_bucket{${of},le="${seconds * 2}"}`]: (now) => now,
    [`${name}_bucket{${of},le="+Inf"}`]: (now) => now,
    // Failed calls, which are neither slow nor fast.
    [`${name}_count{${of},error_type="api_error"}`]: (now) => now * 5,
    [`${name}_sum{${of},error_type="api_error"}`]: (now) => now * 0.1,
    [`${name}_bucket{${of},error_type="api_error",le="600"}`]: (now) => now * 500,
    [`${name}_bucket{${of},error_type="api_error",le="+Inf"}`]: (now) => now * 500,
    [`gen_ai_client_inference_usage_output_tokens_total{${of}}`]: (now) => now * tokens,
  };
}

const OTHERS: readonly Scenario[] = [
  {
    name: 'slow calls by OTLP, among failed ones: 16 s for 100 tokens',
    push: true,
    processes: [{ metrics: overOtlp(16, 100) ?? {} }],
    checks: during(1350, 1800, ['AnthropicSlowCalls/duration'], 150),
  },
  {
    name: 'calls by OTLP that take 14 s for 100 tokens are within what they may take, and one may wait 2 minutes',
    push: true,
    processes: [
      {
        metrics: overOtlp(14, 100) ?? {},
        open: [
          { from: 1201, to: 1316 },
          { from: 1400, to: 1600 },
        ],
      },
    ],
    checks: [...silent(900, 1515, 15), ...during(1530, 1800, ['AnthropicCallsHanging/no_response'], 90)],
  },
  {
    name: 'two of six processes hang',
    processes: Array.from({ length: 6 }, (_, i) => ({
      labels: { job: 'app', instance: `pod-${i}` },
      open: i < 2 ? [{ from: 1201, to: 2400 }] : [{ from: 1, to: 10 }],
    })),
    checks: [...silent(1200, 1500), ...during(1620, 2400, ['AnthropicCallsHanging/no_response'], 195)],
  },
  {
    name: 'a process ends after a run of server errors',
    processes: [{ end: 1260, calls: [{ at: 1201, attempts: ['server_error', 'server_error', 'ok'] }] }],
    checks: [
      ...during(1215, 1515, ['AnthropicConsecutiveServerErrors'], 100),
      ...during(1530, 1815, ['AnthropicConsecutiveServerErrors'], 95),
      ...silent(1860, 2400, 90),
    ],
  },
  {
    name: 'a process ends after it failed every call: it is blamed for 5 minutes',
    processes: [
      ...Array.from({ length: 24 }, (_, i) => ({
        labels: { job: 'app', instance: `pod-${i}` },
        calls: traffic(8, { to: 2400 }),
      })),
      {
        labels: { job: 'app', instance: 'bad' },
        end: 1380,
        calls: traffic(8, { from: 1000, to: 1380, attempts: ['broken_stream'] }),
      },
    ],
    checks: [...during(1230, 1950, ['AnthropicReplicaFailing'], 180), ...silent(2010, 2400, 90)],
  },
  {
    name: 'the error rate of the service is 7 %, and one process has most of it: no ticket on the process',
    processes: [
      ...Array.from({ length: 12 }, (_, i) => ({
        labels: { job: 'app', instance: `pod-${i}` },
        calls: traffic(8, { to: 2400 }),
      })),
      {
        labels: { job: 'app', instance: 'bad' },
        calls: traffic(8, { from: 600, to: 2400, attempts: ['broken_stream'] }),
      },
    ],
    checks: during(1200, 2400, ['AnthropicHighErrorRate', 'AnthropicRetriesElevated/anthropic'], 300).slice(
      2,
    ),
  },
];

/** Scenarios at limits. */
export const LIMITS: readonly Scenario[] = [...SHARES, ...OTHERS].map((scenario) => ({
  skip: 600,
  ...scenario,
}));
