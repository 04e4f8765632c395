import { Agent, get } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startApi } from '../helpers/api.ts';
import { ESM, FINISHING, REQUEST, UNREAD, WAITING } from '../helpers/apps.ts';
import { busyPort, createApp, freePort, run, start, startCollector } from '../helpers/process.ts';

const FLAGS = ['--import', 'anthropic-otel/register', 'app.mjs'];
const OTLP = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRICS_EXPORTER: 'otlp' };

describe('an application under register ends as it would without it', () => {
  test('when the port of the Prometheus endpoint is taken: with one warning', async () => {
    const api = await startApi();
    const port = String(await busyPort());
    const ended = await run(createApp({ 'app.mjs': `${ESM}\nsetTimeout(() => {}, 3000);` }), FLAGS, {
      BASE_URL: api.url,
      OTEL_EXPORTER_PROMETHEUS_PORT: port,
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
    });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('"output_tokens":27');
    expect(ended.warnings).toHaveLength(1);
    expect(ended.warnings[0]).toContain(`no Prometheus endpoint on 127.0.0.1:${port}`);
  });

  test('when no collector listens: with code 0, and a warning', async () => {
    const api = await startApi();
    const port = await freePort();
    const ended = await run(createApp({ 'app.mjs': ESM }), FLAGS, {
      ...OTLP,
      BASE_URL: api.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('"output_tokens":27');
    expect(ended.warnings.length).toBeLessThanOrEqual(3);
  });

  test('when no collector is configured: with no warning and no attempt to reach one', async () => {
    const api = await startApi();
    const ended = await run(createApp({ 'app.mjs': ESM }), FLAGS, {
      BASE_URL: api.url,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    });
    expect(ended).toMatchObject({ code: 0, warnings: [] });
  });

  test('when Prometheus keeps scraping it: as soon as its own work is done', {
    timeout: 15_000,
  }, async () => {
    const api = await startApi();
    const port = await freePort();
    const app = start(createApp({ 'app.mjs': FINISHING }), FLAGS, {
      BASE_URL: api.url,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    });
    await app.printed('ready');
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const scrape = (): Promise<void> =>
      new Promise((resolve) => {
        const options = { agent, timeout: 5000 };
        get(`http://localhost:${port}/metrics`, options, (response) => {
          response.resume().once('close', resolve);
        }).once('error', () => resolve());
      });
    await scrape();
    const timer = setInterval(() => void scrape(), 100);
    onTestFinished(() => clearInterval(timer));
    app.write('finish');
    expect(await app.ended).toMatchObject({ code: 0, signal: null });
  });

  test('when it exits with a code of its own', async () => {
    const api = await startApi();
    const ended = await run(createApp({ 'app.mjs': `${ESM}\nprocess.exit(3);` }), FLAGS, {
      BASE_URL: api.url,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    });
    expect(ended.code).toBe(3);
  });

  test('when it throws: with the code and the trace of the error', async () => {
    const app = `setTimeout(() => { throw new Error('my own bug'); }, 10);`;
    const ended = await run(createApp({ 'app.mjs': app }), FLAGS, {
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('Error: my own bug');
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('by %s: after a flush, and by that signal', async (signal) => {
    const api = await startApi();
    const collector = await startCollector();
    const app = start(createApp({ 'app.mjs': WAITING }), FLAGS, {
      ...OTLP,
      BASE_URL: api.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    await app.printed('ready');
    app.kill(signal);
    const ended = await app.ended;
    expect(ended.signal).toBe(signal);
    expect(ended.code).toBeNull();
    expect(collector.received.get('/v1/metrics')).toContain('anthropic.client.calls');
  });

  test.each(['signal-exit', 'signal-exit-3'])('by SIGINT, beside listeners of %s', async (name) => {
    const api = await startApi();
    const collector = await startCollector();
    const text = `import * as exits from '${name}';
(exits.onExit ?? exits.default)((_code, signal) => console.log('tidied up for', signal));
${WAITING}`;
    const app = start(createApp({ 'app.mjs': text }), FLAGS, {
      ...OTLP,
      BASE_URL: api.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    await app.printed('ready');
    app.kill('SIGINT');
    const ended = await app.ended;
    expect(ended).toMatchObject({ code: null, signal: 'SIGINT' });
    expect(ended.stdout.match(/tidied up for SIGINT/g)).toHaveLength(1);
    expect(collector.received.get('/v1/metrics')).toContain('anthropic.client.calls');
  });

  test("by the application's own handler of SIGTERM, which is not pre-empted", async () => {
    const api = await startApi();
    const text = `process.on('SIGTERM', () => setTimeout(() => process.exit(7), 300));\n${WAITING}`;
    const app = start(createApp({ 'app.mjs': text }), FLAGS, {
      BASE_URL: api.url,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    });
    await app.printed('ready');
    app.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 7, signal: null });
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
    const api = await startApi();
    const collector = await startCollector();
    const text = `process.on('SIGTERM', () => process.stdin.once('data', () => process.exit(7)));\n${WAITING}`;
    const app = start(createApp({ 'app.mjs': text }), FLAGS, {
      ...OTLP,
      BASE_URL: api.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    await app.printed('ready');
    app.kill('SIGTERM');
    const received = (path: string): string => collector.received.get(path) ?? '';
    await vi.waitFor(() => {
      expect(received('/v1/metrics')).toContain('anthropic.client.attempts');
      expect(received('/v1/traces')).toContain('anthropic.messages.create');
      expect(received('/v1/logs')).toContain('anthropic.call');
    }, 30_000);
    app.write('exit');
    expect((await app.ended).code).toBe(7);
  });

  test('by its own handler of SIGTERM: a call that is open then may still come to its own end', async () => {
    const api = await startApi();
    const collector = await startCollector();
    const text = UNREAD.replace('await client', 'stream = await client');
    const handler = `let stream;
process.on('SIGTERM', async () => {
  await new Promise((resolve) => setTimeout(resolve, 300));
  for await (const _ of stream);
  process.exit(7);
});`;
    const app = start(createApp({ 'app.mjs': `${handler}\n${text}` }), FLAGS, {
      ...OTLP,
      BASE_URL: api.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    await app.printed('ready');
    app.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 7, records: [{ event: 'anthropic.call', outcome: 'ok' }] });
  });

  test('with a stream that is never read: the call is recorded as canceled', async () => {
    const api = await startApi();
    const collector = await startCollector();
    const app = start(createApp({ 'app.mjs': UNREAD }), FLAGS, {
      ...OTLP,
      BASE_URL: api.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    await app.printed('ready');
    app.kill('SIGTERM');
    expect((await app.ended).records).toMatchObject([{ event: 'anthropic.call', outcome: 'canceled' }]);
    expect(collector.received.get('/v1/traces')).toContain('anthropic.messages.create');
  });
});

describe('OTLP', () => {
  test('carries metrics, traces and logs to a collector', async () => {
    const api = await startApi();
    const collector = await startCollector();
    const ended = await run(createApp({ 'app.mjs': ESM }), FLAGS, {
      ...OTLP,
      BASE_URL: api.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_SERVICE_NAME: 'my-service',
    });
    expect(ended).toMatchObject({ code: 0, warnings: [] });
    const { received } = collector;
    expect([...received.keys()].sort()).toEqual(['/v1/logs', '/v1/metrics', '/v1/traces']);
    for (const text of received.values()) expect(text).toContain('my-service');
    expect(received.get('/v1/metrics')).toContain('gen_ai.client.inference.usage.output_tokens');
    expect(received.get('/v1/traces')).toContain('anthropic.attempt.number');
    expect(received.get('/v1/logs')).toContain('"anthropic.call"');
  });

  test('gives a log record the trace of its call', async () => {
    const api = await startApi();
    const collector = await startCollector();
    const { records } = await run(createApp({ 'app.mjs': ESM }), FLAGS, {
      ...OTLP,
      BASE_URL: api.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    const traceId = String(records[0]?.['trace_id']);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(collector.received.get('/v1/traces')).toContain(traceId);
    // As the trace of the record itself, and not as one of its attributes only.
    expect(collector.received.get('/v1/logs')).toMatch(new RegExp(`"traceId":"${traceId}"`));
  });
});
