/** Error responses whose body breaks or stalls: the SDK never needs it for a retry, and telemetry must not either. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, onTestFinished, test } from 'vitest';
import { collect, HELLO, rejection, startHarness } from '../helpers/harness.ts';
import { instrumented, OLDER_SDKS } from '../helpers/sdks.ts';

const ENVELOPE = JSON.stringify({
  type: 'error',
  error: { type: 'overloaded_error', message: 'Overloaded' },
});
const OK = JSON.stringify({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-opus-5-5',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 4 },
});

type Body = (socket: Socket) => void;
const head = (more: string): string => `content-type: application/json\r\n${more}\r\n\r\n`;

/** What follows the status line of a response. */
const BODIES: Readonly<Record<string, Body>> = {
  'is reset': (socket) => {
    socket.write(`${head('content-length: 500')}${ENVELOPE}`);
    setImmediate(() => socket.resetAndDestroy());
  },
  'is shorter than stated': (socket) => socket.end(`${head('content-length: 500')}${ENVELOPE}`),
  'is longer than stated': (socket) => socket.end(`${head('content-length: 5')}${ENVELOPE}`),
  'is no gzip': (socket) =>
    socket.end(`${head(`content-encoding: gzip\r\ncontent-length: ${ENVELOPE.length}`)}${ENVELOPE}`),
  'is half a gzip': (socket) => {
    const half = gzipSync(ENVELOPE).subarray(0, 30);
    socket.write(head(`content-encoding: gzip\r\ncontent-length: ${half.length}`));
    socket.end(half);
  },
  'is no br': (socket) =>
    socket.end(`${head(`content-encoding: br\r\ncontent-length: ${ENVELOPE.length}`)}${ENVELOPE}`),
  'has garbage for a chunk': (socket) => socket.end(`${head('transfer-encoding: chunked')}zz\r\n${ENVELOPE}`),
  stalls: (socket) => void socket.write(`${head('content-length: 500')}${ENVELOPE}`),
};

/** A server whose first response is broken and whose second is good. `events` has them in order. */
async function startServer(status: number, body: Body): Promise<{ url: string; events: string[] }> {
  const events: string[] = [];
  let requests = 0;
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (!data.toString().startsWith('POST')) return;
      events.push(`request ${++requests}`);
      if (requests > 1) {
        const length = `content-length: ${Buffer.byteLength(OK)}\r\nconnection: close`;
        socket.end(`HTTP/1.1 200 OK\r\n${head(length)}${OK}`);
        return;
      }
      socket.write(`HTTP/1.1 ${status} X\r\nretry-after-ms: 1\r\nconnection: close\r\n`);
      body(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, events };
}

const SDKS = [...OLDER_SDKS, { version: '1', Client: Anthropic } as unknown as (typeof OLDER_SDKS)[number]];

describe.each(SDKS)('SDK $version', (sdk) => {
  test.each(Object.keys(BODIES))(
    'retries a response whose body %s, and the call succeeds, as without this package',
    async (name) => {
      const harness = await startHarness();
      for (const status of [429, 500, 529]) {
        const results: unknown[] = [];
        for (const Client of [sdk.Client, instrumented(sdk, harness)]) {
          const { url, events } = await startServer(status, BODIES[name]!);
          const client = new Client({ baseURL: url, apiKey: 'test-key', maxRetries: 1, timeout: 5000 });
          results.push([await client.messages.create(HELLO), events]);
        }
        expect(results[1]).toEqual(results[0]);
        expect(results[1]).toMatchObject([{ id: 'msg_1' }, ['request 1', 'request 2']]);
        const attempts = { 'http.response.status_code': status, 'anthropic.attempt.disposition': 'retried' };
        expect(await harness.metric('anthropic.client.attempts', attempts)).toBe(1);
      }
      expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(3);
      expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
    },
  );
});

/** Ways to give up a body, all of which reject when it is broken. */
const GIVING_UP: Readonly<Record<string, (body: ReadableStream<Uint8Array>) => Promise<unknown>>> = {
  'its cancel': (body) => body.cancel(),
  'a reader': (body) => body.getReader().cancel(),
  'an iterator': async (body) => body.values().return?.(),
};
/** Bodies that can be read without an error, to where they end or stall. */
const READABLE: ReadonlySet<string> = new Set(['is longer than stated', 'is half a gzip', 'stalls']);
const WITHOUT_SPANS = OLDER_SDKS.filter(({ version }) => version !== '0.39');

describe.each(WITHOUT_SPANS)('SDK $version', (sdk) => {
  test.each(Object.keys(GIVING_UP))(
    'a response that broke before the application gave it up by %s is an error, and the application learns of it',
    async (way) => {
      const harness = await startHarness();
      const broken = Object.keys(BODIES).filter((name) => !READABLE.has(name));
      for (const name of broken) {
        for (const Client of [sdk.Client, instrumented(sdk, harness)]) {
          const { url } = await startServer(200, BODIES[name]!);
          const client = new Client({ baseURL: url, apiKey: 'test-key' });
          const response = await client.messages.create(HELLO).asResponse();
          // Middleware can read a copy of it, or the connection break while it is not read.
          await rejection(response.clone().text());
          await rejection(GIVING_UP[way]!(response.body!));
        }
      }
      const calls = { 'anthropic.outcome': 'error', 'error.type': 'client_error' };
      expect(await harness.metric('anthropic.client.calls', calls)).toBe(broken.length);
      expect(await harness.metric('anthropic.client.calls')).toBe(broken.length);
    },
  );
});

describe.each(SDKS)('SDK $version', (sdk) => {
  test.each([200, 201, 204, 205])(
    'a %i without a body is what the SDK makes of it, for Messages and for streams',
    async (status) => {
      const harness = await startHarness();
      const failed: boolean[] = [];
      for (const stream of [false, true]) {
        for (const Client of [sdk.Client, instrumented(sdk, harness)]) {
          const { url } = await startServer(status, (socket) => socket.end(head('content-length: 0')));
          const client = new Client({ baseURL: url, apiKey: 'test-key', logLevel: 'off' });
          const call = client.messages.create({ ...HELLO, stream } as typeof HELLO);
          const read = async (): Promise<unknown> =>
            stream ? collect((await call) as unknown as AsyncIterable<unknown>) : call;
          failed.push(
            await read().then(
              () => stream,
              () => true,
            ),
          );
        }
      }
      expect([failed[1], failed[3]]).toEqual([failed[0], failed[2]]);
      // A stream that ends without its last event has failed, although the application sees no error.
      const outcome = (each: boolean | undefined): string => (each ? 'error' : 'ok');
      for (const each of ['ok', 'error']) {
        const expected = [failed[1], failed[3]].filter((end) => outcome(end) === each).length;
        expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': each })).toBe(expected);
      }
    },
  );
});
