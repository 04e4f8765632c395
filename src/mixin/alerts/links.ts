/** Links from an alert to its runbook and to the dashboard that shows what it is about. */
import type { AlertConfig } from '../config.ts';
import { MODEL } from './names.ts';
import type { AlertRule } from './rule.ts';

/** Where the runbook of an alert is read. */
export function runbookUrl(rule: AlertRule, config: AlertConfig): string {
  return `${config.urls.runbooks}/${rule.alert}.md`;
}

/** The dashboard, with its variables set to the service and model of the alert. A label that it does not have sets no variable. */
export function dashboardUrl(rule: AlertRule, config: AlertConfig): string {
  const labels = rule.ofService === false ? [] : config.groupingLabels;
  const variables = [
    ...labels.map((label) => `{{ with $labels.${label} }}&var-${label}={{ . | urlquery }}{{ end }}`),
    ...(rule.perModel ? [`{{ with $labels.${MODEL} }}&var-model={{ . | urlquery }}{{ end }}`] : []),
  ];
  return `${config.urls.grafana}/d/${rule.dashboard}?from=now-3h&to=now${variables.join('')}`;
}
