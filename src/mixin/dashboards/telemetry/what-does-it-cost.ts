/** Telemetry: what does it cost? */
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import type { Queries } from '../lib/queries.ts';
import { NO_DATA } from '../lib/style.ts';
import { table } from '../lib/table.ts';

/** Every series of this package. */
export function ours(q: Queries): string {
  return `{__name__=~"anthropic_(client|telemetry|resilience)_.+|gen_ai_client_.+", ${q.filter}}`;
}

export function seriesByService(q: Queries): SizedPanel {
  return graph({
    title: 'Series, by service: the 10 with the most',
    description:
      'Bounded by design: models, methods and servers are capped, ids are never labels. A line that keeps growing at the same number of processes is a bug: report it.',
    unit: 'locale',
    queries: [
      { expr: q.named(`topk(10, count by (${q.service.join(', ')}) (${ours(q)}))`), legend: '{{service}}' },
    ],
    noValue: NO_DATA.telemetry,
    links: [runbook(q.config, 'AnthropicTelemetryDegraded')],
    width: 12,
    height: 10,
  });
}

export function seriesByMetric(q: Queries): SizedPanel {
  const metric = `label_replace(count by (__name__) (${ours(q)}), "metric", "$1", "__name__", "(.+?)(_bucket|_sum|_count)?")`;
  return table({
    title: 'Series, by metric',
    description:
      'The 20 metrics with the most. Names that end in _seconds came by OTLP, names without the unit from the Prometheus exporter.',
    labels: [{ label: 'metric', title: 'Metric' }],
    values: [{ title: 'Series', expr: `topk(20, sum by (metric) (${metric}))`, unit: 'locale', width: 90 }],
    noValue: NO_DATA.telemetry,
    links: [runbook(q.config, 'AnthropicTelemetryDegraded')],
    width: 12,
    height: 10,
  });
}
