import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { metricsHandler } from '../../src/index.ts';
import { createApp, freePort, start, startApi } from '../helpers/process.ts';

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function get(url: string, method = 'GET', headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = request(url, { method, headers, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
    });
    sent.on('error', reject).end();
  });
}

/** An application with an HTTP server of its own, that makes a call and mounts `metricsHandler(options)`. */
async function startMounted(
  options: string,
  flags = ['--import', 'anthropic-otel/register'],
): Promise<string> {
  const api = await startApi();
  const port = await freePort();
  const folder = createApp({
    'app.mjs': `import { createServer } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import { metricsHandler } from 'anthropic-otel';
const client = new Anthropic({ baseURL: process.env.BASE_URL });
await client.messages.create({ model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] });
const handler = metricsHandler(${options});
createServer((request, response) => {
  if (request.url.startsWith('/mounted')) request.url = request.url.slice('/mounted'.length);
  handler(request, response, request.headers.alone ? undefined : () => response.end('application'));
}).listen(${port}, '127.0.0.1', () => console.log('ready'));`,
  });
  const app = start(folder, [...flags, 'app.mjs'], { BASE_URL: api.url, ANTHROPIC_OTEL_ENDPOINT: 'false' });
  await app.printed('ready');
  return `http://127.0.0.1:${port}`;
}

const CALLS = /^anthropic_client_calls_total\{.*anthropic_outcome="ok".*\} 1$/m;

describe('metricsHandler', () => {
  test('serves the metrics of register, with its own endpoint switched off', async () => {
    const url = await startMounted('');
    const page = await get(`${url}/metrics`);
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(page.body.toString()).toMatch(CALLS);
    await expect(fetch('http://localhost:9464/metrics')).rejects.toThrow();
    expect((await get(`${url}/metrics?name=x`)).status).toBe(200);
    expect((await get(`${url}/`)).body.toString()).toBe('application');
    expect((await get(`${url}/`, 'GET', { alone: '1' })).status).toBe(404);
  });

  test('compresses where the scraper accepts it', async () => {
    const url = `${await startMounted('')}/metrics`;
    for (const accepted of ['gzip', 'deflate, GZIP;q=0.5', '*']) {
      const page = await get(url, 'GET', { 'accept-encoding': accepted });
      expect(page.headers['content-encoding'], accepted).toBe('gzip');
      expect(gunzipSync(page.body).toString()).toMatch(CALLS);
      expect(Number(page.headers['content-length'])).toBe(page.body.length);
    }
    for (const refused of ['identity', 'gzip;q=0', 'br', '']) {
      const page = await get(url, 'GET', { 'accept-encoding': refused });
      expect(page.headers['content-encoding'], refused).toBeUndefined();
      expect(page.headers.vary).toBe('accept-encoding');
    }
  });

  test('takes GET and HEAD, and nothing else', async () => {
    const url = `${await startMounted('')}/metrics`;
    const head = await get(url, 'HEAD');
    expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect(Number(head.headers['content-length'])).toBeGreaterThan(1000);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect(await get(url, method)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    }
  });

  test('asks for a token or for a user, and takes either', async () => {
    const url = `${await startMounted("{ token: 'secret', basicAuth: { username: 'u', password: 'pä:ss' }, path: '/m' }")}/mounted/m`;
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    for (const authorization of ['Bearer secret', 'bearer secret', basic('u:pä:ss')]) {
      expect((await get(url, 'GET', { authorization })).status, authorization).toBe(200);
    }
    for (const authorization of [
      '',
      'Bearer',
      'Bearer secre',
      'Bearer Secret',
      'Bearer secret2',
      basic('u:'),
      'Basic secret',
    ]) {
      const refused = await get(url, 'GET', { authorization });
      expect(refused.status, authorization).toBe(401);
      expect(refused.headers['www-authenticate']).toContain('Bearer');
      expect(refused.body.toString()).not.toContain('anthropic_client');
    }
  });

  test.each([
    [
      'metrics.internal',
      ['metrics.internal', 'METRICS.internal:8080'],
      ['localhost', 'metrics.internal.example', ''],
    ],
    ['localhost:8080', ['localhost:8080'], ['localhost', 'localhost:80', 'localhost:80801']],
    ['[::1]', ['[::1]', '[::1]:9464'], ['::1', '[::2]:9464']],
  ])('serves the metrics for the host %s alone', async (host, right, wrong) => {
    const url = `${await startMounted(`{ host: '${host}' }`)}/metrics`;
    for (const each of right) expect((await get(url, 'GET', { host: each })).status, each).toBe(200);
    for (const each of wrong) {
      const page = await get(url, 'GET', { host: each });
      expect(page.body.toString(), each).toBe('application');
      expect((await get(url, 'GET', { host: each, alone: '1' })).status, each).toBe(404);
    }
  });

  test('responds with 503 where register has not started', async () => {
    const page = await get(`${await startMounted('', [])}/metrics`);
    expect(page.status).toBe(503);
    expect(page.body.toString()).toContain('anthropic-otel/register');
  });

  test.each([
    [{ path: 'metrics' }, '`path`'],
    [{ host: 'http://metrics.internal' }, '`host`'],
    [{ host: '' }, '`host`'],
    [{ token: '' }, '`token`'],
    [{ basicAuth: { username: 'u' } }, '`basicAuth`'],
    [{ tokn: 'secret' }, '`tokn`'],
    ['/metrics', '`options`'],
  ])('metricsHandler(%j) is a TypeError that names the option and shows no secret', (options, name) => {
    const make = (): unknown => metricsHandler(options as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(name);
    expect(make).not.toThrow('secret');
  });
});
