/** Writes the pack as files for the rule engines and for Alertmanager. */
import { stringify } from 'yaml';
import type { AlertConfig } from './config.ts';
import { grafanaProvisioning } from './grafana.ts';
import { ruleGroups } from './groups.ts';
import { dashboardUrl, runbookUrl } from './links.ts';
import { alertmanagerConfig, routingFragment } from './routing.ts';
import { type AlertRule, isAlert, type RecordRule, type RuleGroup } from './rule.ts';

const header = (file: string, ...about: readonly string[]) =>
  [
    `# ${file}: made by \`npm run generate\` from src/mixin/alerts. Change src/mixin/alerts/config.ts, not this file.`,
    ...about.map((line) => `# ${line}`),
    '',
  ].join('\n');

/** `alerts/anthropic.rules.yaml`: the whole pack, for Prometheus, Mimir, Thanos and VictoriaMetrics. */
export function rulesYaml(config: AlertConfig): string {
  return header('anthropic.rules.yaml') + yaml(ruleFile(ruleGroups(config), config));
}

/** `alerts/anthropic.recording.yaml`: the recording rules alone, for those who alert from Grafana. */
export function recordingYaml(config: AlertConfig): string {
  const groups = ruleGroups(config)
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => !isAlert(rule)) }))
    .filter(({ rules }) => rules.length > 0);
  const about =
    'Only for alerting from Grafana (anthropic.grafana.yaml): anthropic.rules.yaml has these already.';
  return header('anthropic.recording.yaml', about) + yaml(ruleFile(groups, config));
}

/** `alerts/anthropic.prometheusrule.yaml`: the whole pack as a custom resource of the Prometheus operator. */
export function prometheusRuleYaml(config: AlertConfig): string {
  const resource = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'anthropic-otel', labels: { 'app.kubernetes.io/name': 'anthropic-otel' } },
    spec: ruleFile(ruleGroups(config), config),
  };
  const about = 'Add the labels that the `ruleSelector` of your Prometheus asks for, such as `release`.';
  return header('anthropic.prometheusrule.yaml', about) + yaml(resource);
}

/** `alerts/anthropic.grafana.yaml`: the alerts for Grafana's own alerting, as a provisioning file. */
export function grafanaYaml(config: AlertConfig): string {
  return (
    header(
      'anthropic.grafana.yaml',
      'Instead of anthropic.rules.yaml, for those who alert from Grafana. Load anthropic.recording.yaml into',
      'Prometheus as well, and set datasourceUid to the uid of that data source.',
    ) + yaml(grafanaProvisioning(ruleGroups(config), config))
  );
}

/** `alerts/alertmanager.yaml`: a complete Alertmanager configuration. */
export function alertmanagerYaml(config: AlertConfig): string {
  return header('alertmanager.yaml') + yaml(alertmanagerConfig(config));
}

/** `alerts/alertmanager.routing.yaml`: what to paste into an Alertmanager configuration that exists. */
export function routingYaml(config: AlertConfig): string {
  return (
    header(
      'alertmanager.routing.yaml',
      'Paste the route into the `routes` of your root route and the inhibitions into your `inhibit_rules`.',
      'The receivers page, ticket, info and watchdog are yours to define: see alertmanager.yaml for an example.',
    ) + yaml(routingFragment(config))
  );
}

/** Rule groups as the rule file format has them. */
export function ruleFile(groups: readonly RuleGroup[], config: AlertConfig): { groups: object[] } {
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
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
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
      runbook_url: runbookUrl(rule, config),
      dashboard_url: dashboardUrl(rule, config),
    },
  };
}
