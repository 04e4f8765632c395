/** The pages of a fleet of busy processes: every metric that the rule pack reads, with a past, as text to be scraped. */
import { METRICS, type MetricKey } from '../../src/signals/catalogue.ts';
import { prometheusName } from '../../src/signals/metric-definition.ts';

/** How large the fleet is, and when its samples are. */
export interface FleetSize {
  readonly processes: number;
  readonly models: number;
  /** Unix seconds of the first and last sample. */
  readonly from: number;
  readonly to: number;
  /** Seconds between samples. */
  readonly step: number;
}

/** A fleet. */
export interface Fleet {
  readonly processes: number;
  /** How many series it has. */
  readonly series: number;
  /** What a process has counted, with the time of each sample: one scrape brings all of them. */
  page(process: number): string;
}

/** A series: its name with labels, and its value so many seconds after the first sample. */
type Series = readonly [series: string, value: (after: number) => number];

/** The fleet of `size`. */
export function fleetOf(size: FleetSize): Fleet {
  return {
    processes: size.processes,
    series: seriesOf(size.models, size.from).length * size.processes,
    page(process) {
      // Every twentieth process is young, as in a fleet that is being deployed.
      const start = (process % 20 === 0 ? size.from + 240 : size.from - 86_400) + process / 1000;
      const target = `{job="service-${process % 20}",instance="pod-${process}",`;
      const lines: string[] = [];
      for (const [series, value] of seriesOf(size.models, start)) {
        const labelled = series.replace('{', target).replace(',}', '}');
        for (let time = Math.max(size.from, start); time <= size.to; time += size.step) {
          lines.push(`${labelled} ${value(time - size.from + process)} ${time * 1000}\n`);
        }
      }
      return lines.join('');
    },
  };
}

function seriesOf(models: number, start: number): Series[] {
  const life = `process_creation_time="${new Date(start * 1000).toISOString()}"`;
  return [
    [`${name('startTime')}{}`, () => start],
    [`${name('authenticationFailureAge')}{http_route="/v1/messages"}`, (after) => 10_000 + after],
    [`${name('authenticationFailing')}{http_route="/v1/messages"}`, () => 0],
    [`${name('serverErrorRunAge')}{http_route="/v1/messages"}`, (after) => 10_000 + after],
    [`${name('recentCost')}{${life}}`, (after) => 0.1 + (after % 7) / 100],
    [`${name('telemetryClients')}{anthropic_telemetry_observed="false"}`, () => 0],
    ...['metrics', 'spans', 'logs', 'export'].map(
      (stage): Series => [`${name('telemetryErrors')}{anthropic_telemetry_stage="${stage}"}`, () => 0],
    ),
    ...Array.from({ length: models }, (_, i) => seriesOfModel(`claude-model-${i}`, life)).flat(),
  ];
}

function seriesOfModel(model: string, life: string): Series[] {
  const of = `gen_ai_request_model="${model}"`;
  const call = `anthropic_method="messages.create",${of},gen_ai_provider_name="anthropic"`;
  const failures = [
    ['rate_limit_error', 'traffic', 429],
    ['overloaded_error', 'anthropic', 529],
    ['api_error', 'anthropic', 500],
    ['connection_error', 'network', ''],
  ] as const;
  const grows =
    (perSecond: number) =>
    (after: number): number =>
      Math.floor(after * perSecond);
  return [
    ...(['ok', 'canceled'] as const).flatMap((outcome) =>
      ['true', 'false'].map(
        (stream): Series => [
          `${name('calls')}{${call},anthropic_outcome="${outcome}",gen_ai_request_stream="${stream}"}`,
          grows(1),
        ],
      ),
    ),
    [
      `${name('attempts')}{${call},anthropic_attempt_disposition="ok",http_response_status_code="200"}`,
      grows(2),
    ],
    ...failures.flatMap(([type, fault, status], i): Series[] => {
      const failed = `error_type="${type}",anthropic_error_fault="${fault}"`;
      const attempt = `${call},${failed},http_response_status_code="${status}"`;
      return [
        [
          `${name('calls')}{${call},anthropic_outcome="error",gen_ai_request_stream="true",${failed}}`,
          grows(0.001 * i),
        ],
        [`${name('attempts')}{${attempt},anthropic_attempt_disposition="retried"}`, grows(0.01)],
        [`${name('attempts')}{${attempt},anthropic_attempt_disposition="final"}`, grows(0.001)],
        [`${name('retriesExhausted')}{${call},error_type="${type}"}`, grows(0.001)],
      ];
    }),
    ...(['ok', 'error', 'canceled'] as const).flatMap((outcome) =>
      ['true', 'false'].map(
        (stream): Series => [
          `${name('recentCalls')}{${of},anthropic_outcome="${outcome}"${outcome === 'canceled' ? ',anthropic_canceled_by="application"' : ''},gen_ai_request_stream="${stream}",${life}}`,
          (after) => (outcome === 'ok' ? 280 + (after % 40) : after % 3),
        ],
      ),
    ),
    ...['ok', 'rate_limit', 'overloaded', 'server_error', 'network'].map(
      (kind): Series => [
        `${name('recentAttempts')}{${of},anthropic_attempt_kind="${kind}",${life}}`,
        (after) => (kind === 'ok' ? 560 + (after % 40) : after % 3),
      ],
    ),
    [`${name('recentRetriesExhausted')}{${of},${life}}`, (after) => after % 2],
    ...['first_byte', 'streaming'].map(
      (phase): Series => [
        `${name('oldestCallAge')}{${of},anthropic_call_phase="${phase}"}`,
        (after) => after % 5,
      ],
    ),
    [`${name('modelRetirementDays')}{${of}}`, () => 200],
    ...['refusal', 'max_tokens'].map(
      (reason): Series => [
        `${name('calls')}{${call},anthropic_outcome="ok",anthropic_stop_reason="${reason}",gen_ai_request_stream="true"}`,
        grows(0.01),
      ],
    ),
    ...(['inputTokens', 'outputTokens', 'cacheReadTokens'] as const).map(
      (key): Series => [`${name(key)}{${call}}`, grows(100)],
    ),
    ...['requests', 'tokens', 'input_tokens', 'output_tokens'].flatMap((type): Series[] => {
      const limit = `{anthropic_rate_limit_type="${type}",${of}}`;
      return [
        [name('rateLimitLimit') + limit, () => 1000],
        [name('rateLimitRemaining') + limit, (after) => 400 + ((after * 7) % 500)],
        [name('rateLimitResetTime') + limit, () => 4e9],
        [name('rateLimitHeadroom') + limit, (after) => 0.4 + ((after * 7) % 500) / 1000],
      ];
    }),
    ...['input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h'].map(
      (kind): Series => [`${name('cost')}{${of},anthropic_cost_kind="${kind}"}`, (after) => after / 1000],
    ),
    [`${name('unpricedCalls')}{${of}}`, () => 0],
    ...histogram('inferenceDuration', call),
    ...histogram('inferenceDuration', `${call},error_type="api_error"`),
    ...histogram('timeToFirstChunk', call),
  ];
}

function histogram(key: 'inferenceDuration' | 'timeToFirstChunk', labels: string): Series[] {
  const bounds = METRICS[key].boundaries ?? [];
  const all = [...bounds.map(String), '+Inf'];
  return [
    ...all.map(
      (le, i): Series => [
        `${name(key)}_bucket{${labels},le="${le}"}`,
        (after) => Math.floor((after * (i + 1)) / all.length),
      ],
    ),
    [`${name(key)}_sum{${labels}}`, (after) => after * 2],
    [`${name(key)}_count{${labels}}`, (after) => after],
  ];
}

function name(key: MetricKey): string {
  return prometheusName(METRICS[key]);
}
