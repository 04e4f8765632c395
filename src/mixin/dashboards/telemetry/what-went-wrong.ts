/** Telemetry: what went wrong? */
import { STAGES } from '../../../ports/guard.ts';
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import type { Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { NO_DATA, WARN } from '../lib/style.ts';

export function failures(q: Queries): SizedPanel {
  const { allowedErrors, errorWindow } = q.config.telemetry;
  return graph({
    title: 'Telemetry failures, by stage',
    description: `Where this package, or telemetry code that it calls, failed and the failure was caught. AnthropicTelemetryDegraded fires above ${allowedErrors} in ${errorWindow}.`,
    unit: 'locale',
    queries: [
      {
        ...q.counted('telemetryErrors', [LABEL.stage]),
        legend: `{{${LABEL.stage}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    colored: STAGES,
    links: [runbook(q.config, 'AnthropicTelemetryDegraded')],
    width: 12,
  });
}

export function starts(q: Queries): SizedPanel {
  return graph({
    title: 'Processes that report, and their starts',
    description: 'A drop without starts means that a process vanished. Many starts mean a crash loop.',
    unit: 'locale',
    queries: [
      { expr: q.processes, legend: 'processes' },
      {
        expr: q.orZero(`count(${q.metric('startTime')} > time() - $__interval_ms / 1000)`),
        legend: 'started',
      },
    ],
    noValue: NO_DATA.telemetry,
    plain: true,
    coloredBy: { '/^started$/': WARN },
    links: [runbook(q.config, 'AnthropicTelemetryAbsent')],
    width: 12,
  });
}
