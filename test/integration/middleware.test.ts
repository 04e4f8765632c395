/** Middleware of the application: of the client and of one request, over every `fetch`, with and without a context manager. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import type { Middleware } from '@anthropic-ai/sdk';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { type CallCase, expectCall, expectCase } from '../helpers/expect-calls.ts';
import { failedCall, final, OK_ATTEMPT, OK_CALL, retried, STREAMED_CALL } from '../helpers/expected-call.ts';
import {
  collect,
  type Harness,
  type HarnessOptions,
  HELLO,
  rejection,
  startHarness,
} from '../helpers/harness.ts';
import { newClient, SDKS } from '../helpers/sdks.ts';

/** Sends a request that failed once more. */
const replay: Middleware = async (request, next) => {
  const response = await next(request);
  return response.ok ? response : next(request);
};

/** Makes a span of the application the current one. */
const spanned =
  (harness: Harness | undefined): Middleware =>
  (request, next) =>
    (harness?.tracerProvider ?? trace)
      .getTracer('app')
      .startActiveSpan('policy', (span) => next(request).finally(() => span.end()));

const clientOf = (middleware: Middleware): HarnessOptions => ({
  client: { middleware: [middleware], maxRetries: 0 },
});

const CASES: readonly CallCase[] = [
  {
    title: 'that replays a request makes a second attempt of the same call',
    options: clientOf(replay),
    plan: [respond.error(529)],
    recorded: { ...OK_CALL, attempts: [retried(529), OK_ATTEMPT] },
  },
  {
    title: 'that replays in vain leaves one exhausted call',
    options: clientOf(replay),
    plan: [respond.error(529), respond.error(529)],
    fails: 529,
    recorded: failedCall(retried(529), final(529)),
  },
  {
    title: 'that takes its time over a failure and then passes it on leaves a final attempt',
    options: clientOf(async (request, next) => {
      const response = await next(request);
      await sleep(120);
      return response;
    }),
    plan: [respond.error(529)],
    fails: 529,
    recorded: failedCall(final(529)),
  },
  {
    title: 'that makes its own span the current one does not hide the call',
    options: clientOf(spanned(undefined)),
    recorded: OK_CALL,
  },
  {
    title: 'that opens a recording span of its own keeps that span, below that of the call',
    async run(_, harness) {
      await harness.newClient({ middleware: [spanned(harness)] }).messages.create(HELLO);
      const policy = harness.spans().find(({ name }) => name === 'policy');
      expect(policy?.parentSpanContext?.spanId).toBe(harness.callSpans()[0]?.spanContext().spanId);
    },
    recorded: OK_CALL,
  },
  {
    title: 'runs outside that of this package, in its own order, and that of the request sees what is sent',
    async run(_, { newClient, server }) {
      const seen: string[] = [];
      const named =
        (name: string): Middleware =>
        async (request, next) => {
          seen.push(`${name} ${request.url}`);
          return next(request);
        };
      const client = newClient({ middleware: [named('first'), named('second')] });
      // The two, that of this package around them, and that on the wire.
      expect(client.middleware).toHaveLength(4);
      await client.messages.create(HELLO, { middleware: [named('third')] });
      expect(seen).toEqual(['first', 'second', 'third'].map((name) => `${name} ${server.url}/v1/messages`));
    },
    recorded: OK_CALL,
  },
];

describe.each([true, false])("the application's middleware, a context manager: %s", (contextManager) => {
  test.each(CASES.filter(({ title }) => contextManager || !title.includes('span')))('$title', (row) =>
    expectCase({ ...row, options: { contextManager, ...row.options } }),
  );
});

test.each([
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [503, '_OTHER'],
  [529, 'overloaded_error'],
])(
  'middleware that throws after a %i leaves its attempt a %s, and fails the call',
  async (status, errorType) => {
    const throwing: Middleware = async (request, next) => {
      await next(request);
      throw new RangeError('from middleware');
    };
    const harness = await startHarness(clientOf(throwing));
    harness.server.plan([respond.error(status)]);
    await rejection(harness.client.messages.create(HELLO));
    const attempt = { 'http.response.status_code': status, 'anthropic.attempt.disposition': 'final' };
    expect(await harness.metric('anthropic.client.attempts', { ...attempt, 'error.type': errorType })).toBe(
      1,
    );
    expect(await harness.metric('anthropic.client.calls', { 'error.type': 'client_error' })).toBe(1);
  },
);

describe.each([
  ["Node's own fetch", {}],
  ['a fetch that is given', { fetch: (...args: Parameters<typeof fetch>) => fetch(...args) }],
])('per-request middleware over %s', (_, options) => {
  const send = ({ messages }: Anthropic): PromiseLike<unknown> =>
    messages.create(HELLO, { middleware: [replay] });

  test.each<CallCase>([
    {
      title: 'that sends a request twice makes two attempts, each with its status',
      options: { client: options },
      plan: [respond.error(500)],
      run: send,
      recorded: { ...OK_CALL, attempts: [retried(500), OK_ATTEMPT] },
    },
    {
      title: 'inside client middleware that replays too makes an attempt of each request',
      options: { client: { ...options, middleware: [replay], maxRetries: 0 } },
      plan: [respond.error(500), respond.error(500), respond.error(500)],
      run: send,
      recorded: { ...OK_CALL, attempts: [retried(500), retried(500), retried(500), OK_ATTEMPT] },
    },
  ])('$title', (row) => expectCase(row));

  test.each(['', '?moved', '/v1/messages?moved', 'ftp://127.0.0.1/'])(
    'that repeats requests which are redirected to %j makes an attempt of each, and none of a redirect',
    async (location) => {
      const harness = await startHarness();
      let requests = 0;
      const server = createServer((request, response) => {
        request.resume();
        requests += 1;
        // Each request is redirected once.
        if (requests % 2 === 1 || location.startsWith('ftp:')) response.writeHead(307, { location }).end();
        else response.writeHead(requests === 2 ? 500 : 400, { 'content-type': 'application/json' }).end('{}');
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      onTestFinished(() => void server.close());
      const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const twice: Middleware = async (request, next) => {
        await next(request).catch(() => {});
        return next(request);
      };
      const client = harness.client.withOptions({ baseURL, maxRetries: 0, ...options });
      await rejection(client.messages.create(HELLO, { middleware: [twice] }));
      const attempts = (await harness.points('anthropic.client.attempts')).map(
        ({ attributes }) =>
          `${attributes['http.response.status_code']} ${attributes['anthropic.attempt.disposition']}`,
      );
      const [first, second] = location.startsWith('ftp:') ? [undefined, undefined] : [500, 400];
      expect(attempts.sort()).toEqual([`${first} retried`, `${second} final`].sort());
    },
  );

  test('that asks something else of the network, or makes a call of its own, adds no attempt to this one', async () => {
    const harness = await startHarness({ client: options });
    const busy: Middleware = async (request, next) => {
      await fetch(`${harness.server.url}/v1/models`);
      await harness.client.messages.create(HELLO);
      return next(request);
    };
    await harness.client.messages.create(HELLO, { middleware: [busy] });
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(2);
    expect(await harness.metric('anthropic.client.attempts')).toBe(2);
    for (const span of harness.callSpans()) expect(span.attributes['anthropic.attempt.count']).toBe(1);
  });

  test('keeps its own spans, below the attempt', async () => {
    const harness = await startHarness({ client: options });
    await harness.client.messages.create(HELLO, { middleware: [spanned(harness)] });
    const own = harness.spans().find(({ name }) => name === 'policy');
    expect(own?.parentSpanContext?.spanId).toBe(harness.attemptSpans()[0]?.spanContext().spanId);
  });
});

test('spans of a fetch of the application are kept, below the attempt', async () => {
  const harness = await startHarness();
  const client = harness.newClient({
    fetch: async (...args) => {
      harness.tracerProvider.getTracer('app').startSpan('fetch').end();
      return fetch(...args);
    },
  });
  await client.messages.create(HELLO);
  const own = harness.spans().find(({ name }) => name === 'fetch');
  expect(own?.parentSpanContext?.spanId).toBe(harness.attemptSpans()[0]?.spanContext().spanId);
  expect(trace.getActiveSpan()).toBeUndefined();
});

test('client middleware that sends two requests at the same time makes two attempts, each with its own result', async () => {
  const hedge: Middleware = async (request, next) => {
    const both = await Promise.all([next(request), next(request)]);
    await both[1].body?.cancel();
    return both[0];
  };
  const harness = await startHarness({ client: { middleware: [hedge] } });
  await harness.client.messages.create(HELLO);
  const ok = { 'http.response.status_code': 200, 'anthropic.attempt.disposition': 'ok' };
  expect(await harness.metric('anthropic.client.attempts', ok)).toBe(2);
  expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
});

describe.each(SDKS.filter(({ adapter }) => adapter !== 'fetch'))('middleware of SDK $version', (sdk) => {
  const start = async (...middleware: readonly Middleware[]) => {
    const harness = await startHarness();
    return { harness, client: newClient(sdk, harness, { middleware: [...middleware] }) };
  };

  test('that repeats a rejected request makes another attempt', async () => {
    const { harness, client } = await start(replay);
    harness.server.plan([respond.error(401)]);
    await client.messages.create(HELLO);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
    expect(await harness.metric('anthropic.client.attempts')).toBe(2);
  });

  test('that parses the stream on the side changes nothing', async () => {
    const texts: string[] = [];
    const { harness, client } = await start(async (request, next) => {
      const response = await next(request);
      texts.push(await response.clone().text());
      return response;
    });
    expect(await collect(await client.messages.create({ ...HELLO, stream: true }))).toHaveLength(10);
    expect(texts[0]).toContain('message_stop');
    await expectCall(harness, STREAMED_CALL);
  });

  test('that throws after the response makes a failed call, and no retry of the good attempt', async () => {
    const problem = new Error('of the application');
    const { harness, client } = await start(async (request, next) => {
      await next(request);
      throw problem;
    });
    expect(await rejection(client.messages.create(HELLO))).toBe(problem);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'error' })).toBe(1);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
    const retry = { 'anthropic.attempt.disposition': 'retried' };
    expect(await harness.metric('anthropic.client.attempts', { 'http.response.status_code': 200 })).toBe(1);
    expect(await harness.metric('anthropic.client.attempts', retry)).toBe(0);
    expect(await harness.metric('anthropic.client.retries_exhausted')).toBe(0);
    expect(harness.callSpans().map((span) => span.status.code)).toEqual([SpanStatusCode.ERROR]);
  });

  test('that throws before the wire reaches the application with its own error, and is its own fault', async () => {
    const problem = new Error('the circuit is open');
    const { harness, client } = await start(async () => {
      throw problem;
    });
    expect(await rejection(client.messages.create(HELLO))).toBe(problem);
    expect(harness.server.requests).toEqual([]);
    const failure = { errorType: 'client_error', fault: 'application' };
    await expectCall(harness, { outcome: 'error', ...failure, attempts: [] });
  });

  test('of one request leaves a call one call, where the SDK retries a redirect that fetch cannot follow', async () => {
    let requests = 0;
    const server = createServer((request, response) => {
      request.resume();
      requests += 1;
      if (requests === 2) response.writeHead(307, { location: 'ftp://127.0.0.1/' }).end();
      else response.writeHead(400, { 'content-type': 'application/json' }).end('{}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const harness = await startHarness();
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = newClient(sdk, harness, { baseURL, maxRetries: 1 });
    const twice: Middleware = async (request, next) => {
      await next(request);
      return next(request);
    };
    await rejection(client.messages.create(HELLO, { middleware: [twice] }));
    expect(requests).toBe(4);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
    const failures = (await harness.points('anthropic.client.attempts')).map(
      ({ attributes }) => `${attributes['error.type']} ${attributes['anthropic.attempt.disposition']}`,
    );
    expect(failures.sort()).toEqual([
      'connection_error retried',
      'invalid_request_error final',
      'invalid_request_error retried',
    ]);
  });

  test('that responds itself makes a call without an attempt', async () => {
    const message = { id: 'msg_cached', type: 'message', content: [] };
    const { harness, client } = await start(async () => Response.json(message));
    expect(await client.messages.create(HELLO)).toMatchObject({ id: 'msg_cached' });
    expect(harness.server.requests).toEqual([]);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
    expect(await harness.metric('anthropic.client.attempts')).toBe(0);
  });
});
