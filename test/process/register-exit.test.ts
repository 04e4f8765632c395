/** How an application under `register` ends, and what a collector has of it by then. Comparisons with a bare process are in `ends.test.ts`. */
import { describe, expect, test, vi } from 'vitest';
import { ESM, REQUEST, UNREAD, WAITING } from '../helpers/apps.ts';
import {
  busyPort,
  createApp,
  freePort,
  type Running,
  run,
  start,
  startApi,
  startCollector,
} from '../helpers/process.ts';

const FLAGS = ['--import', 'anthropic-otel/register', 'app.mjs'];
const OTLP = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRICS_EXPORTER: 'otlp' };

/** Starts an application that pushes to a collector, and waits until it is ready. */
async function startPushing(text: string): Promise<{ app: Running; received: (path: string) => string }> {
  const { url, received } = await startCollector();
  const env = { ...OTLP, BASE_URL: (await startApi()).url, OTEL_EXPORTER_OTLP_ENDPOINT: url };
  const app = start(createApp({ 'app.mjs': text }), FLAGS, env);
  await app.printed('ready');
  return { app, received: (path) => received.get(path) ?? '' };
}

describe('an application under register ends as it would without it', () => {
  test('when the port of the Prometheus endpoint is taken: with one warning', async () => {
    const api = await startApi();
    const port = String(await busyPort());
    const ended = await run(createApp({ 'app.mjs': `${ESM}\nsetTimeout(() => {}, 3000);` }), FLAGS, {
      BASE_URL: api.url,
      OTEL_EXPORTER_PROMETHEUS_PORT: port,
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
    });
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('"output_tokens":27') });
    expect(ended.warnings).toEqual([expect.stringContaining(`no Prometheus endpoint on 127.0.0.1:${port}`)]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('by %s: after a flush, and by that signal', async (signal) => {
    const { app, received } = await startPushing(WAITING);
    app.kill(signal);
    expect(await app.ended).toMatchObject({ code: null, signal });
    expect(received('/v1/metrics')).toContain('anthropic.client.calls');
  });

  test.each(['signal-exit', 'signal-exit-3'])('by SIGINT, beside listeners of %s', async (name) => {
    const { app, received } = await startPushing(`import * as exits from '${name}';
(exits.onExit ?? exits.default)((_code, signal) => console.log('tidied up for', signal));
${WAITING}`);
    app.kill('SIGINT');
    const ended = await app.ended;
    expect(ended).toMatchObject({ code: null, signal: 'SIGINT' });
    expect(ended.stdout.match(/tidied up for SIGINT/g)).toHaveLength(1);
    expect(received('/v1/metrics')).toContain('anthropic.client.calls');
  });

  test('by its own handler of SIGTERM: what it does until then is recorded and can be scraped', async () => {
    const api = await startApi();
    const port = String(await freePort());
    const text = `process.on('SIGTERM', async () => {
  await new Promise((resolve) => setTimeout(resolve, 200));
  await client.messages.create(${REQUEST});
  const page = await fetch('http://127.0.0.1:${port}/metrics').then((response) => response.text());
  console.log(page.split('\\n').find((line) => line.startsWith('anthropic_client_calls_total')));
  process.exit(7);
});
${WAITING}`;
    const app = start(createApp({ 'app.mjs': text }), FLAGS, {
      BASE_URL: api.url,
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: port,
    });
    await app.printed('ready');
    app.kill('SIGTERM');
    const ended = await app.ended;
    expect(ended).toMatchObject({ code: 7, signal: null, warnings: [] });
    expect(ended.stdout).toMatch(/anthropic_client_calls_total\{.*anthropic_outcome="ok".*\} 2\n/);
  });

  test('by its own handler of SIGTERM: what was recorded before is pushed', async () => {
    const { app, received } = await startPushing(
      `process.on('SIGTERM', () => process.stdin.once('data', () => process.exit(7)));\n${WAITING}`,
    );
    app.kill('SIGTERM');
    await vi.waitFor(() => {
      expect(received('/v1/metrics')).toContain('anthropic.client.attempts');
      expect(received('/v1/traces')).toContain('anthropic.messages.create');
      expect(received('/v1/logs')).toContain('anthropic.call');
    }, 30_000);
    app.write('exit');
    expect((await app.ended).code).toBe(7);
  });

  test('by its own handler of SIGTERM: a call that is open then may still come to its own end', async () => {
    const { app } = await startPushing(`let stream;
process.on('SIGTERM', async () => {
  await new Promise((resolve) => setTimeout(resolve, 300));
  for await (const _ of stream);
  process.exit(7);
});
${UNREAD.replace('await client', 'stream = await client')}`);
    app.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 7, records: [{ event: 'anthropic.call', outcome: 'ok' }] });
  });

  test('with a stream that is never read: the call is recorded as canceled', async () => {
    const { app, received } = await startPushing(UNREAD);
    app.kill('SIGTERM');
    expect((await app.ended).records).toMatchObject([{ event: 'anthropic.call', outcome: 'canceled' }]);
    expect(received('/v1/traces')).toContain('anthropic.messages.create');
  });
});

test('OTLP carries metrics, traces and logs, with one span for the call and one for its attempt, and the trace of the call in its log record', async () => {
  const api = await startApi();
  const { url, received } = await startCollector();
  const ended = await run(createApp({ 'app.mjs': ESM }), FLAGS, {
    ...OTLP,
    BASE_URL: api.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_SERVICE_NAME: 'my-service',
  });
  expect(ended).toMatchObject({ code: 0, warnings: [] });
  expect([...received.keys()].sort()).toEqual(['/v1/logs', '/v1/metrics', '/v1/traces']);
  for (const text of received.values()) expect(text).toContain('my-service');
  expect(received.get('/v1/metrics')).toContain('gen_ai.client.inference.usage.output_tokens');
  expect(received.get('/v1/logs')).toContain('"anthropic.call"');
  const spans = [
    ...(received.get('/v1/traces') ?? '').matchAll(/"name":"(POST|anthropic\.messages[\w.]+)"/g),
  ];
  expect(spans.map(([, name]) => name).sort()).toEqual(['POST', 'anthropic.messages.create']);
  const traceId = String(ended.records[0]?.['trace_id']);
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(received.get('/v1/traces')).toContain(traceId);
  // As the trace of the record itself, and not as one of its attributes only.
  expect(received.get('/v1/logs')).toMatch(new RegExp(`"traceId":"${traceId}"`));
});
