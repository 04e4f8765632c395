import { expect, test } from 'vitest';
import { startServer } from '../helpers/process.ts';
import { cli, cliJson, createFolder } from './support/cli.ts';
import { startGrafanaApi } from './support/grafana-api.ts';

const ENV = { GRAFANA_TOKEN: 'glsa_test' };

interface PushResult {
  readonly dashboards: readonly { uid: string; result: string }[];
}

const results = ({ dashboards }: PushResult): Set<string> => new Set(dashboards.map(({ result }) => result));

test('push creates the folder and the dashboards once, and changes nothing the second time', async () => {
  const grafana = await startGrafanaApi();
  const folder = createFolder();
  const args = ['push', '--grafana', grafana.url];
  const first = await cliJson<PushResult>(folder, args, ENV);
  expect(results(first)).toEqual(new Set(['created']));
  expect([...grafana.dashboards.keys()].sort()).toEqual(first.dashboards.map(({ uid }) => uid).sort());
  expect(grafana.folders).toEqual(new Map([['anthropic-otel', 'Claude']]));
  grafana.writes.length = 0;
  expect(results(await cliJson(folder, args, ENV))).toEqual(new Set(['unchanged']));
  expect(grafana.writes).toEqual([]);
});

test('push updates what differs, and nothing else', async () => {
  const grafana = await startGrafanaApi();
  const folder = createFolder();
  const args = ['push', '--grafana', grafana.url];
  await cli(folder, args, ENV);
  const stored = grafana.dashboards.get('anthropic-triage');
  if (stored) stored.dashboard['title'] = 'Changed';
  grafana.writes.length = 0;
  await cli(folder, args, ENV);
  expect(grafana.writes).toEqual(['POST /api/dashboards/db']);
  expect(grafana.dashboards.get('anthropic-triage')?.dashboard['title']).not.toBe('Changed');
});

test('push --dry-run prints what would change, and changes nothing', async () => {
  const grafana = await startGrafanaApi();
  const ended = await cli(createFolder(), ['push', '--grafana', grafana.url, '--dry-run'], ENV);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toContain('would be created');
  expect(grafana.writes).toEqual([]);
});

test.each([
  [{}, (url: string) => url, /responded with 401[\s\S]*GRAFANA_TOKEN/],
  [ENV, (url: string) => `${url}/nowhere`, /responded with 404[\s\S]*address of the start page/],
  [ENV, () => 'http://127.0.0.1:9', /does not respond/],
])('push with %j ends with 1 and states what to do', async (env, address, message) => {
  const grafana = await startGrafanaApi();
  const ended = await cli(createFolder(), ['push', '--grafana', address(grafana.url)], env);
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  expect(ended.stderr).toMatch(message);
  expect(ended.stderr).not.toContain('    at ');
});

const JSON_TYPE = { 'content-type': 'application/json' };
test.each<[string, number, string, RegExp]>([
  [
    'no permission',
    403,
    '{"message":"Access denied"}',
    /responded with 403 .*Access denied[\s\S]*role Editor/,
  ],
  [
    'a provisioned dashboard',
    412,
    '{"message":"provisioned"}',
    /responded with 412[\s\S]*provisioned from a file/,
  ],
  ['a conflict', 409, '{"message":"exists"}', /responded with 409[\s\S]*provisioned from a file/],
  ['a failure', 500, '', /responded with 500/],
  ['a body that is cut', 500, '{"mess', /responded with 500/],
  ['a web page', 200, '<!doctype html><title>Login</title>', /not a Grafana[\s\S]*address of the start page/],
  ['another API', 200, '{"status":"ok"}', /not a Grafana[\s\S]*address of the start page/],
  ['null', 200, 'null', /not a Grafana[\s\S]*address of the start page/],
])('push to a server that responds with %s states what to do', async (_name, status, body, message) => {
  const url = await startServer((_request, response) => response.writeHead(status, JSON_TYPE).end(body));
  const ended = await cli(createFolder(), ['push', '--grafana', url], ENV);
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  expect(ended.stderr).toMatch(message);
  expect(ended.stderr).not.toMatch(/ {4}at |undefined|\[object/);
  const json = await cliJson<{ error: string }>(createFolder(), ['push', '--grafana', url], ENV);
  expect(json.error.length).toBeGreaterThan(20);
});

test('push to a login page that it is redirected to, and to a server that never responds', async () => {
  const login = await startServer((request, response) =>
    request.url === '/login' ? response.end('<html>') : response.writeHead(302, { location: '/login' }).end(),
  );
  const silent = await startServer(() => {});
  const [redirected, waited] = await Promise.all(
    [login, silent].map((url) => cli(createFolder(), ['push', '--grafana', url], ENV)),
  );
  expect(redirected).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('not a Grafana') });
  expect(waited).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('nothing within 10 s'),
  });
  // It shows that it goes on.
  expect(waited?.stderr).toMatch(/… pushing \d+ dashboards/);
});
