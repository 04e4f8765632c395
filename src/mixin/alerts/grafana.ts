/** The alerts in the provisioning format of Grafana's own alerting. */
import type { AlertConfig } from '../config.ts';
import { dashboardUrl, runbookUrl } from './links.ts';
import { type AlertRule, isAlert, type RuleGroup } from './rule.ts';
import { alertLabels } from './text.ts';

/** The uid of the data source that the file asks for; users set it to theirs. */
const DATASOURCE = 'prometheus';

/** A provisioning file with every alert of `groups`. */
export function grafanaProvisioning(groups: readonly RuleGroup[], config: AlertConfig): object {
  return {
    apiVersion: 1,
    groups: groups.map(({ name, interval, rules }) => ({
      orgId: 1,
      name,
      folder: 'Anthropic',
      interval: interval ?? '1m',
      rules: rules.filter(isAlert).map((rule) => grafanaRule(rule, config)),
    })),
  };
}

function grafanaRule(rule: AlertRule, config: AlertConfig): object {
  const { alert, condition } = rule;
  return {
    // At most 40 characters of letters, digits, - and _.
    uid: [alert.replace(/^Anthropic/, ''), condition]
      .filter(Boolean)
      .join('-')
      .replace(/[^\w-]/g, '-')
      .slice(0, 40),
    title: condition ? `${alert} (${condition})` : alert,
    condition: 'B',
    data: [
      {
        refId: 'A',
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: DATASOURCE,
        model: { refId: 'A', expr: rule.expr, instant: true, range: false },
      },
      {
        refId: 'B',
        datasourceUid: '__expr__',
        // The query gives only series that must fire; one that is there fires, whatever its value.
        model: { refId: 'B', type: 'math', expression: 'is_number($A)' },
      },
    ],
    noDataState: 'OK',
    execErrState: 'Error',
    for: rule.for ?? '0s',
    // Written so, and not with underscores: Grafana ignores fields that it does not know.
    ...(rule.keepFiringFor && { keepFiringFor: rule.keepFiringFor }),
    annotations: {
      summary: template(rule.summary),
      description: template(rule.description),
      runbook_url: runbookUrl(rule, config),
      dashboard_url: dashboardUrl(rule, config),
    },
    labels: { alertname: alert, ...alertLabels(rule, config) },
  };
}

/** A Prometheus template for Grafana, where `$value` is a text that names every value of the rule. */
function template(text: string): string {
  return text.replaceAll('$value', '$values.A.Value');
}
