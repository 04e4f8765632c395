/** Triage: which service is in trouble? */
import { FAULTS } from '../../../model/errors.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { type Queries, shareBy } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { firing, ONLY } from '../lib/signals.ts';
import { above, errorRateSteps, NO_DATA, WARN } from '../lib/style.ts';
import { linkColumns, linked, ofService, serviceColumns, table } from '../lib/table.ts';

/** One row per service: first those with alerts, then those with failed calls. */
export function services(q: Queries): SizedPanel {
  const { service, config } = q;
  const by = service.join(', ');
  const on = `on (${by})`;
  const each = `count by (${by}) (${q.metric('startTime')})`;
  const orZero = (expression: string) => `${expression}\nor ${on}\n0 * ${each}`;
  const failed = q.recent('calls', [...service, LABEL.fault], ONLY.failedCalls);
  // As in the verdict: a service with a firing alert may have stopped making calls.
  const alerts = firing(`alertname=~"Anthropic.+", fault=~"${FAULTS.join('|')}"`);
  const faultOf = (expression: string) =>
    `label_replace(${expression}, "${LABEL.fault}", "$1", "fault", "(.*)")`;
  const whoActs = [
    `topk by (${by}) (1, ${failed} > 0)`,
    `or ${on} 0 * topk by (${by}) (1, group by (${by}, ${LABEL.fault}) (${faultOf(alerts)}) and ${on} ${each})`,
    `or ${on} label_replace(0 * ${each}, "${LABEL.fault}", "none", "", "")`,
  ].join('\n');
  const names = serviceColumns(q);
  return table({
    title: 'Services (last 5 minutes)',
    description:
      'Every service that reports, with its calls of the last 5 minutes, including those of processes that have ended. Services with firing alerts come first. Who has to act: on most of the failed calls, or on the alert if no call fails. Click a service to see it alone.',
    noValue: NO_DATA.telemetry,
    links: [runbook(config)],
    sortBy: ['Alerts', 'Failed'],
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
        expr: linked(q, whoActs),
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
        thresholds: errorRateSteps(config),
      },
      {
        title: 'Alerts',
        expr: orZero(
          `count by (${by}) (${firing('alertname=~"Anthropic.+", alertname!="AnthropicWatchdog"')} and ${on} ${each})`,
        ),
        unit: 'locale',
        width: 68,
        thresholds: above(1, WARN),
      },
      {
        title: 'Longest wait',
        expr: `max by (${by}) (${q.metric('oldestCallAge', ONLY.waiting)})`,
        unit: 's',
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
