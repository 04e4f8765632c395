/** Writes the pack as files for the rule engines and for Alertmanager. */
import { Document, visit } from 'yaml';
import type { AlertConfig } from '../config.ts';
import { grafanaProvisioning } from './grafana.ts';
import { ruleGroups } from './groups.ts';
import { dashboardUrl, runbookUrl } from './links.ts';
import { EXAMPLE_RECEIVERS } from './receivers.ts';
import { alertmanagerConfig, routingFragment } from './routing.ts';
import { type AlertRule, isAlert, type RecordRule, type RuleGroup } from './rule.ts';
import { alertLabels } from './text.ts';

/** One generated file. */
export interface GeneratedFile {
  /** Its name, within a folder for alerts. */
  readonly name: string;
  readonly content: string;
}

/** Every file of `alerts/` for one configuration, except the notification templates, which do not depend on it. */
export function alertFiles(config: AlertConfig): GeneratedFile[] {
  return [
    { name: 'anthropic.rules.yaml', content: rulesYaml(config) },
    { name: 'anthropic.recording.yaml', content: recordingYaml(config) },
    { name: 'anthropic.prometheusrule.yaml', content: prometheusRuleYaml(config) },
    { name: 'anthropic.grafana.yaml', content: grafanaYaml(config) },
    { name: 'alertmanager.yaml', content: alertmanagerYaml(config) },
    { name: 'alertmanager.example.yaml', content: exampleYaml(config) },
    { name: 'alertmanager.routing.yaml', content: routingYaml(config) },
  ];
}

/** `anthropic.rules.yaml`: the whole pack, for Prometheus, Mimir, Thanos and VictoriaMetrics. */
export function rulesYaml(config: AlertConfig): string {
  return header('anthropic.rules.yaml') + yaml(ruleFile(ruleGroups(config), config));
}

/** `anthropic.recording.yaml`: the recording rules alone, for those who alert from Grafana. */
export function recordingYaml(config: AlertConfig): string {
  const groups = ruleGroups(config)
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => !isAlert(rule)) }))
    .filter(({ rules }) => rules.length > 0);
  const about =
    'Only for alerting from Grafana (anthropic.grafana.yaml): anthropic.rules.yaml has these already.';
  return header('anthropic.recording.yaml', about) + yaml(ruleFile(groups, config));
}

/** `anthropic.prometheusrule.yaml`: the whole pack as a custom resource of the Prometheus operator. */
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

/** `anthropic.grafana.yaml`: the alerts for Grafana's own alerting, as a provisioning file. */
export function grafanaYaml(config: AlertConfig): string {
  return (
    header(
      'anthropic.grafana.yaml',
      'Instead of anthropic.rules.yaml, for those who alert from Grafana. Load anthropic.recording.yaml into',
      'Prometheus as well, and set datasourceUid to the uid of that data source.',
    ) + yaml(grafanaProvisioning(ruleGroups(config), config))
  );
}

/** `alertmanager.yaml`: a complete Alertmanager configuration with the receivers of `config`. */
export function alertmanagerYaml(config: AlertConfig): string {
  return header('alertmanager.yaml') + yaml(alertmanagerConfig(config));
}

/** `alertmanager.example.yaml`: a complete configuration with every kind of receiver. */
export function exampleYaml(config: AlertConfig): string {
  return (
    header(
      'alertmanager.example.yaml',
      "An example with Slack, PagerDuty, Opsgenie, e-mail and a dead man's switch. Keep the receivers that you use.",
      'Secrets are read from files. Copy the folder templates along.',
    ) + yaml(alertmanagerConfig({ ...config, receivers: EXAMPLE_RECEIVERS }))
  );
}

/** `alertmanager.routing.yaml`: what to paste into an Alertmanager configuration that exists. */
export function routingYaml(config: AlertConfig): string {
  return (
    header(
      'alertmanager.routing.yaml',
      'Paste the route into the `routes` of your root route and the inhibitions into your `inhibit_rules`.',
      'The receivers page, ticket, info and watchdog are yours to define: see alertmanager.example.yaml.',
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

/** The key of a sentence that is written as a comment before its rule. */
const NOTE = '#note';

/** YAML with long lines left whole: a folded query is hard to read and to paste. */
export function yaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Map(_, node) {
      const note = node.get(NOTE);
      if (typeof note !== 'string') return;
      node.commentBefore = ` ${note}`;
      node.delete(NOTE);
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** The first lines of a generated file. */
function header(file: string, ...about: readonly string[]): string {
  return [
    `# ${file}: made by \`npm run generate\`. Change the settings in src/mixin/config.ts, not this file.`,
    ...about.map((line) => `# ${line}`),
    '',
  ].join('\n');
}

function recordEntry({ record, note, expr }: RecordRule): object {
  return { [NOTE]: note, record, expr };
}

function alertEntry(rule: AlertRule, config: AlertConfig): object {
  return {
    [NOTE]: rule.note,
    alert: rule.alert,
    expr: rule.expr,
    ...(rule.for && { for: rule.for }),
    ...(rule.keepFiringFor && { keep_firing_for: rule.keepFiringFor }),
    labels: alertLabels(rule, config),
    annotations: {
      summary: rule.summary,
      description: rule.description + leadingKind(rule),
      runbook_url: runbookUrl(rule, config),
      dashboard_url: dashboardUrl(rule, config),
    },
  };
}

function leadingKind({ leadingKind: query }: AlertRule): string {
  if (!query) return '';
  return `{{ with ${query} | query }} Most attempts failed with {{ . | first | label "anthropic_attempt_kind" }}.{{ end }}`;
}
