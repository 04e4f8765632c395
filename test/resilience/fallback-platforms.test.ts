/** The clients of other platforms as members of a chain: what they send, and how the call is marked. */
import { AnthropicBedrock, AnthropicBedrockMantle } from '@anthropic-ai/bedrock-sdk';
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withTelemetry } from '../../src/index.ts';
import { type FallbackClient, resilience, SERVED_BY_HEADER } from '../../src/resilience/index.ts';
import { type AnthropicServer, respond, startAnthropicServer } from '../../src/testing/index.ts';
import { type Harness, HELLO, MODEL, rejection, startHarness } from '../helpers/harness.ts';

interface Platform {
  readonly name: string;
  readonly model: string;
  /** The model in responses and metrics. */
  readonly create: (baseURL: string, common: Omit<ClientOptions, 'apiKey'>) => FallbackClient;
  readonly path: (stream: boolean) => string;
}

const KEYS = { awsAccessKey: 'AKIDEXAMPLE', awsRegion: 'us-east-1' };
const authClient = { getRequestHeaders: async () => new Headers({ authorization: 'Bearer token' }) } as never;
const BEDROCK = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const VERTEX = 'claude-sonnet-4-5@20250929';

const PLATFORMS: readonly Platform[] = [
  {
    name: 'Bedrock',
    model: BEDROCK,
    create: (baseURL, common) =>
      new AnthropicBedrock({ ...common, ...KEYS, baseURL, awsSecretKey: 'secret' }),
    path: (stream) => `/model/${BEDROCK}/invoke${stream ? '-with-response-stream' : ''}`,
  },
  {
    name: 'Bedrock Mantle',
    model: 'anthropic.claude-sonnet-5-5',
    create: (baseURL, common) =>
      new AnthropicBedrockMantle({
        ...common,
        ...KEYS,
        awsSecretAccessKey: 'secret',
        baseURL: `${baseURL}/anthropic`,
      }),
    path: () => '/anthropic/v1/messages',
  },
  {
    name: 'Vertex',
    model: VERTEX,
    create: (baseURL, common) =>
      new AnthropicVertex({ ...common, baseURL, region: 'us-east5', projectId: 'p', authClient }),
    path: (stream) =>
      `/projects/p/locations/us-east5/publishers/anthropic/models/${VERTEX}:${stream ? 'streamRawPredict' : 'rawPredict'}`,
  },
];

interface Chain extends Harness {
  readonly platform: AnthropicServer;
}

/** A client whose own API is overloaded, with one target: a platform, observed by the same telemetry. */
async function start({ name, model, create }: Platform, target: object = {}): Promise<Chain> {
  const platform = await startAnthropicServer();
  onTestFinished(() => platform.close());
  const harness = await startHarness();
  const observed = withTelemetry({ maxRetries: 0, logLevel: 'off' as const }, harness.telemetryOptions);
  const chain = [{ model, name, client: create(platform.url, observed), ...target }];
  const client = harness.newClient({
    maxRetries: 0,
    middleware: resilience({ retry: false, circuitBreaker: false, fallback: { chain } }),
  });
  harness.server.faults({ rate: 1, responses: [respond.error(529)] });
  return { ...harness, client, platform };
}

describe.each(PLATFORMS)('$name in a chain', (each) => {
  test('serves a call that waits for the message, and its response says so', async () => {
    const { client, platform } = await start(each);
    const { data, response } = await client.messages.create(HELLO).withResponse();
    expect([data.type, data.content.length]).toEqual(['message', 1]);
    expect(decodeURIComponent(response.headers.get(SERVED_BY_HEADER) ?? '')).toBe(each.name);
    expect(platform.requests.map(({ path }) => decodeURIComponent(path))).toEqual([each.path(false)]);
  });

  test('serves a stream', async () => {
    const { client, platform } = await start(each);
    const message = await client.messages.stream(HELLO).finalMessage();
    expect(message.stop_reason).toBe('end_turn');
    expect(platform.requests.map(({ path }) => decodeURIComponent(path))).toEqual([each.path(true)]);
  });

  test('marks the call in its span and its metrics, and tokens count once', async () => {
    const { client, metric, callSpans } = await start(each);
    const message = await client.messages.create(HELLO);
    expect(await metric('anthropic.client.fallbacks')).toBe(1);
    expect(await metric('anthropic.client.calls', { 'anthropic.served_by': 'fallback' })).toBe(1);
    expect(await metric('gen_ai.client.inference.usage.output_tokens')).toBe(message.usage.output_tokens);
    const own = callSpans().find(
      ({ attributes }) => attributes['anthropic.resilience.decisions'] !== undefined,
    );
    expect(own?.attributes).toMatchObject({
      'anthropic.served_by': 'fallback',
      'anthropic.resilience.decisions': ['fallback', 'fallback_served'],
    });
  });

  test.each([400, 403, 404, 429, 500, 529])('that responds with %i gives the first error', async (status) => {
    const { client, platform } = await start(each);
    platform.plan([respond.error(status)]);
    expect(await rejection(client.messages.create(HELLO))).toBeInstanceOf(Anthropic.OverloadedError);
    expect(platform.requests).toHaveLength(1);
  });

  test('ends with the call: an abort while it hangs is the application’s', async () => {
    const { client, platform } = await start(each);
    platform.plan([respond.hang()]);
    const controller = new AbortController();
    const call = rejection(client.messages.create(HELLO, { signal: controller.signal }));
    await platform.waitForRequests(1);
    controller.abort();
    expect(await call).toBeInstanceOf(Anthropic.APIUserAbortError);
    expect(platform.requests).toHaveLength(1);
  });

  test('gets every field of the request, or the request is rejected', async () => {
    const { client, platform } = await start(each, { params: { metadata: null, temperature: 0.5 } });
    const fields = {
      system: fc.string(),
      stop_sequences: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
      metadata: fc.record({ user_id: fc.string() }),
      service_tier: fc.constant('auto'),
      inference_geo: fc.constant('us'),
      speed: fc.constant('fast'),
      top_k: fc.nat(100),
    };
    await fc.assert(
      fc.asyncProperty(fc.record(fields, { requiredKeys: [] }), async (more) => {
        platform.reset();
        const result = await client
          .post('/v1/messages', { body: { ...HELLO, ...more } })
          .catch(() => 'rejected');
        const rejected = ['service_tier', 'inference_geo', 'speed'].some((field) => field in more);
        expect(result === 'rejected').toBe(rejected);
        const sent = platform.requests.map(({ body }) => body as Record<string, unknown>);
        if (rejected) {
          expect(sent).toEqual([]);
          return;
        }
        const { metadata: _, ...kept } = more;
        expect(sent).toMatchObject([
          { ...kept, messages: HELLO.messages, max_tokens: 100, temperature: 0.5 },
        ]);
        expect(sent[0]).not.toHaveProperty('metadata');
      }),
      { numRuns: 25, seed: 20_261_127 },
    );
  });
});

test('a beta of the request goes to the other client, too', async () => {
  const [platform] = PLATFORMS;
  const all = await start(platform as Platform);
  await all.client.messages.create(HELLO, { headers: { 'anthropic-beta': 'context-1m-2025-08-07' } });
  expect(all.platform.requests[0]?.body).toMatchObject({ anthropic_beta: ['context-1m-2025-08-07'] });
  expect(all.server.sent.models[MODEL]?.attempts).toBe(1);
});
