/** The home dashboard: who has to act? */
import { DEFAULT_CONFIG } from '../alerts/config.ts';
import { ruleGroups } from '../alerts/groups.ts';
import { isAlert } from '../alerts/rule.ts';
import { dashboard } from './dashboard.ts';
import { failureTable } from './failure-table.ts';
import type { SizedPanel } from './panel-options.ts';
import { text } from './panels.ts';
import { runbook, STATUS_PAGE } from './style.ts';
import * as history from './triage-history.ts';
import * as now from './triage-now.ts';

export function triage(): string {
  return dashboard({
    uid: 'anthropic-triage',
    title: 'Claude: triage',
    description:
      'Who has to act? Our configuration, our traffic, our input, the network, Anthropic or our application.',
    from: 'now-1h',
    refresh: '30s',
    sections: [
      {
        lines: [
          [now.verdict(), ...now.missionAlerts(), now.rate(), now.lastRefusal()],
          [now.faults(), now.inRange()],
        ],
      },
      {
        title: 'When did it begin?',
        lines: [
          [history.failuresByFault(), history.rateByModel()],
          [history.calls(), history.attempts(), history.retries()],
        ],
      },
      {
        title: 'What was it?',
        lines: [
          [failureTable(14), history.exhausted()],
          [history.streaks(), history.refusals(), history.active()],
          [help(), runbooks()],
        ],
      },
    ],
  });
}

function help(): SizedPanel {
  const runbookFile = (alert: string) => runbook(alert).url;
  return text({
    title: 'What to do',
    description: 'The first step for each answer to "who has to act".',
    markdown: [
      '| Who has to act | First step |',
      '|---|---|',
      `| **anthropic** | Read the [status page](${STATUS_PAGE}); then [5xx](${runbookFile('AnthropicConsecutiveServerErrors')}) or [529](${runbookFile('AnthropicRetriesElevated')}). Shed load, or switch the model. |`,
      `| **traffic** | [Rate limits](${runbookFile('AnthropicRateLimitPressure')}): who sends, which limit, when is it full again. |`,
      `| **config** | [401](${runbookFile('AnthropicAuthenticationFailed')}), [402](${runbookFile('AnthropicBillingFailed')}), [403](${runbookFile('AnthropicPermissionDenied')}), [404](${runbookFile('AnthropicModelNotFound')}): what was deployed or rotated last? |`,
      `| **input** | [400, 413, 422](${runbookFile('AnthropicInvalidRequests')}): the log line has the shape of the request. |`,
      '| **network** | Proxy, DNS, egress, timeouts: compare with other services of the same hosts. |',
      '| **application** | Our own code gave up: the log line has the error. |',
    ].join('\n'),
    width: 14,
    height: 8,
  });
}

function runbooks(): SizedPanel {
  const alerts = ruleGroups(DEFAULT_CONFIG)
    .flatMap(({ rules }) => rules)
    .filter(isAlert)
    .map(({ alert }) => `[${alert.replace('Anthropic', '')}](${runbook(alert).url})`);
  return text({
    title: 'Runbooks',
    description: 'One for each alert of the rule pack: meaning, impact, diagnosis, mitigation.',
    markdown: alerts.join(' · '),
    width: 10,
    height: 8,
  });
}
