/** The clients of the platforms, over the wire in the form of each: paths, credentials, frames of streams, errors. */
import { AnthropicBedrock, AnthropicBedrockMantle } from '@anthropic-ai/bedrock-sdk';
import { AnthropicFoundry } from '@anthropic-ai/foundry-sdk';
import type Anthropic from '@anthropic-ai/sdk';
import type { Middleware } from '@anthropic-ai/sdk';
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
import { describe, expect, test } from 'vitest';
import { observe, withTelemetry } from '../../src/index.ts';
import { respond } from '../../src/testing/index.ts';
import { collect, type Harness, HELLO, rejection, startHarness } from '../helpers/harness.ts';

type Client = Pick<Anthropic, 'messages'>;

interface Platform {
  readonly name: string;
  readonly client: (harness: Harness) => Client;
  readonly provider: string;
  /** The model as the platform names it. */
  readonly model: string;
  readonly path: (stream: boolean) => string;
  /** The credentials on the wire. */
  readonly sent: Readonly<Record<string, unknown>>;
  readonly requestId: RegExp;
  /** The body of a 429 in the form of the platform. */
  readonly rejection: unknown;
}

const common = { logLevel: 'off' } as const;
const add = <Options extends object>(harness: Harness, options: Options): Options =>
  withTelemetry({ baseURL: harness.server.url, ...common, ...options }, harness.telemetryOptions);
const authClient = {
  getRequestHeaders: async () => new Headers({ authorization: 'Bearer google-token' }),
} as never;
const ENVELOPE = { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } };
const SIGNED = expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/bedrock/);
const KEYS = { awsAccessKey: 'AKIDEXAMPLE', awsRegion: 'us-east-1' };

const invoke =
  (model: string): Platform['path'] =>
  (stream) =>
    `/model/${model}/invoke${stream ? '-with-response-stream' : ''}`;
const predict =
  (region: string, model: string): Platform['path'] =>
  (stream) =>
    `/projects/p/locations/${region}/publishers/anthropic/models/${model}:${stream ? 'streamRawPredict' : 'rawPredict'}`;

const BEDROCK: Platform = {
  name: 'AnthropicBedrock',
  client: (harness) => new AnthropicBedrock(add(harness, { ...KEYS, awsSecretKey: 'secret' })) as never,
  provider: 'aws.bedrock',
  model: 'us.anthropic.claude-opus-5-5-v1:0',
  path: invoke('us.anthropic.claude-opus-5-5-v1:0'),
  sent: { authorization: SIGNED },
  requestId: /^[0-9a-f-]{36}$/,
  rejection: { message: 'slow down' },
};
const VERTEX: Platform = {
  name: 'AnthropicVertex',
  client: (harness) =>
    new AnthropicVertex(add(harness, { region: 'us-east5', projectId: 'p', authClient })) as never,
  provider: 'gcp.vertex_ai',
  model: 'claude-opus-4-5@20251101',
  path: predict('us-east5', 'claude-opus-4-5@20251101'),
  sent: { authorization: 'Bearer google-token' },
  requestId: /^req_vrtx_/,
  rejection: { error: { code: 429, message: 'slow down', status: 'RESOURCE_EXHAUSTED' } },
};
const MANTLE: Platform = {
  ...BEDROCK,
  name: 'AnthropicBedrockMantle',
  client: (harness) =>
    new AnthropicBedrockMantle(
      add(harness, { ...KEYS, awsSecretAccessKey: 'secret', baseURL: `${harness.server.url}/anthropic` }),
    ) as never,
  model: 'anthropic.claude-opus-5-5',
  path: () => '/anthropic/v1/messages',
  requestId: /^req_/,
  rejection: expect.objectContaining(ENVELOPE),
};

const PLATFORMS: readonly Platform[] = [
  BEDROCK,
  {
    ...BEDROCK,
    name: 'AnthropicBedrock with a Bedrock API key, by observe',
    client: ({ server, telemetryOptions }) =>
      observe(
        new AnthropicBedrock({ baseURL: server.url, ...common, apiKey: 'bedrock-key' }),
        telemetryOptions,
      ) as never,
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    path: invoke('anthropic.claude-sonnet-4-5-20250929-v1:0'),
    sent: { authorization: 'Bearer bedrock-key' },
  },
  MANTLE,
  VERTEX,
  {
    ...VERTEX,
    name: 'AnthropicVertex, by observe',
    client: ({ server, telemetryOptions }) =>
      observe(
        new AnthropicVertex({ baseURL: server.url, ...common, region: 'global', projectId: 'p', authClient }),
        telemetryOptions,
      ) as never,
    model: 'claude-opus-5-5',
    path: predict('global', 'claude-opus-5-5'),
  },
  {
    ...MANTLE,
    name: 'AnthropicFoundry',
    client: (harness) =>
      new AnthropicFoundry(
        add(harness, { apiKey: 'foundry-key', baseURL: `${harness.server.url}/anthropic/` }),
      ) as never,
    provider: 'anthropic',
    model: 'claude-opus-5-5',
    sent: { 'x-api-key': 'foundry-key' },
  },
];

/** The attributes of the points of `name`, with their values. */
async function points(harness: Harness, name: string): Promise<unknown[]> {
  return (await harness.points(name)).map(({ attributes, value }) => ({ ...attributes, value }));
}

describe.each(PLATFORMS.map((platform) => [platform.name, platform] as const))('%s', (_name, platform) => {
  const { model, provider, requestId } = platform;
  const request = { ...HELLO, model };
  const call = { 'anthropic.method': 'messages.create', 'gen_ai.request.model': model };
  const logged = { method: 'messages.create', model, provider };

  async function start(): Promise<{ harness: Harness; client: Client }> {
    const harness = await startHarness();
    return { harness, client: platform.client(harness) };
  }

  async function expectTokens(harness: Harness, output: number): Promise<void> {
    const used = 'gen_ai.client.inference.usage';
    expect(await points(harness, `${used}.input_tokens`)).toMatchObject([
      { 'gen_ai.provider.name': provider, 'gen_ai.request.model': model, value: 5 },
    ]);
    expect(await harness.metric(`${used}.output_tokens`)).toBe(output);
    expect(await harness.metric('anthropic.client.unpriced_calls')).toBe(0);
    expect(await harness.metric('anthropic.client.cost')).toBeGreaterThan(0);
  }

  test.each([{}, { query: { gateway: '1' } }])(
    'a request that per-request middleware sends twice is two attempts, each with its status: %j',
    async (options) => {
      const { harness, client } = await start();
      harness.server.plan([respond.error(500)]);
      const twice: Middleware = async (sent, next) => {
        await next(sent);
        return next(sent);
      };
      await client.messages.create(request, { ...options, middleware: [twice] });
      for (const [status, disposition] of [
        [500, 'retried'],
        [200, 'ok'],
      ] as const) {
        const attempts = {
          'http.response.status_code': status,
          'anthropic.attempt.disposition': disposition,
        };
        expect(await harness.metric('anthropic.client.attempts', { ...call, ...attempts })).toBe(1);
      }
      expect(await harness.metric('anthropic.client.attempts')).toBe(2);
    },
  );

  test('a JSON call', async () => {
    const { harness, client } = await start();
    const message = await client.messages.create(request);
    const { server } = harness;
    expect(server.requests).toMatchObject([
      {
        path: platform.path(false),
        model,
        stream: false,
        headers: platform.sent,
      },
    ]);
    expect(await points(harness, 'anthropic.client.calls')).toEqual([
      {
        ...call,
        'anthropic.outcome': 'ok',
        'anthropic.served_by': 'api',
        'anthropic.stop_reason': 'end_turn',
        'gen_ai.provider.name': provider,
        'gen_ai.request.stream': false,
        value: 1,
      },
    ]);
    expect(await points(harness, 'anthropic.client.attempts')).toMatchObject([
      { ...call, 'http.response.status_code': 200, 'anthropic.attempt.disposition': 'ok', value: 1 },
    ]);
    await expectTokens(harness, message.usage.output_tokens);
    expect(harness.logs().map(({ fields }) => fields)).toMatchObject([
      {
        ...logged,
        event: 'anthropic.call',
        outcome: 'ok',
        attempts: 1,
        status: 200,
        input_tokens: 5,
        output_tokens: message.usage.output_tokens,
        response_model: message.model,
        request_id: expect.stringMatching(requestId),
      },
    ]);
    expect(harness.callSpans()).toHaveLength(1);
    expect(harness.attemptSpans().map(({ attributes }) => attributes['anthropic.request.id'])).toEqual([
      server.requests[0]?.requestId,
    ]);
  });

  test('a stream, and the stream helper', async () => {
    const { harness, client } = await start();
    const events = await collect(await client.messages.create({ ...request, stream: true }));
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['message_start', 'message_stop']));
    const helped = await client.messages.stream(request).finalMessage();
    expect(harness.server.requests).toMatchObject([
      { path: platform.path(true), stream: true, completed: true },
      { path: platform.path(true), stream: true, completed: true },
    ]);
    expect(await points(harness, 'anthropic.client.calls')).toMatchObject([
      { ...call, 'anthropic.outcome': 'ok', 'gen_ai.request.stream': true, value: 2 },
    ]);
    const { output_tokens } = helped.usage;
    expect(await harness.metric('gen_ai.client.inference.usage.output_tokens')).toBe(2 * output_tokens);
    expect(await harness.metric('gen_ai.client.inference.time_to_first_chunk')).toBe(2);
    expect(harness.logs().map(({ fields }) => fields)).toMatchObject(
      [1, 2].map(() => ({ ...logged, outcome: 'ok', stream: true, output_tokens, stop_reason: 'end_turn' })),
    );
  });

  test('a retry after an error of the platform', async () => {
    const { harness, client } = await start();
    harness.server.plan([respond.error(429, { message: 'slow down' })]);
    const message = await client.messages.create(request);
    expect(await points(harness, 'anthropic.client.attempts')).toMatchObject([
      { 'http.response.status_code': 200, 'anthropic.attempt.disposition': 'ok', value: 1 },
      {
        ...call,
        'http.response.status_code': 429,
        'error.type': 'rate_limit_error',
        'anthropic.error.fault': 'traffic',
        'anthropic.attempt.disposition': 'retried',
        value: 1,
      },
    ]);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
    await expectTokens(harness, message.usage.output_tokens);
    expect(harness.events()).toEqual(['anthropic.attempt.retried', 'anthropic.call']);
    expect(harness.logs()[0]?.fields).toMatchObject({ request_id: expect.stringMatching(requestId) });
  });

  test('an error, and retries that are exhausted', async () => {
    const { harness, client } = await start();
    harness.server.plan([
      respond.error(400, { message: 'no' }),
      ...[1, 2, 3].map(() => respond.error(429, { message: 'slow down' })),
    ]);
    expect(await rejection(client.messages.create(request))).toMatchObject({ status: 400 });
    expect(await rejection(client.messages.create(request))).toMatchObject({
      status: 429,
      error: platform.rejection,
    });
    expect(await points(harness, 'anthropic.client.calls')).toMatchObject([
      { ...call, 'error.type': 'invalid_request_error', 'anthropic.error.fault': 'input', value: 1 },
      { ...call, 'error.type': 'rate_limit_error', 'anthropic.error.fault': 'traffic', value: 1 },
    ]);
    expect(await harness.metric('anthropic.client.retries_exhausted')).toBe(1);
    expect(await harness.metric('anthropic.client.attempts')).toBe(4);
  });

  test('a stream that ends in an error, is cut, or is left', async () => {
    const { harness, client } = await start();
    harness.server.plan([
      respond.sseError('overloaded_error'),
      respond.cutStream(),
      respond.resetStream(),
      respond.hangBody(3),
    ]);
    const open = (): PromiseLike<AsyncIterable<unknown>> =>
      client.messages.create({ ...request, stream: true });
    const ends: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      ends.push(
        await collect(await open()).then(
          () => 'ended',
          () => 'failed',
        ),
      );
    }
    for await (const _ of await open()) break;
    await harness.server.idle();
    expect(ends[0]).toBe('failed');
    expect(harness.server.requests.at(-1)).toMatchObject({ closedByClient: true, eventsSent: 3 });
    const ended = harness.logs().filter(({ fields }) => fields['event'] === 'anthropic.call');
    expect(ended.map(({ fields }) => [fields['outcome'], fields['error_type']])).toMatchObject([
      ['error', 'overloaded_error'],
      ['error', expect.any(String)],
      ['error', expect.any(String)],
      ['canceled', undefined],
    ]);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
    expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
  });
});

test('counting tokens on Vertex is recorded under its own method', async () => {
  const harness = await startHarness();
  const client = new AnthropicVertex(add(harness, { region: 'us-east5', projectId: 'p', authClient }));
  expect(
    await client.messages.countTokens({ model: 'claude-opus-5-5', messages: HELLO.messages }),
  ).toMatchObject({ input_tokens: 5 });
  expect(await points(harness, 'anthropic.client.calls')).toMatchObject([
    { 'anthropic.method': 'messages.count_tokens', 'gen_ai.provider.name': 'gcp.vertex_ai', value: 1 },
  ]);
});

test('credentials of a platform that cannot be had fail the call, and no other host is asked', async () => {
  const harness = await startHarness();
  const broken = { getRequestHeaders: () => Promise.reject(new Error('no token')) } as never;
  const client = new AnthropicVertex(
    add(harness, { region: 'us-east5', projectId: 'p', authClient: broken, maxRetries: 0 }),
  );
  expect(await rejection(client.messages.create(HELLO))).toMatchObject({
    message: 'Failed to acquire Google OAuth credentials.',
  });
  expect(harness.server.requests).toEqual([]);
  expect(await points(harness, 'anthropic.client.calls')).toMatchObject([
    { 'anthropic.outcome': 'error', 'error.type': 'connection_error', value: 1 },
  ]);
});

test('Bedrock ends a stream by an exception of its own, which counts as the error of the API that it stands for', async () => {
  const harness = await startHarness();
  const client = new AnthropicBedrock(add(harness, { apiKey: 'k', maxRetries: 0 }));
  const types = ['rate_limit_error', 'api_error', 'timeout_error', 'invalid_request_error', 'billing_error'];
  harness.server.plan(types.map((type) => respond.sseError(type)));
  const named: unknown[] = [];
  for (const _ of types) {
    const stream = await client.messages.create({ ...HELLO, stream: true });
    named.push((await rejection(collect(stream)))['type']);
  }
  expect(named).toEqual([
    'throttlingException',
    'internalServerException',
    'modelTimeoutException',
    'validationException',
    'modelStreamErrorException',
  ]);
  const ended = harness.logs().filter(({ fields }) => fields['event'] === 'anthropic.call');
  expect(ended.map(({ fields }) => [fields['error_type'], fields['fault']])).toEqual([
    ['rate_limit_error', 'traffic'],
    ['api_error', 'anthropic'],
    ['timeout_error', 'anthropic'],
    ['invalid_request_error', 'input'],
    ['api_error', 'anthropic'],
  ]);
});

test('a request that is not signed with a known key gets an error in the form of Bedrock', async () => {
  const harness = await startHarness({ server: { apiKeys: ['AKIDEXAMPLE'] } });
  const signed = new AnthropicBedrock(add(harness, { ...KEYS, awsSecretKey: 'secret' }));
  expect(await signed.messages.create(HELLO)).toMatchObject({ type: 'message' });
  const other = new AnthropicBedrock(
    add(harness, { ...KEYS, awsAccessKey: 'AKIDOTHER', awsSecretKey: 'secret' }),
  );
  expect(await rejection(other.messages.create(HELLO))).toMatchObject({ status: 401 });
  expect(await harness.metric('anthropic.client.authentication_failures')).toBe(1);
});
