import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  circuitBreaker,
  type FallbackOptions,
  type FallbackTarget,
  fallback,
  retry,
  SERVED_BY_HEADER,
} from '../../src/resilience/index.ts';
import { respond, startAnthropicServer } from '../../src/testing/index.ts';
import { HELLO, MODEL, rejection } from '../helpers/harness.ts';
import { type Setup, setup } from './support/setup.ts';

const SONNET = 'claude-sonnet-5-5';
const HAIKU = 'claude-haiku-4-5-20251001';
const CHAIN = [{ model: SONNET }, { model: HAIKU }];

function start(options: Omit<FallbackOptions, 'onDecision' | 'clock'> = { chain: CHAIN }): Promise<Setup> {
  return setup((common) => fallback({ ...options, ...common }));
}

async function elsewhere() {
  const server = await startAnthropicServer();
  onTestFinished(() => server.close());
  const client = new Anthropic({ baseURL: server.url, apiKey: 'other-key', maxRetries: 0, logLevel: 'off' });
  return { server, client };
}

describe('a chain of models', () => {
  test.each([429, 500, 503, 504, 529])('%i leads to the next model', async (status) => {
    const { server, client, names } = await start();
    server.plan([respond.error(status)], { model: MODEL });
    const { data, response } = await client.messages.create(HELLO).withResponse();
    expect(data.model).toBe(SONNET);
    expect(response.headers.get(SERVED_BY_HEADER)).toBe(SONNET);
    expect(server.requests.map(({ model }) => model)).toEqual([MODEL, SONNET]);
    expect(names()).toEqual(['fallback', 'fallback_served']);
  });

  test('a connection that fails leads to the next model, too', async () => {
    const { server, client } = await start();
    server.plan([respond.resetConnection()]);
    expect((await client.messages.create(HELLO)).model).toBe(SONNET);
  });

  test('goes on to the end of the chain, and works for streams', async () => {
    const { server, client, decisions } = await start();
    server.plan([respond.error(529), respond.error(500)]);
    const message = await client.messages.stream(HELLO).finalMessage();
    expect(message.model).toBe(HAIKU);
    expect(decisions).toMatchObject([
      { name: 'fallback', to: SONNET, errorType: 'overloaded_error', model: MODEL },
      { name: 'fallback', to: HAIKU, errorType: 'api_error' },
      { name: 'fallback_served', to: HAIKU },
    ]);
  });

  test('gives the first error when all fail, and reports that', async () => {
    const { server, client, names } = await start();
    server.plan([respond.error(529, { message: 'first' }), respond.error(500), respond.error(503)]);
    const error = await rejection(client.messages.create(HELLO));
    expect(error).toBeInstanceOf(Anthropic.OverloadedError);
    expect(error['apiMessage']).toBe('first');
    expect((error['headers'] as Headers).get('anthropic-otel-decision')).toBe('fallback_exhausted');
    expect(names()).toEqual(['fallback', 'fallback', 'fallback_exhausted']);
  });

  test.each([400, 403, 404, 413, 422])("the caller's own %i leads nowhere", async (status) => {
    const { server, client, names } = await start();
    server.plan([respond.error(status, { message: 'wrong' })]);
    expect(await rejection(client.messages.create(HELLO))).toMatchObject({ status, apiMessage: 'wrong' });
    expect(names()).toEqual([]);
  });

  test('a rejected key does not lead to another model of the same client', async () => {
    const { server, client, names } = await start();
    server.plan([respond.error(401)]);
    expect(await rejection(client.messages.create(HELLO))).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(names()).toEqual([]);
  });

  test('sets and leaves out fields for a target', async () => {
    const { server, client } = await start({
      chain: [{ model: SONNET, params: { max_tokens: 50, metadata: null } }],
    });
    server.plan([respond.error(529)]);
    await client.messages.create({ ...HELLO, metadata: { user_id: 'somebody' } });
    expect(server.requests[1]?.body).toEqual({ ...HELLO, model: SONNET, max_tokens: 50 });
  });

  test('leaves out a target that cannot serve the request, and reports why', async () => {
    const { server, client, decisions } = await start({
      chain: [{ model: SONNET, unsupported: ['tools'] }, { model: HAIKU }],
    });
    server.plan([respond.error(529)]);
    const tools = [{ name: 'look', input_schema: { type: 'object' as const } }];
    expect((await client.messages.create({ ...HELLO, tools })).model).toBe(HAIKU);
    expect(decisions[0]).toMatchObject({
      name: 'fallback_rejected',
      message: `${SONNET} cannot serve the request: it does not support \`tools\`.`,
    });
  });

  test('other calls than messages pass', async () => {
    const { server, client, names } = await start();
    server.plan([respond.error(500)]);
    await rejection(client.messages.countTokens({ model: MODEL, messages: HELLO.messages }));
    expect(names()).toEqual([]);
  });
});

describe('other clients', () => {
  test.each([401, 402, 529])('%i leads to another client', async (status) => {
    const other = await elsewhere();
    const { server, client } = await start({
      chain: [{ model: HAIKU }, { model: SONNET, client: other.client, name: 'reserve' }].slice(1),
    });
    server.plan([respond.error(status)]);
    const { data, response } = await client.messages.create(HELLO).withResponse();
    expect(data.model).toBe(SONNET);
    expect(response.headers.get(SERVED_BY_HEADER)).toBe('reserve');
    expect(other.server.requests).toHaveLength(1);
    expect(server.requests).toHaveLength(1);
  });

  test('a failing other client is no more than another failure', async () => {
    const other = await elsewhere();
    other.server.plan([respond.error(500)]);
    const { server, client } = await start({ chain: [{ model: SONNET, client: other.client }] });
    server.plan([respond.error(529)]);
    expect(await rejection(client.messages.create(HELLO))).toBeInstanceOf(Anthropic.OverloadedError);
  });

  test.each([400, 401, 404, 500])('that responds with %i is followed by the next target', async (status) => {
    const other = await elsewhere();
    other.server.plan([respond.error(status)]);
    const { server, client } = await start({
      chain: [{ model: SONNET, client: other.client }, { model: HAIKU }],
    });
    server.plan([respond.error(529)]);
    expect((await client.messages.create(HELLO)).model).toBe(HAIKU);
  });

  const broken = new Error('no credentials');
  test.each<[string, FallbackTarget['client']]>([
    [
      'throws',
      {
        request: () => {
          throw broken;
        },
      },
    ],
    ['rejects', { request: () => ({ asResponse: () => Promise.reject(broken) }) }],
    ['returns nothing', { request: () => undefined as never }],
  ])('that %s is followed by the next target, or by the first error', async (_, other) => {
    const chain = [{ model: SONNET, client: other, name: 'broken' }, { model: HAIKU }];
    const { server, client, decisions } = await start({ chain });
    server.plan([respond.error(529)]);
    expect((await client.messages.create(HELLO)).model).toBe(HAIKU);
    expect(decisions.map(({ name, to }) => `${name} ${to}`)).toEqual([
      'fallback broken',
      'fallback_rejected broken',
      `fallback ${HAIKU}`,
      `fallback_served ${HAIKU}`,
    ]);
    server.faults({ rate: 1, responses: [respond.error(529)] });
    expect(await rejection(client.messages.create(HELLO))).toBeInstanceOf(Anthropic.OverloadedError);
  });

  test.each([
    ['`service_tier`', { service_tier: 'auto' as const }],
    [
      'files',
      {
        messages: [
          {
            role: 'user' as const,
            content: [{ type: 'document' as const, source: { type: 'file' as const, file_id: 'file_1' } }],
          },
        ],
      },
    ],
  ])('what only the first client has (%s) is not sent to another one', async (_, fields) => {
    const other = await elsewhere();
    const { server, client, names } = await start({ chain: [{ model: SONNET, client: other.client }] });
    server.plan([respond.error(529)]);
    await rejection(client.post('/v1/messages', { body: { ...HELLO, ...fields } }));
    expect(names()).toEqual(['fallback_rejected']);
    expect(other.server.requests).toEqual([]);
  });
});

describe('with other policies', () => {
  test('each model has retries and a circuit of its own', async () => {
    const { server, client, names } = await setup((common) => [
      fallback({ chain: [{ model: SONNET }], ...common }),
      retry({ rules: { overloaded: { delays: [] } }, ...common }),
      circuitBreaker({ size: 2, minimum: 2, openMs: 60_000, ...common }),
    ]);
    server.faults({ rate: 1, model: MODEL });
    for (let call = 0; call < 4; call++) expect((await client.messages.create(HELLO)).model).toBe(SONNET);
    expect(server.sent.models[MODEL]?.attempts).toBe(2);
    expect(server.sent.models[SONNET]?.attempts).toBe(4);
    expect(names().filter((name) => name === 'circuit_rejected')).toHaveLength(2);
  });
});

test.each([
  [{ chain: [] }, /`fallback.chain` to be a list of at least one target/],
  [{ chain: [{}] }, /`fallback.chain\[0\].model` to be the name of a model/],
  [{ chain: [{ model: SONNET, client: {} }] }, /`fallback.chain\[0\].client` to be a client of the SDK/],
  [{ chain: CHAIN, on: ['all'] }, /`fallback.on` to be a list of rate_limit, overloaded/],
])('%j is an error that states what was expected', (options, message) => {
  expect(() => fallback(options as unknown as FallbackOptions)).toThrow(message);
});
