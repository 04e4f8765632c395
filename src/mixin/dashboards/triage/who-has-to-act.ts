/** Triage: who has to act, and which pages are firing. */
import { FAULTS } from '../../../model/errors.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { stat } from '../lib/panels.ts';
import type { Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { firing, ONLY, serviceOrNone } from '../lib/signals.ts';
import { BAD, FAULT_COLORS, GOOD, NO_DATA } from '../lib/style.ts';

/** The verdict if no call fails and no page is firing. */
const NO_ACTION = 'No action needed';

/** The weight of a page, which exceeds any number of failed calls. It is subtracted again from the shown number. */
const PAGE = '1e9';

/**
 * The service and the fault with the most failed calls in the last five minutes. A service with a firing page comes first, even if it
 * has stopped making calls.
 */
export function verdict(q: Queries): SizedPanel {
  const service = q.service.join(', ');
  const pages = firing('alertname=~"Anthropic.+", severity="critical"', serviceOrNone(q));
  const ofFault = `${pages.slice(0, -1)}, fault=~"${FAULTS.join('|')}"}`;
  const failed = `(${q.recent('calls', [...q.service, LABEL.fault], ONLY.failedCalls)} > 0)`;
  const named = q.named(
    [
      'topk(1, (',
      `  ${failed} + on (${service}) group_left () ${PAGE} * group by (${service}) (${pages})`,
      `  or ${failed}`,
      `  or ${PAGE} * label_replace(group by (${service}, fault) (${ofFault}), "${LABEL.fault}", "$1", "fault", "(.*)")`,
      `)) % ${PAGE}`,
    ].join('\n'),
  );
  return stat({
    title: 'Who has to act?',
    description:
      'The service with the most failed calls in the last 5 minutes, and who has to act on them. A service with a firing page comes ' +
      'first. config: key, model name, billing, permission. traffic: rate limits. input: requests that the API rejects. network: ' +
      'between the application and the API. anthropic: server errors, overload. application: its own code.',
    unit: 'suffix: failed calls',
    queries: [
      {
        expr: `label_join(${named}, "verdict", ": ", "service", "${LABEL.fault}")\nor on () label_replace(${q.zero}, "verdict", "${NO_ACTION}", "", "")`,
        legend: '{{verdict}}',
        instant: true,
      },
    ],
    noValue: NO_DATA.telemetry,
    coloredBy: {
      [`/^${NO_ACTION}$/`]: GOOD,
      ...Object.fromEntries(FAULTS.map((fault) => [`/: ${fault}$/`, FAULT_COLORS[fault]])),
    },
    text: 'value_and_name',
    background: true,
    titleSize: 30,
    valueSize: 16,
    links: [runbook(q.config)],
    width: 8,
    height: 5,
  });
}

/** The most important pages, with a short name and the color of the fault. */
const PAGES = [
  ['AnthropicHighErrorRate', 'error rate', BAD],
  ['AnthropicConsecutiveServerErrors', '5xx in a row', BAD],
  ['AnthropicAuthenticationFailed', '401', FAULT_COLORS.config],
  ['AnthropicRetriesExhausted', 'out of retries', BAD],
] as const;

/** The state of the four most important pages. */
export function pages(q: Queries): SizedPanel {
  return stat({
    title: 'Pages',
    description:
      'Whether these paging alerts fire for any of the selected services: too many calls fail after all retries; two or more consecutive 5xx ' +
      'responses on one path; the API rejects a key; too many calls run out of retries. "Rules not loaded": this Prometheus does not have ' +
      'the state of the rules. If Grafana evaluates the alerts, let it write their state to this Prometheus, or read the list on the right.',
    unit: 'short',
    queries: PAGES.map(([alert, name]) => ({
      expr:
        `count(${firing(`alertname="${alert}"`, serviceOrNone(q))})\n` +
        `or on () 0 * count(${firing('alertname="AnthropicWatchdog"')})`,
      legend: name,
      instant: true,
    })),
    noValue: NO_DATA.rules,
    // A firing page has the color of its fault. A zero has the color of its text.
    coloredBy: Object.fromEntries(PAGES.map(([, name, color]) => [`/^${name}$/`, color])),
    texts: [
      { from: 0, to: 0, text: 'OK', color: GOOD },
      { from: 1, to: 1e9, text: 'FIRING' },
    ],
    text: 'value_and_name',
    background: true,
    titleSize: 14,
    valueSize: 18,
    links: PAGES.map(([alert]) => runbook(q.config, alert)),
    width: 8,
    height: 5,
  });
}
