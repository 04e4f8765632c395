/** Writes `docs/metrics.md` from the metric catalogue. */
import { METRICS } from '../src/signals/catalogue.ts';
import { type MetricDefinition, prometheusLabel, prometheusName } from '../src/signals/metric-definition.ts';

const HEAD = `# Metrics

Made by \`npm run generate\` from \`src/signals/catalogue.ts\`.

Standard names first: \`gen_ai.*\` are those of the OpenTelemetry GenAI conventions of October 2026. Own names, where no
convention exists, live under \`anthropic.*\`.

**Prometheus names.** The JS Prometheus exporter writes \`.\` as \`_\`, adds \`_total\` to counters and no unit suffix. OTLP into
Prometheus 3, Mimir or the Collector gives the same names for every metric of this package but the histograms in seconds, which get
\`_seconds\`; query those with \`{__name__=~"NAME(_seconds)?_bucket"}\`, as the rules and dashboards here do.

**Series.** Every label value comes from a closed set, or is capped in number and in length: the first 100 distinct models, methods, paths,
providers and statuses, the first 30 servers (address and port), none longer than 128 characters; then \`_OTHER\`, and no port or status. Of
servers, models and models of responses together, the first 200 combinations are kept apart; of models and [attribution](configuration.md#attribution) values, 1,000. Names that are cut are in spans and logs: see
[Limits](configuration.md#limits). Request ids, conversation ids and users are in spans and logs only.

**Series before their first event.** An increase needs a value to start from. \`authentication_failures\` and \`telemetry.errors\` are at 0 from the
start; the counters of a method and model from its first call on, or from the start for the models in \`ANTHROPIC_OTEL_MODELS\`.

**Absent is unknown.** A call that failed before it had a response has no token counts, not 0.
`;

const TAIL = `## Values

| label | values |
|---|---|
| \`anthropic_outcome\` | \`ok\`, \`error\`, \`canceled\` (the application aborted, or closed the stream early) |
| \`anthropic_error_fault\` | who has to act: \`config\`, \`traffic\`, \`input\`, \`network\`, \`anthropic\`, \`application\` |
| \`anthropic_attempt_disposition\` | \`ok\`, \`retried\` (a retry follows), \`final\` (failed, and none follows), \`canceled\` |
| \`error_type\` | the type of the API's error envelope; \`connection_error\`, \`client_timeout_error\`, \`client_error\` (a failure after a good response, such as a connection that is reset in mid-stream; a stream that ends without its last event is \`api_error\`); \`_OTHER\` |
| \`anthropic_rate_limit_type\` | \`requests\`, \`tokens\`, \`input_tokens\`, \`output_tokens\`, and the \`priority_\` and \`fast_\` ones |
| \`anthropic_resilience_decision\` | the names in \`DECISIONS\` of \`anthropic-otel/resilience\`: see [Resilience](resilience.md#decisions) |
| \`anthropic_cost_kind\` | \`input\`, \`output\`, \`cache_read\`, \`cache_write_5m\`, \`cache_write_1h\` |

## Names used in Anthropic's guides, and where they are here

| name | here |
|---|---|
| \`anthropic_rate_limit_hits_total{tier}\` | \`anthropic_client_attempts_total{error_type="rate_limit_error"}\` |
| \`anthropic_auth_failure_total\` | \`anthropic_client_authentication_failures_total\` |
| \`anthropic_api_error_retry_total\` | \`anthropic_client_attempts_total{error_type="api_error", anthropic_attempt_disposition="retried"}\` |
| \`anthropic_api_error_unrecoverable_total\` | \`anthropic_client_retries_exhausted_total{error_type="api_error"}\` |
| permission errors, apart from authentication | \`anthropic_client_attempts_total{error_type="permission_error"}\` |
`;

/** The document. */
export function metricsDocument(): string {
  const sections = Object.values(METRICS).map(section);
  return `${HEAD}\n## All metrics\n\n${sections.join('\n')}\n${TAIL}`;
}

function section(metric: MetricDefinition): string {
  const name = prometheusName(metric);
  const labels =
    [
      ...metric.attributes.map((attribute) => `\`${prometheusLabel(attribute)}\``),
      ...(metric.attribution ? ['`anthropic_attribution_<key>`'] : []),
    ].join(', ') || 'none';
  const names =
    metric.kind === 'histogram' ? `\`${name}_bucket\`, \`${name}_sum\`, \`${name}_count\`` : `\`${name}\``;
  return [
    `### ${metric.name}`,
    '',
    metric.description,
    '',
    `${metric.kind.replaceAll('_', ' ')}, unit \`${metric.unit}\`. In Prometheus: ${names}. Labels: ${labels}.`,
    ...(metric.boundaries ? ['', `Buckets: ${metric.boundaries.join(', ')}.`] : []),
    '',
  ].join('\n');
}
