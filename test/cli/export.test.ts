import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { ROOT } from '../helpers/process.ts';
import { cli, cliJson, createFolder, readTree } from './support/cli.ts';

interface ExportResult {
  readonly written: boolean;
  readonly changes: readonly { path: string; kind: string; diff?: string }[];
}

/** Alerts and records by name, with their queries. */
function rulesOf(groups: unknown): Record<string, string> {
  const rules = (groups as { rules: { alert?: string; record?: string; expr: string }[] }[]).flatMap(
    (group) => group.rules,
  );
  return Object.fromEntries(rules.map(({ alert, record, expr }) => [alert ?? record ?? '', expr]));
}

describe('anthropic-otel export', () => {
  test('writes files that Prometheus and Alertmanager accept, and the same rules for every engine', async () => {
    const folder = createFolder();
    expect(await cli(folder, ['export'])).toMatchObject({ code: 0, stderr: '' });
    const { promtool, amtool } = await findPrometheusTools();
    const at = (path: string): string => join(folder, 'monitoring', path);
    execFileSync(promtool, ['check', 'config', at('prometheus.yaml')], { stdio: 'pipe' });
    execFileSync(promtool, ['check', 'rules', at('alerts/anthropic.recording.yaml')], { stdio: 'pipe' });
    execFileSync(amtool, ['check-config', at('alertmanager/alertmanager.yaml')], { stdio: 'pipe' });

    const files = readTree(join(folder, 'monitoring'));
    const yaml = (name: string): Record<string, unknown> =>
      parse(files[`alerts/anthropic.${name}.yaml`] ?? '');
    const rules = rulesOf(yaml('rules')['groups']);
    expect(Object.keys(rules)).toContain('AnthropicWatchdog');
    expect(rulesOf(yaml('mimir')['groups'])).toEqual(rules);
    expect(yaml('mimir')['namespace']).toBe('anthropic-otel');
    const { spec, metadata } = yaml('prometheusrule') as {
      spec: { groups: unknown };
      metadata: object;
    };
    expect(rulesOf(spec.groups)).toEqual(rules);
    expect(metadata).toMatchObject({ namespace: 'monitoring', labels: { release: 'prometheus' } });
    const helm = yaml('helm-values')['additionalPrometheusRulesMap'] as Record<string, { groups: unknown }>;
    expect(rulesOf(helm['anthropic-otel']?.groups)).toEqual(rules);
  });

  test('puts each dashboard into a ConfigMap that the sidecar of Grafana finds, below the limit of an object', async () => {
    const folder = createFolder();
    await cli(folder, ['export', 'dashboards', 'grafana-provisioning']);
    const files = readTree(join(folder, 'monitoring'));
    const text = files['grafana-provisioning/kubernetes/dashboards.configmap.yaml'] ?? '';
    const maps = parseAllDocuments(text).map(
      (document) => document.toJS() as { data: object; metadata: object },
    );
    const dashboards = Object.keys(files).filter((name) => name.startsWith('dashboards/'));
    expect(maps).toHaveLength(dashboards.length);
    for (const { data, metadata } of maps) {
      expect(metadata).toMatchObject({ labels: { grafana_dashboard: '1' } });
      const [[name, content]] = Object.entries(data) as [[string, string]];
      expect(content).toBe(files[`dashboards/${name}`]);
      expect(Buffer.byteLength(content)).toBeLessThan(1_000_000);
    }
  });

  test('follows the configuration, in each kind of file', async () => {
    const settings = '{ errorRate: { ratio: 0.13 }, urls: { grafana: "https://grafana.example.com" } }';
    for (const [name, text] of Object.entries({
      'anthropic-otel.config.json':
        '{"errorRate":{"ratio":0.13},"urls":{"grafana":"https://grafana.example.com"}}',
      'anthropic-otel.config.mjs': `export default ${settings};`,
      'anthropic-otel.config.cjs': `module.exports = ${settings};`,
      'anthropic-otel.config.ts': `import type { MonitoringConfig } from 'anthropic-otel';\nexport default ${settings} satisfies MonitoringConfig;`,
    })) {
      const folder = createFolder({ [name]: text });
      expect(await cli(folder, ['export', 'alerts']), name).toMatchObject({ code: 0 });
      const rules = readFileSync(join(folder, 'monitoring/alerts/anthropic.rules.yaml'), 'utf8');
      expect(rules, name).toContain('0.13');
      expect(rules, name).toContain('https://grafana.example.com/d/');
      expect(rules, name).not.toContain('localhost:3000');
    }
  });

  test('does nothing the second time', async () => {
    const folder = createFolder();
    await cli(folder, ['export']);
    const before = readTree(folder);
    expect(await cliJson(folder, ['export'])).toMatchObject({ written: true, changes: [] });
    expect(readTree(folder)).toEqual(before);
    expect(await cli(folder, ['export', '--check'])).toMatchObject({ code: 0 });
  });

  test('writes nothing where a file was changed, and shows the difference', async () => {
    const folder = createFolder();
    await cli(folder, ['export']);
    const changed = join(folder, 'monitoring/prometheus.yaml');
    writeFileSync(changed, readFileSync(changed, 'utf8').replace('15s', '30s'));
    writeFileSync(join(folder, 'anthropic-otel.config.json'), '{ "errorRate": { "ratio": 0.13 } }');
    const before = readTree(folder);
    const refused = await cli(folder, ['export']);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/^- .*30s$/m);
    expect(refused.stdout).toMatch(/^\+ .*15s$/m);
    expect(readTree(folder)).toEqual(before);

    expect(await cli(folder, ['export', '--force'])).toMatchObject({ code: 0 });
    expect(readFileSync(changed, 'utf8')).not.toContain('30s');
    expect(readFileSync(join(folder, 'monitoring/alerts/anthropic.rules.yaml'), 'utf8')).toContain('0.13');
  });

  test('overwrites nothing that it has not written, though the content is of an older version', async () => {
    const folder = createFolder({ 'monitoring/prometheus.yaml': 'global: {}\n' });
    const result = await cliJson<ExportResult>(folder, ['export', 'prometheus']);
    expect(result).toMatchObject({
      written: false,
      changes: [{ path: 'prometheus.yaml', kind: 'conflict' }],
    });
    expect(readFileSync(join(folder, 'monitoring/prometheus.yaml'), 'utf8')).toBe('global: {}\n');
  });

  test('updates what it has written when the configuration changes, and --check reports it before', async () => {
    const folder = createFolder();
    await cli(folder, ['export']);
    writeFileSync(join(folder, 'anthropic-otel.config.json'), '{ "errorRate": { "ratio": 0.13 } }');
    const before = readTree(join(folder, 'monitoring'));
    const check = await cli(folder, ['export', '--check']);
    expect(check.code).toBe(1);
    expect(check.stdout).toContain('alerts/anthropic.rules.yaml');
    expect(readTree(join(folder, 'monitoring'))).toEqual(before);
    const result = await cliJson<ExportResult>(folder, ['export']);
    expect(new Set(result.changes.map(({ kind }) => kind))).toEqual(new Set(['update']));
    expect(await cli(folder, ['export', '--check'])).toMatchObject({ code: 0 });
  });

  test('takes a line ending that a checkout changed for no change, and so does --check', async () => {
    const folder = createFolder();
    await cli(folder, ['export']);
    const file = join(folder, 'monitoring/prometheus.yaml');
    for (const name of Object.keys(readTree(join(folder, 'monitoring')))) {
      const each = join(folder, 'monitoring', name);
      writeFileSync(each, readFileSync(each, 'utf8').replaceAll('\n', '\r\n'));
    }
    expect(await cli(folder, ['export', '--check'])).toMatchObject({ code: 0 });
    writeFileSync(join(folder, 'anthropic-otel.config.json'), '{ "prometheus": { "interval": "30s" } }');
    expect(await cli(folder, ['export', 'prometheus'])).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toContain('30s');
  });

  test('removes what is no longer exported, unless it was changed', async () => {
    const folder = createFolder();
    await cli(folder, ['export', 'runbooks']);
    const manifest = join(folder, 'monitoring/.anthropic-otel.json');
    const { files } = JSON.parse(readFileSync(manifest, 'utf8')) as { files: Record<string, object> };
    const [[, entry]] = Object.entries(files) as [[string, object]];
    const old = join(folder, 'monitoring/runbooks/Old.md');
    writeFileSync(old, readFileSync(join(folder, 'monitoring', Object.keys(files)[0] ?? '')));
    writeFileSync(manifest, JSON.stringify({ files: { ...files, 'runbooks/Old.md': entry } }));
    expect(await cliJson(folder, ['export', 'alerts'])).not.toMatchObject({ changes: [{ kind: 'remove' }] });
    expect(await cliJson(folder, ['export', 'runbooks'])).toMatchObject({
      changes: [{ path: 'runbooks/Old.md', kind: 'remove' }],
    });
    expect(Object.keys(readTree(folder))).not.toContain('monitoring/runbooks/Old.md');
    rmSync(folder, { recursive: true });
  });

  test.each([
    [['export', 'dashbords'], 'unknown target "dashbords"'],
    [['export', '--nope'], "Unknown option '--nope'"],
    [['export', '--config', 'none.mjs'], 'none.mjs does not exist'],
    [['nope'], 'unknown command "nope"'],
  ])('%j is a wrong command line: exit code 2, and what to do', async (args, message) => {
    const ended = await cli(createFolder(), args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(ended.stderr.trim().split('\n').length).toBe(2);
  });

  test.each([
    ['{ "errorRat": {} }', /config\.errorRat is not a setting/],
    ['{ "errorRate": { "ratio": "5%" } }', /config\.errorRate\.ratio must be a number/],
    ['{ "keepFiringFor": "5 minutes" }', /config\.keepFiringFor must be a duration/],
    ['{ "errorRate": ', /cannot be read/],
    ['[]', /must be an object/],
    ['{ "prometheus": { "targets": [5] } }', /prometheus\.targets must be a list of strings, not 5/],
    ['{ "groupingLabels": ["job", ""] }', /groupingLabels must be a list of strings|not the name of a label/],
    ['{ "kubernetes": { "ruleLabels": { "a": 1 } } }', /ruleLabels must be an object of strings/],
    ['{ "prometheus": { "interval": "5m" } }', /prometheus\.interval must be a duration from 1s to 2m/],
    ['{ "receivers": { "webhook": "localhost" } }', /receivers\.webhook must be an address/],
    ['{ "receivers": { "slak": {} } }', /receivers\.slak is not a receiver\. Use one of: webhook, slack/],
    ['{ "urls": { "grafana": "javascript:alert(1)" } }', /urls\.grafana must be an address/],
    ['{ "out": " " }', /out must be the name of a folder/],
  ])('the configuration %s is a mistake that is named', async (text, message) => {
    const ended = await cli(createFolder({ 'anthropic-otel.config.json': text }), ['export']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toContain('anthropic-otel.config.json');
  });
});

test.each([
  ['mjs', 'export default {\n  errorRate: { ratio: } };', /config\.mjs:2 cannot be read: Unexpected token/],
  ['ts', 'export default {\n  errorRate: { ratio: } };', /config\.ts:2 cannot be read/],
  ['ts', 'enum A { B }\nexport default {};', /config\.ts.* cannot be read: .*enum/],
  ['mjs', 'throw new Error("boom");', /config\.mjs cannot be read: boom/],
  ['mjs', 'throw undefined;', /config\.mjs cannot be read: undefined/],
  ['mjs', 'import "nowhere"; export default {};', /Cannot find package 'nowhere'/],
  ['mjs', 'export const config = {};', /no default export/],
  ['mjs', 'export default () => ({});', /must be an object, not a function/],
  ['mjs', 'export default { get errorRate() { throw new Error("lazy"); } };', /config\.mjs: lazy/],
  ['mjs', 'const all = {}; all.labels = all; export default all;', /config\.mjs: .*circular/],
  ['cjs', 'module.exports = { nope: 1 };', /config\.nope is not a setting/],
  ['mjs', 'await new Promise(() => {}); export default {};', /ended before it finished/],
  ['mjs', 'process.exit(0);', /ended before it finished/],
])('the configuration in %s, %j, is an error in words, and writes nothing', async (ending, text, message) => {
  const folder = createFolder({ [`anthropic-otel.config.${ending}`]: text });
  const ended = await cli(folder, ['export']);
  expect(ended.code).toBe(/ended before/.test(String(message)) ? 1 : 2);
  expect(ended.stderr).toMatch(message);
  expect(ended.stderr).not.toMatch(/\n {4}at /);
  expect(Object.keys(readTree(folder))).toHaveLength(1);
});

test.each(['throw new Error("boom");', 'process.exit(0);'])(
  'under --json, %j is an object with the error',
  async (text) => {
    const folder = createFolder({ 'anthropic-otel.config.mjs': text });
    expect(await cliJson<{ error: string }>(folder, ['export'])).toMatchObject({ error: expect.any(String) });
  },
);

test('a configuration may be a promise, and may print: its output is not in the result', async () => {
  const text = 'console.log("hello"); export default Promise.resolve({ errorRate: { ratio: 0.13 } });';
  const folder = createFolder({ 'anthropic-otel.config.mjs': text });
  expect(await cliJson<ExportResult>(folder, ['export', 'alerts'])).toMatchObject({ written: true });
  expect(readFileSync(join(folder, 'monitoring/alerts/anthropic.rules.yaml'), 'utf8')).toContain('0.13');
});

test('addresses are written without a slash at their end', async () => {
  const folder = createFolder({
    'anthropic-otel.config.json': '{ "urls": { "grafana": "https://grafana.example.com/" } }',
  });
  await cli(folder, ['export', 'alerts']);
  const rules = readFileSync(join(folder, 'monitoring/alerts/anthropic.rules.yaml'), 'utf8');
  expect(rules).toContain('https://grafana.example.com/d/');
});

describe('anthropic-otel export, where the folder is not as usual', () => {
  test('removes nothing outside of its folder, whatever its manifest names', async () => {
    const folder = createFolder({ 'precious.txt': 'keep' });
    await cli(folder, ['export', 'prometheus']);
    const sha256 = createHash('sha256').update('keep').digest('hex');
    const entry = { sha256, target: 'prometheus' };
    const files = { '../precious.txt': entry, [join(folder, 'precious.txt')]: entry };
    writeFileSync(join(folder, 'monitoring/.anthropic-otel.json'), JSON.stringify({ files }));
    await cli(folder, ['export', 'prometheus', '--force']);
    expect(readFileSync(join(folder, 'precious.txt'), 'utf8')).toBe('keep');
  });

  test('states in one line that a folder cannot be written', async () => {
    const ended = await cli(createFolder({ monitoring: 'a file' }), ['export', 'prometheus']);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('states which folder is in the way of a file', async () => {
    const ended = await cli(createFolder({ 'monitoring/prometheus.yaml/file': '' }), [
      'export',
      'prometheus',
    ]);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/prometheus\.yaml is a folder/);
  });

  test('writes what a link leads to, and keeps the link', async () => {
    const folder = createFolder({ 'elsewhere/rules.yaml': 'groups: []\n', 'monitoring/alerts/other': '' });
    symlinkSync('../../elsewhere/rules.yaml', join(folder, 'monitoring/alerts/anthropic.rules.yaml'));
    expect(await cli(folder, ['export', 'alerts'])).toMatchObject({ code: 1 });
    expect(await cli(folder, ['export', 'alerts', '--force'])).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'elsewhere/rules.yaml'), 'utf8')).toContain('AnthropicWatchdog');
    expect(lstatSync(join(folder, 'monitoring/alerts/anthropic.rules.yaml')).isSymbolicLink()).toBe(true);
  });

  test('ends quietly where its output is not read to the end', async () => {
    const folder = createFolder();
    const { status, stderr } = spawnSync(
      'sh',
      [
        '-c',
        `"${process.execPath}" "${join(ROOT, 'dist/cli/cli.mjs')}" export --check --json | head -1 >/dev/null`,
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('states that its manifest is damaged, and what to do', async () => {
    const folder = createFolder({ 'monitoring/.anthropic-otel.json': '{' });
    const ended = await cli(folder, ['export', 'prometheus']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('--force');
  });
});

test('dashboards follow the configuration too', async () => {
  const text = '{ "groupingLabels": ["region", "job"], "spend": { "dailyBudgetUsd": 4321 } }';
  const folder = createFolder({ 'anthropic-otel.config.json': text });
  await cli(folder, ['export', 'dashboards']);
  const files = Object.values(readTree(join(folder, 'monitoring'))).join('\n');
  expect(files).toContain('by (region, job');
  expect(files).toContain('4321');
});
