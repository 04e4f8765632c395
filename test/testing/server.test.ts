import { describe, expect, test } from 'vitest';
import { respond, startAnthropicServer } from '../../src/testing/index.ts';
import { collect, HELLO, rejection, serve } from './serve.ts';

describe('the ledger', () => {
  test('keeps what was received and what became of it', async () => {
    const { server, client } = await serve();
    server.plan([respond.error(529)]);
    await client.beta.messages.create({ ...HELLO, betas: ['some-beta'] });
    await server.idle();
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/v1/messages',
        query: '',
        body: HELLO,
        model: 'claude-opus-5-5',
        stream: false,
        retryCount: 0,
        status: 529,
        errorType: 'overloaded_error',
        completed: true,
        closedByClient: false,
      },
      { retryCount: 1, status: 200, errorType: null, usageFinal: true },
    ]);
    expect(server.requests[0]?.headers['anthropic-beta']).toContain('some-beta');
    const [first, second] = server.requests;
    expect(first?.requestId).not.toBe(second?.requestId);
  });

  test('takes a query apart from the path', async () => {
    const { server } = await serve();
    const init = { method: 'POST', body: JSON.stringify(HELLO) };
    expect((await fetch(`${server.url}/v1/messages?beta=true`, init)).status).toBe(200);
    expect(server.requests[0]).toMatchObject({ path: '/v1/messages', query: 'beta=true' });
  });

  test('adds up exactly what the clients saw, over all and by model', async () => {
    const { server, client } = await serve();
    server.plan([respond.error(529), respond.error(429)], { model: 'claude-sonnet-5-5' });
    let [input, output] = [0, 0];
    for (const model of ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-opus-5-5']) {
      const { usage } = await client.messages.create({ ...HELLO, model });
      const streamed = await client.messages.stream({ ...HELLO, model }).finalMessage();
      input += usage.input_tokens + streamed.usage.input_tokens;
      output += usage.output_tokens + streamed.usage.output_tokens;
    }
    expect(server.sent).toMatchObject({
      calls: 6,
      attempts: 8,
      statuses: { 200: 6, 429: 1, 529: 1 },
      errors: { overloaded_error: 1, rate_limit_error: 1 },
      tokens: { input, output },
      unfinishedTokens: { input: 0, output: 0 },
      models: {
        'claude-opus-5-5': { calls: 4, attempts: 4, errors: {} },
        'claude-sonnet-5-5': { calls: 2, attempts: 4, statuses: { 200: 2 } },
      },
    });
  });

  test('survives a model with the name of a prototype', async () => {
    const { server } = await serve();
    for (const model of ['__proto__', 'constructor']) {
      await fetch(`${server.url}/v1/messages`, { method: 'POST', body: JSON.stringify({ ...HELLO, model }) });
    }
    expect(Object.keys(server.sent.models)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).attempts).toBeUndefined();
  });

  test('keeps as many requests as it is set to, and counts all', async () => {
    const { server, client } = await serve({ keepRequests: 2 });
    for (const max_tokens of [1, 2, 3]) await client.messages.create({ ...HELLO, max_tokens });
    expect(server.requests.map(({ body }) => (body as { max_tokens: number }).max_tokens)).toEqual([2, 3]);
    expect(server.sent.calls).toBe(3);
  });

  test('is empty after a reset, with plan and faults', async () => {
    const { server, client } = await serve();
    server.plan([respond.error(400), respond.error(400)]);
    server.faults({ rate: 1 });
    await rejection(client.messages.create(HELLO));
    server.reset();
    expect([server.requests, server.pending, server.sent.attempts]).toEqual([[], 0, 0]);
    await client.messages.create(HELLO);
  });
});

describe('closing', () => {
  test('ends hanging connections at once, and does not blame the client', async () => {
    const server = await startAnthropicServer();
    server.plan([respond.hang(), respond.hangBody(2)]);
    const post = (stream: boolean) =>
      fetch(`${server.url}/v1/messages`, { method: 'POST', body: JSON.stringify({ ...HELLO, stream }) });
    const silent = rejection(post(false));
    await server.waitForRequests(1);
    const partial = await post(true);
    await server.close();
    expect(await silent).toBeInstanceOf(TypeError);
    expect(await rejection(partial.text())).toBeInstanceOf(TypeError);
    await server.idle();
    expect(server.requests.map(({ closedByClient }) => closedByClient)).toEqual([false, false]);
  });

  test('ends streams and delays that are under way', async () => {
    const { server, client } = await serve();
    server.plan([respond.slow({ eventDelayMs: 60_000 }), respond.slow({ delayMs: 60_000 })]);
    const stream = await client.messages.create({ ...HELLO, stream: true });
    const reading = rejection(collect(stream));
    const waiting = rejection(client.messages.create(HELLO, { maxRetries: 0 }));
    await server.waitForRequests(2);
    await server.close();
    expect(await reading).toBeInstanceOf(Error);
    expect(await waiting).toBeInstanceOf(Error);
  });

  test('can be asked for twice, or left to `await using`', async () => {
    let url: string;
    {
      await using server = await startAnthropicServer();
      url = server.url;
      await Promise.all([server.close(), server.close()]);
    }
    expect(await rejection(fetch(url))).toBeInstanceOf(TypeError);
  });
});

test('a client that leaves in the middle of its request leaves no trace', async () => {
  const { server } = await serve();
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"model":')),
  });
  const abort = new AbortController();
  const init = { method: 'POST', body, duplex: 'half', signal: abort.signal } as RequestInit;
  const request = rejection(fetch(`${server.url}/v1/messages`, init));
  setTimeout(() => abort.abort(), 20);
  await request;
  expect(await (await fetch(`${server.url}/v1/models`)).json()).toMatchObject({ has_more: false });
  expect(server.requests).toHaveLength(1);
});

test('a large stream waits for a slow reader', async () => {
  const { server, client } = await serve();
  server.plan([respond.ok({ text: 'x'.repeat(400_000), deltas: 10_000 })]);
  const events = await collect(await client.messages.create({ ...HELLO, stream: true }));
  expect(events).toHaveLength(10_000 + 5);
  expect(server.requests[0]).toMatchObject({ eventsSent: 10_006 });
});

test.each([
  [{ port: -1 }, 'Expected `port` to be a whole number from 0 to 65535, got -1 (number)'],
  [{ port: '80' }, 'Expected `port` to be a whole number from 0 to 65535, got "80" (string)'],
  [{ models: 'claude' }, 'Expected `models` to be an array of non-empty strings, got "claude" (string)'],
  [{ apiKeys: [''] }, 'Expected `apiKeys[0]` to be a non-empty string, got "" (string)'],
  [{ retryAfterMs: 0 }, 'Expected `retryAfterMs` to be a number of at least 1, got 0 (number)'],
  [{ chunkBytes: 1.5 }, 'Expected `chunkBytes` to be a whole number of at least 1, got 1.5 (number)'],
  [{ now: 5 }, 'Expected `now` to be a function, got 5 (number)'],
  [
    { rateLimits: { requests: -1 } },
    'Expected `rateLimits.requests` to be a whole number of at least 0, got -1 (number)',
  ],
  [
    { rateLimits: { request: 1 } },
    'Unknown option `rateLimits.request`, expected one of: requests, inputTokens, outputTokens, windowMs, classes',
  ],
  [
    { rateLimits: { classes: { 'opus-5': { requests: 'x' } } } },
    'Expected `rateLimits.classes.opus-5.requests` to be a whole number of at least 0, got "x" (string)',
  ],
])('a wrong option is named: %j', async (options, message) => {
  await expect(startAnthropicServer(options as never)).rejects.toThrow(new TypeError(message));
});

test('a misspelt option is named', async () => {
  await expect(startAnthropicServer({ prot: 80 } as never)).rejects.toThrow(/^Unknown option `options.prot`/);
});
