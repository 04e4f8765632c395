/** The SDK's own middleware for refusals: a refused response is billed to the model that refused, and a fallback serves the call. */
import type Anthropic from '@anthropic-ai/sdk';
import { BetaFallbackState, betaRefusalFallbackMiddleware } from '@anthropic-ai/sdk/lib/middleware';
import { describe, expect, test } from 'vitest';
import { respond } from '../../../src/testing/index.ts';
import { expectCall } from '../../helpers/expect-calls.ts';
import { OK_ATTEMPT, OK_CALL } from '../../helpers/expected-call.ts';
import { type Harness, HELLO, MODEL, startHarness } from '../../helpers/harness.ts';

const SONNET = 'claude-sonnet-5-5';
const HAIKU = 'claude-haiku-5-5';
const NO_CACHE = { cacheRead: 0, cacheWrite: 0 };

const refusal = (input: number, output: number) =>
  respond.ok({
    text: 'I',
    stopReason: 'refusal',
    stopDetails: { type: 'refusal', category: 'cyber', fallback_credit_token: `token-${input}` },
    usage: { input_tokens: input, output_tokens: output },
  });

async function start(...models: readonly string[]): Promise<Harness> {
  const fallbacks = models.map((model) => ({ model }));
  return startHarness({ client: { middleware: [betaRefusalFallbackMiddleware(fallbacks)] } });
}

async function create(harness: Harness, stream: boolean, state = new BetaFallbackState()): Promise<void> {
  const client: Anthropic = harness.client;
  if (!stream) await client.beta.messages.create(HELLO, { fallbackState: state });
  else
    for await (const _ of await client.beta.messages.create({ ...HELLO, stream }, { fallbackState: state }));
}

describe.each([false, true])('a refusal, stream: %s', (stream) => {
  test('that a fallback serves bills both models, each for its own tokens', async () => {
    const harness = await start(SONNET, HAIKU);
    harness.server.plan([
      refusal(100, 10),
      refusal(200, 20),
      respond.ok({ text: 'Here', usage: { input_tokens: 300, output_tokens: 30 } }),
    ]);
    await create(harness, stream);
    await expectCall(harness, {
      ...OK_CALL,
      stream,
      tokens: { input: 600, output: 60, ...NO_CACHE },
      bills: [
        { model: MODEL, tokens: { input: 100, output: 10, ...NO_CACHE } },
        { model: SONNET, tokens: { input: 200, output: 20, ...NO_CACHE } },
        { model: HAIKU, tokens: { input: 300, output: 30, ...NO_CACHE } },
      ],
      responseModel: HAIKU,
      servedBy: 'fallback',
      fallback: { to: HAIKU, cause: 'refusal' },
      attempts: [OK_ATTEMPT, { ...OK_ATTEMPT, model: SONNET }, { ...OK_ATTEMPT, model: HAIKU }],
      // A stream that goes on with another model has the headers of the first response.
      logged: { request_id: expect.any(String) },
    });
  });

  test('that no model serves is a refusal of the last model', async () => {
    const harness = await start(SONNET);
    harness.server.plan([refusal(100, 10), refusal(200, 20)]);
    await create(harness, stream);
    const calls = await harness.points('anthropic.client.calls');
    expect(calls.map(({ attributes }) => attributes['anthropic.stop_reason'])).toEqual(['refusal']);
    expect(await harness.metric('anthropic.client.attempts', { 'anthropic.attempt.disposition': 'ok' })).toBe(
      2,
    );
    const input = 'gen_ai.client.inference.usage.input_tokens';
    expect(await harness.metric(input, { 'gen_ai.request.model': MODEL })).toBe(100);
    expect(await harness.metric(input, { 'gen_ai.request.model': SONNET })).toBe(200);
  });

  test('pins later calls to the model that accepted', async () => {
    const harness = await start(SONNET);
    const state = new BetaFallbackState();
    harness.server.plan([refusal(100, 10)]);
    await create(harness, stream, state);
    await create(harness, stream, state);
    expect(await harness.points('anthropic.client.fallbacks')).toMatchObject([
      { attributes: { 'anthropic.fallback.cause': 'other' }, value: 1 },
      { attributes: { 'anthropic.fallback.cause': 'refusal' }, value: 1 },
    ]);
    expect(await harness.metric('anthropic.client.attempts', { 'gen_ai.request.model': SONNET })).toBe(2);
    expect(await harness.metric('anthropic.client.attempts', { 'gen_ai.request.model': MODEL })).toBe(1);
  });
});

test('a fallback on the side of the API bills the model that refused, and names the one that served', async () => {
  const harness = await startHarness();
  const iterations = [
    { type: 'message', model: MODEL, input_tokens: 100, output_tokens: 1 },
    { type: 'fallback_message', model: SONNET, input_tokens: 120, output_tokens: 50 },
  ];
  const usage = { input_tokens: 120, output_tokens: 50, iterations };
  harness.server.plan([respond.ok({ text: 'Hi', model: SONNET, usage })]);
  await harness.client.beta.messages.create({ ...HELLO, fallbacks: [{ model: SONNET }] });
  expect(await harness.points('anthropic.client.fallbacks')).toEqual([
    {
      attributes: {
        'anthropic.fallback.from_model': MODEL,
        'anthropic.fallback.to_model': SONNET,
        'anthropic.fallback.cause': 'refusal',
      },
      value: 1,
    },
  ]);
  const input = 'gen_ai.client.inference.usage.input_tokens';
  expect(await harness.metric(input, { 'gen_ai.request.model': MODEL })).toBe(100);
  expect(await harness.metric(input, { 'gen_ai.request.model': SONNET })).toBe(120);
  const cost = 'anthropic.client.cost';
  expect(await harness.metric(cost, { 'gen_ai.request.model': MODEL })).toBeCloseTo((100 * 4 + 20) / 1e6, 9);
  expect(await harness.metric(cost, { 'gen_ai.request.model': SONNET })).toBeCloseTo(
    (120 * 2 + 500) / 1e6,
    9,
  );
});
