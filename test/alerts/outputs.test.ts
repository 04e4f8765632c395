/** The same pack in its other formats. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  grafanaYaml,
  prometheusRuleYaml,
  recordingYaml,
  rulesYaml,
  yaml,
} from '../../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/config.ts';
import { checkRules } from './support/promtool.ts';
import { ALERT_RULES, RECORD_NAMES } from './support/rules.ts';

const run = promisify(execFile);
const pack = parse(rulesYaml(DEFAULT_CONFIG));

it('is generated: the committed files are up to date', async () => {
  const script = fileURLToPath(new URL('../../scripts/generate.ts', import.meta.url));
  await expect(run(process.execPath, [script, '--check'])).resolves.toBeTruthy();
});

it('passes the linter of Prometheus', async () => {
  const { passed, output } = await checkRules(rulesYaml(DEFAULT_CONFIG));
  expect(passed, output).toBe(true);
});

it('is the same as a custom resource of the operator', () => {
  const resource = parse(prometheusRuleYaml(DEFAULT_CONFIG));
  expect(resource).toMatchObject({ apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule' });
  expect(resource.spec).toEqual(pack);
});

it('has every record, and only records, in the recording file', async () => {
  const file = parse(recordingYaml(DEFAULT_CONFIG));
  const rules = file.groups.flatMap((group: { rules: object[] }) => group.rules);
  expect(rules.map((rule: { record: string }) => rule.record)).toEqual(RECORD_NAMES);
  expect((await checkRules(yaml(file))).passed).toBe(true);
});

it('has every alert in the file for Grafana, with the same query, labels and times', () => {
  const { groups } = parse(grafanaYaml(DEFAULT_CONFIG));
  const rules = groups.flatMap((group: { rules: object[] }) => group.rules);
  expect(rules.map(({ title }: { title: string }) => title.split(' ')[0])).toEqual(
    ALERT_RULES.map(({ alert }) => alert),
  );
  const alerts = pack.groups
    .flatMap((group: { rules: { alert?: string }[] }) => group.rules)
    .filter((rule: { alert?: string }) => rule.alert);
  for (const [i, rule] of rules.entries()) {
    expect(rule.data[0].model.expr).toBe(alerts[i].expr);
    expect(rule.labels).toEqual({ alertname: alerts[i].alert, ...alerts[i].labels });
    expect(rule.for).toBe(alerts[i].for ?? '0s');
    expect(rule.keepFiringFor).toBe(alerts[i].keep_firing_for);
    expect(rule.uid.length).toBeLessThanOrEqual(40);
    expect(JSON.stringify(rule.annotations)).not.toContain('$value ');
  }
  for (const field of ['uid', 'title'] as const) {
    expect(new Set(rules.map((rule: Record<string, string>) => rule[field])).size).toBe(rules.length);
  }
});
