/** What doctor finds on the metrics endpoint of an application. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Child, freePort, ROOT, stop } from '../../../dev/processes.ts';
import { type AnthropicServer, startAnthropicServer } from '../../../src/testing/index.ts';
import { startServer } from '../../helpers/process.ts';
import { createFolder } from '../support/cli.ts';
import { startApplication, startProxy, until } from '../support/stack.ts';
import { findings, found } from './support.ts';

let api: AnthropicServer;
let app: { child: Child; metrics: string };

beforeAll(async () => {
  api = await startAnthropicServer({ retryAfterMs: 1 });
  app = await startApplication(api);
});
afterAll(async () => {
  await stop(app.child.process);
  await api.close();
});

/** A page that is that of the application, but for `change`. */
function startChanged(change: (text: string) => string): Promise<string> {
  return startProxy(new URL(app.metrics).origin, ({ text }) => ({ text: change(text) }));
}

test('the page of an application with calls has no finding', async () => {
  expect(await findings(['--metrics', app.metrics])).toEqual([]);
});

test('endpoint-unreachable', async () => {
  expect(await found(['--metrics', `http://127.0.0.1:${await freePort()}/metrics`])).toEqual([
    'endpoint-unreachable',
  ]);
});

test('endpoint-unreachable: it takes connections, and does not respond', async () => {
  const url = await startServer(() => {});
  const [finding, ...more] = await findings(['--metrics', `${url}/metrics`]);
  expect(finding).toMatchObject({
    id: 'endpoint-unreachable',
    problem: expect.stringContaining('within 10 s'),
  });
  expect(more).toEqual([]);
});

test.each<[string, number, string]>([
  ['another program', 200, '# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 4\n'],
  ['a web page', 200, '<!doctype html><title>Hello</title>'],
  ['nothing at this path', 404, 'Not found'],
  ['an empty page', 200, ''],
  ['JSON', 200, '{"status":"ok"}'],
])('endpoint-foreign: %s', async (_name, status, body) => {
  const url = await startServer((_request, response) => response.writeHead(status).end(body));
  expect(await found(['--metrics', `${url}/metrics`])).toEqual(['endpoint-foreign']);
});

test('endpoint-other-service: the service was started on a port that another one has', async () => {
  const args = ['--metrics', app.metrics];
  const env = (name: string): { env: Record<string, string> } => ({ env: { OTEL_SERVICE_NAME: name } });
  expect(await findings(args, env('reports'))).toMatchObject([
    { id: 'endpoint-other-service', problem: expect.stringMatching(/of chat, .* of reports/) },
  ]);
  expect(await findings(args, { files: { '.env': 'OTEL_SERVICE_NAME=reports' } })).toHaveLength(1);
  expect(await findings(args, env('chat'))).toEqual([]);
});

test('metric-names', async () => {
  const url = await startChanged((text) =>
    text.replaceAll('anthropic_client_start_time', 'anthropic_client_start_time_seconds'),
  );
  expect(await findings(['--metrics', `${url}/metrics`])).toMatchObject([
    { id: 'metric-names', problem: expect.stringContaining('anthropic_client_start_time_seconds') },
  ]);
});

test('clients-unobserved: the SDK was loaded before register', async () => {
  const sdk = pathToFileURL(join(ROOT, 'node_modules/@anthropic-ai/sdk/index.mjs')).href;
  const early = createFolder({ 'early.mjs': `import '${sdk}';` });
  const { child, metrics } = await startApplication(api, [], ['--import', join(early, 'early.mjs')]);
  onTestFinished(() => stop(child.process));
  expect(await found(['--metrics', metrics])).toEqual(['clients-unobserved']);
});

test('telemetry-errors: log lines cannot be written', async () => {
  const { child, metrics } = await startApplication(api, [], [], { ANTHROPIC_OTEL_LOG: '/dev/full' });
  onTestFinished(() => stop(child.process));
  await until(async () =>
    /anthropic_telemetry_errors_total\{.*\} [1-9]/.test(await (await fetch(metrics)).text()),
  );
  expect(await found(['--metrics', metrics])).toEqual(['telemetry-errors']);
});

test('process-clock', async () => {
  const url = await startChanged((text) =>
    text.replace(/^(anthropic_client_start_time(?:\{.*\})?) \S+$/gm, `$1 ${Date.now() / 1000 + 120}`),
  );
  expect(await found(['--metrics', `${url}/metrics`])).toEqual(['process-clock']);
});
