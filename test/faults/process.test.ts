/** What surrounds a process under register, broken: the application does not notice. */
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createApp, type Ended, freePort, ROOT, run, startApi, startServer } from '../helpers/process.ts';

const REGISTER = join(ROOT, 'dist/register.mjs');
const APP = `import Anthropic from '@anthropic-ai/sdk';
const client = new Anthropic({ baseURL: process.env.BASE_URL, logLevel: 'off' });
for (let n = 0; n < 3; n++) {
  const request = { model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };
  console.log((await client.messages.create(request)).usage.output_tokens);
}
`;
const OUTPUT = '9\n9\n9\n';

async function runApp(env: Readonly<Record<string, string>>, text = APP): Promise<Ended> {
  const api = await startApi();
  return run(createApp({ 'app.mjs': text }), ['--import', REGISTER, 'app.mjs'], {
    BASE_URL: api.url,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    ANTHROPIC_OTEL_SHUTDOWN_TIMEOUT: '500',
    ...env,
  });
}

/** Collectors that do not do what a collector does. */
const COLLECTORS: Readonly<Record<string, () => Server | TcpServer>> = {
  'responds with garbage': () => createServer((_request, response) => response.end('\u0000garbage{{{')),
  'responds with 500': () => createServer((_request, response) => response.writeHead(500).end('no')),
  'responds with 429 for an hour': () =>
    createServer((_request, response) => response.writeHead(429, { 'retry-after': '3600' }).end()),
  'never responds': () => createServer(() => {}),
  'hangs up': () => createTcpServer((socket) => socket.destroy()),
  'speaks no HTTP': () =>
    createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH\r\n')),
};

describe('an application under register ends as it would', () => {
  test.each(Object.entries(COLLECTORS))('when the collector %s', async (_title, create) => {
    const endpoint = await startServer(create());
    const ended = await runApp({
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
      ANTHROPIC_OTEL_LOG: 'none',
    });
    expect(ended).toMatchObject({ code: 0, signal: null, stdout: OUTPUT });
    expect(new Set(ended.warnings).size).toBe(ended.warnings.length);
    expect(ended.warnings.length).toBeLessThanOrEqual(6);
  });

  test.runIf(process.platform === 'linux')('when the disk of its log file is full', async () => {
    const ended = await runApp({ ANTHROPIC_OTEL_LOG: '/dev/full' });
    expect(ended).toMatchObject({ code: 0, signal: null, stdout: OUTPUT });
    expect(ended.warnings.length).toBeLessThanOrEqual(1);
  });

  test.each([
    ['is in a folder that cannot be made', 'app.mjs/folder/file.log'],
    ['is a folder', '.'],
    ['is below a file', 'app.mjs/file.log'],
  ])('when its log file %s', async (_title, file) => {
    const ended = await runApp({ ANTHROPIC_OTEL_LOG: file });
    expect(ended).toMatchObject({ code: 0, signal: null, stdout: OUTPUT });
    // Looking for the file and writing it are two problems, each reported once.
    expect(new Set(ended.warnings).size).toBe(ended.warnings.length);
    expect(ended.warnings.length).toBeLessThanOrEqual(2);
  });

  test('with its metrics, when its log file is in a folder that cannot be made', async () => {
    const port = await freePort();
    const scrape = `import { get } from 'node:http';
${APP}
get('http://localhost:${port}/metrics', { agent: false }, (response) => response.pipe(process.stdout));`;
    const ended = await runApp(
      { ANTHROPIC_OTEL_LOG: 'app.mjs/folder/file.log', OTEL_EXPORTER_PROMETHEUS_PORT: String(port) },
      scrape,
    );
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/anthropic_client_calls_total\{.*anthropic_outcome="ok".*\} 3\n/);
    expect(ended.warnings).toEqual([
      expect.stringMatching(/^anthropic-otel: cannot write log lines: .*app\.mjs/),
    ]);
  });
});
