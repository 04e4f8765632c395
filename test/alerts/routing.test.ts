/** The Alertmanager configuration, as Alertmanager's own tool understands it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { routingYaml } from '../../src/mixin/alerts/build.ts';
import { ROUTES } from '../../src/mixin/alerts/routing.ts';
import { DEFAULT_CONFIG, type Duration, seconds } from '../../src/mixin/config.ts';
import { ALERT_RULES, ALERTS } from './support/rules.ts';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../alerts', import.meta.url));
const RECEIVERS = { critical: 'page', warning: 'ticket', info: 'info', none: 'watchdog' } as const;
let amtool = '';

beforeAll(async () => {
  ({ amtool } = await findPrometheusTools());
});

it.each(['alertmanager.yaml', 'alertmanager.example.yaml'])(
  '%s is accepted by Alertmanager, with its templates',
  async (file) => {
    const { stdout } = await run(amtool, ['check-config', file], { cwd: folder });
    expect(stdout).toContain('SUCCESS');
    expect(stdout).toContain('1 templates');
  },
);

it('routes every alert by its severity', async () => {
  const severities = new Map(ALERT_RULES.map((rule) => [`${rule.alert} ${rule.severity}`, rule]));
  for (const { alert, severity } of severities.values()) {
    const args = ['config', 'routes', 'test', '--config.file', 'alertmanager.yaml'];
    const labels = [`alertname=${alert}`, `severity=${severity}`, 'job=app', 'cluster=eu'];
    await run(amtool, [...args, `--verify.receivers=${RECEIVERS[severity]}`, ...labels], { cwd: folder });
  }
});

it('has the same routes in the fragment as in the example', async () => {
  const example = parse(await readFile(`${folder}/alertmanager.yaml`, 'utf8'));
  const fragment = parse(routingYaml(DEFAULT_CONFIG));
  expect(fragment.route.routes[0].routes).toEqual(example.route.routes);
  expect(fragment.inhibit_rules).toEqual(example.inhibit_rules);
});

it('keeps the watchdog coming', () => {
  const { times } = ROUTES.watchdog;
  expect(seconds(times.group_wait)).toBe(0);
  expect(seconds(times.group_interval)).toBeLessThanOrEqual(seconds(times.repeat_interval));
});

it('repeats within the five days that Alertmanager remembers', () => {
  for (const { times } of Object.values(ROUTES)) {
    expect(seconds(times.repeat_interval)).toBeLessThan(seconds('5d' as Duration));
    expect(seconds(times.repeat_interval) % seconds(times.group_interval)).toBe(0);
  }
});

describe('the template', () => {
  const data = {
    status: 'firing',
    commonLabels: { alertname: 'AnthropicHighErrorRate', job: 'app', namespace: 'prod', cluster: 'eu-1' },
    alerts: [
      {
        status: 'firing',
        startsAt: '2026-11-26T03:04:05Z',
        labels: {
          alertname: 'AnthropicHighErrorRate',
          job: 'app',
          fault: 'traffic',
          gen_ai_request_model: 'opus',
        },
        annotations: {
          summary: 'The summary.',
          description: 'The description.',
          runbook_url: 'https://runbook',
          dashboard_url: 'https://dashboard',
        },
      },
    ],
  };
  const render = async (name: string): Promise<string> => {
    const scratch = await mkdtemp(join(tmpdir(), 'template-'));
    try {
      await writeFile(join(scratch, 'data.json'), JSON.stringify(data));
      const text = `{{ template "${name}" . }}`;
      const args = ['template', 'render', '--template.glob', 'templates/*.tmpl', '--template.text', text];
      const { stdout } = await run(amtool, [...args, '--template.data', join(scratch, 'data.json')], {
        cwd: folder,
      });
      return stdout;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };

  it('states in the title how many fire, what, and where', async () => {
    expect((await render('anthropic.title')).trim()).toBe('[FIRING 1] AnthropicHighErrorRate app prod eu-1');
  });

  it('states in the text what happened, since when, who has to act, where the request ids are, and what to read', async () => {
    expect((await render('anthropic.text')).trim().split('\n')).toEqual([
      'The summary.',
      'The description.',
      'Since 2026-11-26 03:04 UTC. Who has to act: we, our traffic (rate limits, spend).',
      'Request ids: field request_id of the JSON logs of app.',
      'Runbook: https://runbook',
      'Dashboard: https://dashboard',
    ]);
  });

  it('links buttons to the runbook and the dashboard', async () => {
    expect(await render('anthropic.runbook')).toContain('https://runbook');
    expect(await render('anthropic.dashboard')).toContain('https://dashboard');
  });

  it('knows every fault that an alert can carry', async () => {
    const template = await readFile(`${folder}/templates/anthropic.tmpl`, 'utf8');
    for (const fault of new Set(ALERTS.map((alert) => alert.fault))) {
      if (fault !== 'unknown' && fault !== 'none') expect(template).toContain(`eq . "${fault}"`);
    }
  });

  it('names a panel that the triage dashboard has', async () => {
    const template = await readFile(`${folder}/templates/anthropic.tmpl`, 'utf8');
    const [, panel = ''] = /panel "([^"]+)"/.exec(template) ?? [];
    const dashboard = await readFile(`${folder}/../dashboards/anthropic-triage.json`, 'utf8');
    expect(panel).not.toBe('');
    expect(dashboard).toContain(`"title": "${panel}`);
  });
});
