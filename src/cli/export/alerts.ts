/** Writes the rules and the routing in each engine's format. */
import { Document, parse, parseDocument } from 'yaml';
import type { CliConfig } from '../config/config.ts';
import { type File, shippedFiles } from '../package-files.ts';
import {
  alertmanagerYaml,
  dashboardsYaml,
  exampleYaml,
  grafanaYaml,
  prometheusRuleYaml,
  recordingYaml,
  routingYaml,
  rulesYaml,
} from './mixin.ts';

/** Keeps long lines, because a folded query is hard to read and to paste. */
export const YAML = { lineWidth: 0, aliasDuplicateObjects: false } as const;

/** The rules for every engine. */
export function alertFiles(config: CliConfig): readonly File[] {
  const rules = rulesYaml(config);
  return [
    { path: 'alerts/anthropic.rules.yaml', content: rules },
    { path: 'alerts/anthropic.mimir.yaml', content: mimirNamespace(rules) },
    { path: 'alerts/anthropic.prometheusrule.yaml', content: labelled(prometheusRuleYaml(config), config) },
    { path: 'alerts/anthropic.helm-values.yaml', content: helmValues(rules) },
    { path: 'alerts/anthropic.grafana.yaml', content: grafanaYaml(config) },
    { path: 'alerts/anthropic.recording.yaml', content: recordingYaml(config) },
    { path: 'alerts/anthropic.dashboards.yaml', content: dashboardsYaml(config) },
  ];
}

/** The routing: a complete configuration, the part to paste into another one, and the templates of both. */
export async function alertmanagerFiles(config: CliConfig): Promise<readonly File[]> {
  return [
    { path: 'alertmanager/alertmanager.yaml', content: alertmanagerYaml(config) },
    { path: 'alertmanager/alertmanager.example.yaml', content: exampleYaml(config) },
    { path: 'alertmanager/alertmanager.routing.yaml', content: routingYaml(config) },
    ...(await shippedFiles('alerts/templates', 'alertmanager/templates', '.tmpl')),
  ];
}

/** The rules as a namespace of Mimir's ruler. */
function mimirNamespace(rules: string): string {
  const document = parseDocument(rules);
  document.commentBefore = ' Load with: mimirtool rules load anthropic.mimir.yaml';
  const groups: unknown = document.get('groups', true);
  document.contents = document.createNode({ namespace: 'anthropic-otel' }) as never;
  document.set('groups', groups);
  return document.toString(YAML);
}

/** The custom resource with the namespace and labels of the user's Prometheus. */
function labelled(resource: string, { kubernetes }: CliConfig): string {
  const document = parseDocument(resource);
  document.setIn(['metadata', 'namespace'], kubernetes.namespace);
  for (const [name, value] of Object.entries(kubernetes.ruleLabels)) {
    document.setIn(['metadata', 'labels', name], value);
  }
  return document.toString(YAML);
}

/** The rules as values of the kube-prometheus-stack chart. */
function helmValues(rules: string): string {
  const { groups } = parse(rules) as { groups: unknown };
  const document = new Document({ additionalPrometheusRulesMap: { 'anthropic-otel': { groups } } });
  document.commentBefore =
    ' Values of the chart kube-prometheus-stack: helm upgrade --values anthropic.helm-values.yaml ...';
  return document.toString(YAML);
}
