/** Applications that change the model when one fails: each attempt is recorded with the model that its request names. */
import Anthropic, { type Middleware } from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { withTelemetry } from '../../../src/index.ts';
import { respond } from '../../../src/testing/index.ts';
import { expectCall } from '../../helpers/expect-calls.ts';
import { failedCall, final, OK_ATTEMPT, OK_CALL, retried } from '../../helpers/expected-call.ts';
import { type Harness, HELLO, MODEL, rejection, startHarness } from '../../helpers/harness.ts';

const HAIKU = 'claude-haiku-5-5';
const SONNET = 'claude-sonnet-5-5';

/** A request with another model, as JSON text or parsed, which middleware may send both. */
type Rewrite = (body: unknown, model: string) => string;
const rewrite: Rewrite = (body, model) => JSON.stringify({ ...JSON.parse(String(body)), model });

/** Middleware that goes down a chain of models while the API rejects. */
const chain =
  (...models: readonly string[]): Middleware =>
  async (request, next) => {
    let response = await next(request);
    for (const model of models) {
      if (response.ok) return response;
      response = await next({ ...request, body: rewrite(request.body, model) });
    }
    return response;
  };

const STREAM = { ...HELLO, stream: true } as const;

async function read(harness: Harness, stream: boolean): Promise<void> {
  if (!stream) await harness.client.messages.create(HELLO);
  else for await (const _ of await harness.client.messages.create(STREAM));
}

describe.each([false, true])('a chain of models, stream: %s', (stream) => {
  test('has each attempt, its limits, tokens and cost on its own model', async () => {
    const harness = await startHarness({ client: { middleware: [chain(SONNET, HAIKU)], maxRetries: 0 } });
    const requests = {
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '40',
    };
    harness.server.plan([
      respond.error(429, { headers: requests }),
      respond.error(529),
      respond.ok({ text: 'Hi', usage: { input_tokens: 7, output_tokens: 11 } }),
    ]);
    await read(harness, stream);
    const tokens = { input: 7, output: 11, cacheRead: 0, cacheWrite: 0 };
    await expectCall(harness, {
      ...OK_CALL,
      stream,
      tokens,
      bills: [{ model: HAIKU, tokens }],
      responseModel: HAIKU,
      servedBy: 'fallback',
      fallback: { to: HAIKU, cause: 'overloaded_error' },
      attempts: [retried(429), retried(529, { model: SONNET }), { ...OK_ATTEMPT, model: HAIKU }],
    });
    const limits = (await harness.allPoints()).get('anthropic.client.rate_limit.remaining') ?? [];
    const requestsLeft = limits.filter(
      ({ attributes }) => attributes['anthropic.rate_limit.type'] === 'requests',
    );
    expect(
      Object.fromEntries(
        requestsLeft.map(({ attributes, value }) => [attributes['gen_ai.request.model'], value]),
      ),
    ).toMatchObject({ [MODEL]: 40, [HAIKU]: expect.any(Number) });
  });

  test('that fails to its end is a failed call with the attempts of each model', async () => {
    const harness = await startHarness({ client: { middleware: [chain(HAIKU)], maxRetries: 0 } });
    harness.server.plan([respond.error(529), respond.error(529)]);
    await rejection(read(harness, stream));
    await expectCall(harness, { ...failedCall(retried(529), final(529, { model: HAIKU })), stream });
  });
});

test('a model that is set before the first attempt is a fallback whose cause is not known', async () => {
  const pinned: Middleware = (request, next) => next({ ...request, body: rewrite(request.body, HAIKU) });
  const harness = await startHarness({ client: { middleware: [pinned] } });
  const { usage } = await harness.client.messages.create(HELLO);
  const tokens = { input: usage.input_tokens, output: usage.output_tokens, cacheRead: 0, cacheWrite: 0 };
  await expectCall(harness, {
    ...OK_CALL,
    tokens,
    bills: [{ model: HAIKU, tokens }],
    responseModel: HAIKU,
    servedBy: 'fallback',
    fallback: { to: HAIKU, cause: 'other' },
    attempts: [{ ...OK_ATTEMPT, model: HAIKU }],
  });
});

test('a rejected request of middleware is described by the body that was sent', async () => {
  const shorten: Middleware = (request, next) => {
    const { max_tokens: _, ...body } = JSON.parse(String(request.body));
    return next({ ...request, body: JSON.stringify({ ...body, temperature: 1 }) });
  };
  const harness = await startHarness({ client: { middleware: [shorten] } });
  await rejection(harness.client.messages.create(HELLO));
  const [record] = harness.logs();
  expect(record?.fields['request_shape']).toMatchObject({ errorField: 'max_tokens' });
  const shape = record?.fields['request_shape'] as { fields: object } | undefined;
  expect(Object.keys(shape?.fields ?? {}).sort()).toEqual(['messages', 'model', 'temperature']);
});

test('another spelling of the same model is no fallback', async () => {
  const dated: Middleware = (request, next) =>
    next({ ...request, body: rewrite(request.body, 'claude-haiku-4-5-20251001') });
  const harness = await startHarness({ client: { middleware: [dated] } });
  await harness.client.messages.create({ ...HELLO, model: 'claude-haiku-4-5' });
  expect(await harness.metric('anthropic.client.calls', { 'anthropic.served_by': 'api' })).toBe(1);
  expect(await harness.metric('anthropic.client.fallbacks')).toBe(0);
});

/** `register` registers no context manager, and most applications have none. */
const TWICE = [true, false].flatMap((contextManager) =>
  [false, true].map((each) => [each, contextManager] as const),
);

test.each(TWICE)(
  'a response of another client, observed: %s, has its tokens where that client is observed; a context manager: %s',
  async (observed, contextManager) => {
    const harness = await startHarness({ contextManager });
    const options = { baseURL: harness.server.url, apiKey: 'other', logLevel: 'off' as const };
    const other = new Anthropic(observed ? withTelemetry(options, harness.telemetryOptions) : options);
    const elsewhere: Middleware = async (request, next) => {
      const response = await next(request);
      if (response.ok) return response;
      return Response.json(await other.messages.create({ ...HELLO, model: HAIKU }));
    };
    harness.server.plan([respond.error(529)]);
    const client = harness.newClient({ middleware: [elsewhere], maxRetries: 0 });
    const { usage } = await client.messages.create(HELLO);
    const outer = { 'gen_ai.request.model': MODEL, 'anthropic.outcome': 'ok' };
    const servedBy = observed ? 'fallback' : 'application';
    expect(
      await harness.metric('anthropic.client.calls', { ...outer, 'anthropic.served_by': servedBy }),
    ).toBe(1);
    const change = {
      'anthropic.fallback.from_model': MODEL,
      'anthropic.fallback.to_model': HAIKU,
      'anthropic.fallback.cause': 'overloaded_error',
    };
    expect(await harness.points('anthropic.client.fallbacks')).toEqual(
      observed ? [{ attributes: change, value: 1 }] : [],
    );
    const tokens = 'gen_ai.client.inference.usage.output_tokens';
    expect(await harness.metric(tokens, { 'gen_ai.request.model': MODEL })).toBe(0);
    expect(await harness.metric(tokens)).toBe(observed ? usage.output_tokens : 0);
    const own = { 'gen_ai.request.model': MODEL, 'anthropic.attempt.disposition': 'final' };
    expect(await harness.metric('anthropic.client.attempts', own)).toBe(1);
    expect(await harness.metric('anthropic.client.attempts')).toBe(observed ? 2 : 1);
  },
);

test.each(TWICE)(
  'a response of another client that is passed on unread, stream: %s, is billed once, to its own model; a context manager: %s',
  async (stream, contextManager) => {
    const harness = await startHarness({ contextManager });
    const other = harness.newClient();
    const elsewhere: Middleware = async (request, next) => {
      const response = await next(request);
      if (response.ok) return response;
      const params = { ...HELLO, model: HAIKU };
      return stream
        ? other.messages.create({ ...params, stream }).asResponse()
        : other.messages.create(params).asResponse();
    };
    harness.server.plan([
      respond.error(429),
      respond.ok({ text: 'Hi', usage: { input_tokens: 70, output_tokens: 110 } }),
    ]);
    const client = harness.newClient({ middleware: [elsewhere], maxRetries: 0 });
    if (!stream) await client.messages.create(HELLO);
    else for await (const _ of await client.messages.create(STREAM));
    const used = 'gen_ai.client.inference.usage';
    expect(await harness.points(`${used}.output_tokens`)).toMatchObject([
      { attributes: { 'gen_ai.request.model': HAIKU }, value: 110 },
    ]);
    expect(await harness.metric(`${used}.input_tokens`)).toBe(70);
    expect(await harness.metric('anthropic.client.cost')).toBeCloseTo((70 * 0.1 + 110 * 0.5) / 1e6, 12);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.served_by': 'fallback' })).toBe(1);
    expect(await harness.points('anthropic.client.fallbacks')).toMatchObject([
      { attributes: { 'anthropic.fallback.cause': 'rate_limit_error' }, value: 1 },
    ]);
  },
);
