/** Triage: which service is in trouble? */
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { type Queries, shareBy } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { firing, ONLY } from '../lib/signals.ts';
import { above, NO_DATA, WARN } from '../lib/style.ts';
import { linkColumns, linked, ofService, serviceColumns, table } from '../lib/table.ts';

/** One row per service, in descending order of failed calls. */
export function services(q: Queries): SizedPanel {
  const { service, config } = q;
  const on = `on (${service.join(', ')})`;
  const each = `count by (${service.join(', ')}) (${q.metric('startTime')})`;
  const orZero = (expression: string) => `${expression}\nor ${on}\n0 * ${each}`;
  const failed = q.recent('calls', [...service, LABEL.fault], ONLY.failedCalls);
  const none = `label_replace(0 * ${each}, "${LABEL.fault}", "none", "", "")`;
  const names = serviceColumns(q);
  return table({
    title: 'Services (last 5 minutes)',
    description:
      'Every service that reports, with its calls of the last 5 minutes, including those of processes that have ended. Click a service to see it alone.',
    noValue: NO_DATA.telemetry,
    links: [runbook(config)],
    labels: [
      ...names
        .filter(({ label }) => label === 'job')
        .map((column) => ({
          ...column,
          links: [
            ofService(q, 'anthropic-triage', 'Only this service'),
            ofService(q, 'anthropic-errors', 'Its errors'),
            ofService(q, 'anthropic-cost', 'Its cost'),
          ],
        })),
      { label: LABEL.fault, title: 'Who has to act', colored: true, width: 125 },
      ...names.filter(({ label }) => label !== 'job').reverse(),
      ...linkColumns(q),
    ],
    values: [
      {
        title: 'Failed',
        expr: linked(q, `topk by (${service.join(', ')}) (1, ${failed} > 0)\nor ${on}\n${none}`),
        unit: 'locale',
        width: 68,
      },
      { title: 'Calls', expr: orZero(q.recent('calls', service)), unit: 'locale', width: 70 },
      {
        title: 'Failed %',
        expr: shareBy(
          q.recent('calls', service, ONLY.failedCalls),
          q.recent('calls', service, ONLY.counted),
          service,
        ),
        unit: 'percentunit',
        decimals: 1,
        width: 80,
        thresholds: above(config.errorRate.ratio),
      },
      {
        title: 'Alerts',
        expr: orZero(
          `count by (${service.join(', ')}) (${firing('alertname=~"Anthropic.+", alertname!="AnthropicWatchdog"')} and ${on} ${each})`,
        ),
        unit: 'locale',
        width: 68,
        thresholds: above(1, WARN),
      },
      {
        title: 'Longest wait',
        expr: `max by (${service.join(', ')}) (${q.metric('oldestCallAge')})`,
        unit: 's',
        decimals: 0,
        width: 105,
      },
      {
        title: 'USD an hour',
        expr: `12 * ${q.recent('cost', service)}`,
        unit: 'currencyUSD',
        decimals: 2,
        width: 105,
      },
    ],
    width: 16,
    height: 10,
  });
}
