/** The files that `docker-compose.yml` mounts, each judged by its own program, or by the keys that its manual has. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DCLinter } from 'dclint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { composeService, mount } from '../../dev/stage/compose.ts';

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-'));
  for (const name of ['prometheus', 'alertmanager', 'grafana', 'collector', 'loki', 'tempo']) {
    await mount(await composeService(name), folder);
  }
});
afterAll(() => rm(folder, { recursive: true }));

const mounted = async (path: string) => parse(await readFile(join(folder, path), 'utf8'));

describe('docker-compose.yml', () => {
  it('is valid by the schema of the Compose specification, and binds no port to all interfaces', () => {
    const linter = new DCLinter({
      rules: {},
      quiet: false,
      debug: false,
      exclude: [],
    });
    const [result] = linter.lintFiles(['docker-compose.yml'], false);
    expect(result?.messages.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual([]);
  });
});

it('Prometheus accepts its configuration, and the rules where it sees them', async () => {
  const { promtool } = await findPrometheusTools();
  const { stdout } = await run(promtool, ['check', 'config', join(folder, 'etc/prometheus/prometheus.yaml')]);
  expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
});

it('Alertmanager accepts its configuration, and the templates where it sees them', async () => {
  const { amtool } = await findPrometheusTools();
  const { stdout } = await run(amtool, ['check-config', join(folder, 'etc/alertmanager/alertmanager.yaml')]);
  expect(stdout).toMatch(/SUCCESS/);
  expect(stdout).toMatch(/1 templates/);
});

describe('the collector', () => {
  it('defines every part that it uses, and uses every part that it defines', async () => {
    const { service, ...parts } = await mounted('etc/otelcol/collector.yaml');
    const used: Record<string, Set<string>> = { extensions: new Set(service.extensions) };
    for (const pipeline of Object.values<Record<string, string[]>>(service.pipelines)) {
      for (const [kind, names] of Object.entries(pipeline)) {
        used[kind] = new Set([...(used[kind] ?? []), ...names]);
      }
    }
    const defined = Object.fromEntries(
      Object.entries<object>(parts).map(([kind, named]) => [kind, new Set(Object.keys(named))]),
    );
    expect(used).toEqual(defined);
    // Memory is looked after before anything is kept.
    for (const { processors } of Object.values<{ processors: string[] }>(service.pipelines)) {
      expect(processors[0]).toBe('memory_limiter');
    }
  });
});

/** Every key of these files, by the reference of the version that is pinned. A list stands for its items. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  'etc/otelcol/collector.yaml': [
    'extensions.health_check.endpoint',
    'receivers.otlp.protocols.http.endpoint',
    'processors.memory_limiter.check_interval',
    'processors.memory_limiter.limit_mib',
    'processors.batch',
    'exporters.otlp/tempo.endpoint',
    'exporters.otlp/tempo.tls.insecure',
    'exporters.otlphttp/loki.endpoint',
    'service.extensions',
    ...['traces', 'logs'].flatMap((signal) =>
      ['receivers', 'processors', 'exporters'].map((part) => `service.pipelines.${signal}.${part}`),
    ),
  ],
  'etc/loki/loki.yaml': [
    'auth_enabled',
    'server.http_listen_port',
    'common.path_prefix',
    'common.replication_factor',
    'common.ring.kvstore.store',
    'common.storage.filesystem.chunks_directory',
    'common.storage.filesystem.rules_directory',
    ...['from', 'store', 'object_store', 'schema', 'index.prefix', 'index.period'].map(
      (key) => `schema_config.configs.${key}`,
    ),
    'limits_config.allow_structured_metadata',
    'analytics.reporting_enabled',
  ],
  'etc/tempo/tempo.yaml': [
    'server.http_listen_port',
    'distributor.receivers.otlp.protocols.grpc.endpoint',
    'storage.trace.backend',
    'storage.trace.wal.path',
    'storage.trace.local.path',
    'compactor.compaction.block_retention',
    'usage_report.reporting_enabled',
  ],
  'etc/grafana/provisioning/dashboards/anthropic-otel.yaml': [
    'apiVersion',
    ...['name', 'folder', 'type', 'allowUiUpdates', 'disableDeletion', 'options.path'].map(
      (key) => `providers.${key}`,
    ),
  ],
  'etc/grafana/provisioning/datasources/anthropic-otel.yaml': [
    'apiVersion',
    ...[
      ...['name', 'uid', 'type', 'url', 'isDefault'],
      ...['httpMethod', 'timeInterval', 'implementation'].map((key) => `jsonData.${key}`),
      ...['name', 'datasourceUid'].map((key) => `jsonData.exemplarTraceIdDestinations.${key}`),
      ...['name', 'matcherType', 'matcherRegex', 'url', 'datasourceUid'].map(
        (key) => `jsonData.derivedFields.${key}`,
      ),
      ...['datasourceUid', 'spanStartTimeShift', 'spanEndTimeShift', 'filterByTraceID'].map(
        (key) => `jsonData.tracesToLogsV2.${key}`,
      ),
      ...['key', 'value'].map((key) => `jsonData.tracesToLogsV2.tags.${key}`),
    ].map((key) => `datasources.${key}`),
  ],
};

it.each(Object.keys(KNOWN))('%s has only keys that its manual has', async (path) => {
  const found = [...new Set(keysOf(await mounted(path)))];
  expect(found.filter((key) => !KNOWN[path]?.includes(key))).toEqual([]);
  expect(found.length).toBeGreaterThan(5);
});

/** Paths of the leaves of a configuration. */
function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysOf(item, path));
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, item]) => keysOf(item, path ? `${path}.${key}` : key));
}
