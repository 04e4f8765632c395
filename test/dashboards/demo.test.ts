/** The demo proves the files that `docker-compose.yml` mounts: nothing but addresses and intervals may differ. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { argumentsOf, composeService } from '../../dev/stage/compose.ts';
import { FASTER, placeConfigurations } from '../../dev/stage/shipped-config.ts';

const ADDRESSES = {
  'chat:9464': '127.0.0.1:10001',
  'reports:9464': '127.0.0.1:10002',
  'alertmanager:9093': '127.0.0.1:10003',
  'alert-receiver:8080': '127.0.0.1:10004',
};
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-config-'));
  await placeConfigurations(folder, ADDRESSES);
});
afterAll(() => rm(folder, { recursive: true }));

/** Paths of the leaves that differ, with both values. */
function differences(
  shipped: unknown,
  used: unknown,
  path = '',
): [path: string, shipped: unknown, used: unknown][] {
  if (typeof shipped !== 'object' || shipped === null || typeof used !== 'object' || used === null)
    return shipped === used ? [] : [[path, shipped, used]];
  const keys = new Set([...Object.keys(shipped), ...Object.keys(used)]);
  return [...keys].flatMap((key) =>
    differences((shipped as never)[key], (used as never)[key], path ? `${path}.${key}` : key),
  );
}

describe.each([
  ['deploy/prometheus.yaml', 'etc/prometheus/prometheus.yaml'],
  ['alerts/alertmanager.yaml', 'etc/alertmanager/alertmanager.yaml'],
])('%s', (shippedPath, usedPath) => {
  it('is used by the demo, but for addresses and intervals', async () => {
    const shipped = parse(await readFile(shippedPath, 'utf8'));
    const used = parse(await readFile(join(folder, usedPath), 'utf8'));
    const different = differences(shipped, used);
    for (const [path, before, now] of different) {
      const key = path.split('.').at(-1) ?? '';
      const address = Object.entries(ADDRESSES).find(([from]) => String(before).includes(from));
      if (address) expect(now, path).toBe(String(before).replace(...address));
      else expect(FASTER[key], `${path}: ${before} is ${now} in the demo`).toBe(now);
    }
    for (const address of Object.keys(ADDRESSES)) expect(JSON.stringify(used)).not.toContain(address);
  });
});

it('rules and templates are those that are shipped, byte by byte', async () => {
  expect((await readdir(join(folder, 'etc/prometheus'))).sort()).toEqual([
    'anthropic.dashboards.yaml',
    'anthropic.rules.yaml',
    'prometheus.yaml',
  ]);
  for (const [shipped, used] of [
    ['alerts/anthropic.rules.yaml', 'etc/prometheus/anthropic.rules.yaml'],
    ['alerts/anthropic.dashboards.yaml', 'etc/prometheus/anthropic.dashboards.yaml'],
    ...(await readdir('alerts/templates')).map((name) => [
      `alerts/templates/${name}`,
      `etc/alertmanager/templates/${name}`,
    ]),
  ] as [string, string][]) {
    expect(await readFile(join(folder, used), 'utf8'), used).toBe(await readFile(shipped, 'utf8'));
  }
});

it('the commands are those of the stack, below a folder of their own', async () => {
  const prometheus = argumentsOf(await composeService('prometheus'), {}, '/here');
  expect(prometheus).toContain('--config.file=/here/etc/prometheus/prometheus.yaml');
  expect(prometheus).toContain('--enable-feature=exemplar-storage');
  for (const name of ['chat', 'reports']) {
    const { command, environment } = await composeService(name);
    expect(command).toEqual(['node', '--import', 'anthropic-otel/register', 'deploy/app.mjs']);
    expect(environment).toMatchObject({ OTEL_SERVICE_NAME: name });
  }
});
