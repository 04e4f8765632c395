/** The files that put it all together: pinned, on loopback, without passwords, and naming only what exists. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findPrometheusTools } from '../../dev/prometheus-tools.ts';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: object;
  readonly environment?: Readonly<Record<string, string>>;
}

const compose: { services: Record<string, Service> } = parse(await readFile('docker-compose.yml', 'utf8'), {
  merge: true,
});
const read = async (path: string) => parse(await readFile(path, 'utf8'));
/** Their images have no shell: `backends-ready` asks for them. */
const CHECKED_FROM_OUTSIDE = ['collector', 'loki', 'tempo'];

describe.each(Object.entries(compose.services))('%s', (name, service) => {
  it('has a pinned image', () => {
    expect(service.image).toMatch(/:v?\d+\.\d+\.\d+(-[\w-]+)?$/);
  });

  it('listens on loopback only', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('has a health check', () => {
    if (CHECKED_FROM_OUTSIDE.includes(name)) {
      expect(JSON.stringify(compose.services['backends-ready']?.healthcheck)).toContain(`http://${name}:`);
    } else {
      expect(service.healthcheck).toMatchObject({
        test: expect.arrayContaining(['CMD', expect.stringMatching(/^http:\/\/[\w-]+:\d+\//)]),
        interval: expect.stringMatching(/^\d+s$/),
        timeout: expect.stringMatching(/^\d+s$/),
        retries: expect.any(Number),
      });
    }
  });

  it('mounts and runs files that exist', () => {
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('.')) expect(existsSync(source), source).toBe(true);
    }
    for (const word of service.command ?? []) {
      if (/^(scripts|deploy)\//.test(word)) expect(existsSync(word), word).toBe(true);
    }
  });

  it('has no password', () => {
    expect(JSON.stringify(service)).not.toMatch(/password|admin:/i);
  });
});

it('Prometheus accepts its configuration', async () => {
  const { promtool } = await findPrometheusTools();
  await promisify(execFile)(promtool, ['check', 'config', '--syntax-only', 'deploy/prometheus.yaml']);
});

it('the data sources point at services, and at each other', async () => {
  const { datasources } = await read('deploy/grafana/datasources/anthropic-otel.yaml');
  const uids = datasources.map(({ uid }: { uid: string }) => uid);
  for (const { url } of datasources) expect(Object.keys(compose.services)).toContain(new URL(url).hostname);
  for (const [, uid] of JSON.stringify(datasources).matchAll(/"datasourceUid":"([^"]+)"/g)) {
    expect(uids).toContain(uid);
  }
});

it('Grafana reads the dashboards where they are mounted', async () => {
  const { providers } = await read('deploy/grafana/dashboards/anthropic-otel.yaml');
  const { path } = providers[0].options;
  const { volumes = [], environment = {} } = compose.services['grafana'] ?? {};
  expect(volumes.join()).toContain(`./dashboards:${path}`);
  const home = environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
  expect(existsSync(home.replace(path, 'dashboards'))).toBe(true);
});

it('the receivers of the collector and of Alertmanager are services', async () => {
  const texts = await Promise.all(
    ['deploy/collector.yaml', 'alerts/alertmanager.yaml', 'deploy/prometheus.yaml'].map((path) =>
      readFile(path, 'utf8'),
    ),
  );
  const hosts = texts.join().matchAll(/(?:https?:\/\/|endpoint: |['"])([a-z][a-z-]*):\d+/g);
  for (const [, host] of hosts) expect(Object.keys(compose.services)).toContain(host);
});
