/** A process and its service, each on its own side of a limit; histograms by OTLP. Limits of single rules are in `boundaries/`. */
import { during, type Scenario, silent } from '../support/scenario.ts';
import { OPUS, type ProcessSpec, traffic } from '../support/simulate.ts';

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
export const LIMITS: readonly Scenario[] = OTHERS.map((scenario) => ({
  skip: 600,
  ...scenario,
}));
