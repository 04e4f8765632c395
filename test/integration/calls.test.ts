import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { expectCall, expectCalls } from '../helpers/expect-calls.ts';
import { OK_ATTEMPT, OK_CALL } from '../helpers/expected-call.ts';
import { collect, HELLO, startHarness } from '../helpers/harness.ts';

const BATCHES = '/v1/messages/batches';

describe('a call that goes well', () => {
  test('beta.messages.create is recorded under the name that the SDK gives it', async () => {
    const harness = await startHarness();
    await harness.client.beta.messages.create({ ...HELLO, betas: ['context-1m-2025-08-07'] });
    await expectCall(harness, OK_CALL);
  });

  test('three calls in a row are three calls', async () => {
    const harness = await startHarness();
    for (let call = 0; call < 3; call++) await harness.client.messages.create(HELLO);
    await expectCalls(harness, [OK_CALL, OK_CALL, OK_CALL]);
  });

  test('a batch is recorded as it is created and retrieved, by the route and not by the path', async () => {
    const harness = await startHarness();
    const batch = await harness.client.messages.batches.create({
      requests: [{ custom_id: 'one', params: HELLO }],
    });
    await harness.client.messages.batches.retrieve(batch.id);
    const call = { model: null, outcome: 'ok', attempts: [OK_ATTEMPT] } as const;
    await expectCalls(harness, [
      { ...call, method: 'messages.batches.create', route: BATCHES },
      {
        ...call,
        method: 'messages.batches.retrieve',
        route: `${BATCHES}/{message_batch_id}`,
        path: `${BATCHES}/${batch.id}`,
        httpMethod: 'GET',
      },
    ]);
  });

  test('the results of a batch are a call that lasts until they are read', async () => {
    const harness = await startHarness();
    const batch = await harness.client.messages.batches.create({
      requests: [{ custom_id: 'one', params: HELLO }],
    });
    const results = await harness.client.messages.batches.results(batch.id);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(1);
    expect(await collect(results)).toHaveLength(1);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
    const ok = { 'anthropic.method': 'messages.batches.results', 'anthropic.outcome': 'ok' };
    expect(await harness.metric('anthropic.client.calls', ok)).toBe(1);
  });

  test('each page of a list is a call', async () => {
    const harness = await startHarness();
    const models = await collect(harness.client.models.list({ limit: 8 }));
    expect(models).toHaveLength(20);
    const page = {
      method: 'models.list',
      route: '/v1/models',
      model: null,
      httpMethod: 'GET',
      outcome: 'ok',
      attempts: [OK_ATTEMPT],
    } as const;
    await expectCalls(harness, [page, page, page]);
  });
});

describe('the promise of a call', () => {
  test('asResponse leaves the body to the application, and is one call without tokens', async () => {
    const harness = await startHarness();
    const response = await harness.client.messages.create(HELLO).asResponse();
    expect(await response.json()).toMatchObject({ type: 'message', role: 'assistant' });
    await expectCall(harness, { outcome: 'ok', attempts: [OK_ATTEMPT] });
  });

  test('awaiting it twice records it once', async () => {
    const harness = await startHarness();
    const promise = harness.client.messages.create(HELLO);
    expect(await promise).toBe(await promise);
    await expectCall(harness, OK_CALL);
  });
});

describe('the attributes of a call', () => {
  test('request parameters that the SDK leaves out are on the call span', async () => {
    const harness = await startHarness();
    const sampling = { temperature: 0.5, top_p: 0.9, top_k: 40 };
    await harness.client.messages.create({ ...HELLO, ...sampling });
    await expectCall(harness, {
      ...OK_CALL,
      spanned: {
        'gen_ai.request.temperature': 0.5,
        'gen_ai.request.top_p': 0.9,
        'gen_ai.request.top_k': 40,
      },
    });
  });

  test('the conversation id is in spans and logs, and in no metric', async () => {
    const harness = await startHarness();
    await harness.client.messages.create(HELLO, { openTelemetry: { conversationId: 'conversation-7' } });
    await expectCall(harness, { ...OK_CALL, logged: { conversation_id: 'conversation-7' } });
    expect(harness.callSpans()[0]?.attributes['gen_ai.conversation.id']).toBe('conversation-7');
    expect(JSON.stringify([...(await harness.allPoints())])).not.toContain('conversation-7');
  });

  test('tokens of the prompt cache and of thinking are counted as parts of the whole', async () => {
    const harness = await startHarness();
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 300,
      cache_creation_input_tokens: 200,
      cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 0 },
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 20 },
    };
    harness.server.plan([respond.ok({ text: 'Hi', usage })]);
    await harness.client.messages.create(HELLO);
    const tokens = { input: 510, output: 50, cacheRead: 300, cacheWrite: 200, reasoning: 20 };
    await expectCall(harness, { ...OK_CALL, tokens });
  });
});
