/** Writes the rule groups as files for the rule engines. */
import { stringify } from 'yaml';
import type { AlertConfig } from './config.ts';
import { ruleGroups } from './groups.ts';
import { alertmanagerConfig } from './routing.ts';
import { type AlertRule, isAlert, type RecordRule, type RuleGroup } from './rule.ts';

const HEADER = (file: string) =>
  `# ${file}: made by \`npm run generate\` from alerts/src. Change alerts/src/config.ts, not this file.\n`;

/** `alerts/anthropic.rules.yaml`: the whole pack, for Prometheus, Mimir, Thanos and VictoriaMetrics. */
export function rulesYaml(config: AlertConfig): string {
  return HEADER('anthropic.rules.yaml') + yaml(ruleFile(ruleGroups(config), config));
}

/** `alerts/alertmanager.yaml`: a complete Alertmanager configuration. */
export function alertmanagerYaml(config: AlertConfig): string {
  return HEADER('alertmanager.yaml') + yaml(alertmanagerConfig(config));
}

/** Rule groups as the rule file format has them. */
export function ruleFile(groups: readonly RuleGroup[], config: AlertConfig): { groups: unknown[] } {
  return {
    groups: groups.map(({ name, interval, rules }) => ({
      name,
      ...(interval && { interval }),
      rules: rules.map((rule) => (isAlert(rule) ? alertEntry(rule, config) : recordEntry(rule))),
    })),
  };
}

/** YAML with long lines left whole: a folded query is hard to read and to paste. */
export function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

function recordEntry({ record, expr }: RecordRule): object {
  return { record, expr };
}

function alertEntry(rule: AlertRule, config: AlertConfig): object {
  return {
    alert: rule.alert,
    expr: rule.expr,
    ...(rule.for && { for: rule.for }),
    ...(rule.keepFiringFor && { keep_firing_for: rule.keepFiringFor }),
    labels: { severity: rule.severity, fault: rule.fault },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      runbook_url: `${config.runbookUrl}/${rule.alert}.md`,
      dashboard_url: dashboardUrl(rule, config),
    },
  };
}

function dashboardUrl(rule: AlertRule, config: AlertConfig): string {
  const query = [
    ...(rule.panel === undefined ? [] : [`viewPanel=${rule.panel}`]),
    ...(rule.alert.endsWith('Watchdog') ? [] : ['var-job={{ $labels.job | urlquery }}']),
    ...(rule.perModel ? ['var-model={{ $labels.gen_ai_request_model | urlquery }}'] : []),
  ].join('&');
  return `${config.grafanaUrl}/d/${rule.dashboard}${query && `?${query}`}`;
}
