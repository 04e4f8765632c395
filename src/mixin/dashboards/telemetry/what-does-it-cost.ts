/** Telemetry: what does it cost? */
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import type { Queries } from '../lib/queries.ts';
import { NO_DATA } from '../lib/style.ts';
import { table } from '../lib/table.ts';

/** Every series of this package. */
export function allSeries(q: Queries): string {
  return `{__name__=~"anthropic_(client|telemetry|resilience)_.+|gen_ai_client_.+", ${q.filter}}`;
}

export function seriesByService(q: Queries): SizedPanel {
  return graph({
    title: 'Series, by service: the 10 with the most',
    description:
      'Bounded by design: models, methods and servers are capped, and ids are never labels. If a line keeps growing while the number of processes does not, report a bug.',
    unit: 'locale',
    queries: [
      {
        expr: q.named(`topk(10, count by (${q.service.join(', ')}) (${allSeries(q)}))`),
        legend: '{{service}}',
      },
    ],
    noValue: NO_DATA.telemetry,
    links: [runbook(q.config, 'AnthropicTelemetryDegraded')],
    width: 12,
    height: 10,
  });
}

export function seriesByMetric(q: Queries): SizedPanel {
  const metric = `label_replace(count by (__name__) (${allSeries(q)}), "metric", "$1", "__name__", "(.+?)(_bucket|_sum|_count)?")`;
  return table({
    title: 'Series, by metric',
    description:
      'The 20 metrics with the most series. Names that end in _seconds come from OTLP, names without a unit from the Prometheus exporter.',
    labels: [{ label: 'metric', title: 'Metric' }],
    values: [{ title: 'Series', expr: `topk(20, sum by (metric) (${metric}))`, unit: 'locale', width: 90 }],
    noValue: NO_DATA.telemetry,
    links: [runbook(q.config, 'AnthropicTelemetryDegraded')],
    width: 12,
    height: 10,
  });
}
