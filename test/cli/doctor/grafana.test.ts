/** What doctor finds in a Grafana. */
import { expect, test } from 'vitest';
import { freePort } from '../../../dev/processes.ts';
import { startServer } from '../../helpers/process.ts';
import { cli, createFolder } from '../support/cli.ts';
import { startGrafanaApi } from '../support/grafana-api.ts';
import { found } from './support.ts';

const ENV = { GRAFANA_TOKEN: 'glsa_test' };
const check = (url: string): Promise<readonly string[]> => found(['--grafana', url], { env: ENV });

test('grafana-unreachable', async () => {
  expect(await check(`http://127.0.0.1:${await freePort()}`)).toEqual(['grafana-unreachable']);
  const page = await startServer((_request, response) => response.end('<!doctype html><title>Login</title>'));
  expect(await check(page)).toEqual(['grafana-unreachable']);
  const { url } = await startGrafanaApi();
  expect(await found(['--grafana', url], { env: { GRAFANA_TOKEN: 'another' } })).toEqual([
    'grafana-unreachable',
  ]);
});

test('dashboards-absent, dashboards-old, datasource-missing', async () => {
  const grafana = await startGrafanaApi();
  expect(await check(grafana.url)).toEqual(['dashboards-absent']);
  await cli(createFolder(), ['push', '--grafana', grafana.url], ENV);
  expect(await check(grafana.url)).toEqual([]);
  const stored = grafana.dashboards.get('anthropic-triage');
  if (stored) stored.dashboard['title'] = 'Changed';
  expect(await check(grafana.url)).toEqual(['dashboards-old']);
  grafana.dataSources = [];
  if (stored) grafana.dashboards.delete('anthropic-triage');
  expect(await check(grafana.url)).toEqual(['dashboards-absent', 'datasource-missing']);
});
