import { describe, expect, test } from 'vitest';
import { STAGES } from '../../src/ports/guard.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, MODEL, startHarness } from '../helpers/harness.ts';

const MODEL_KEY = 'gen_ai.request.model';

describe('the number of series is bounded', () => {
  test('the first 100 model names are kept, and the rest count as _OTHER', async () => {
    const harness = await startHarness({ client: { maxRetries: 0 } });
    const names = Array.from({ length: 150 }, (_, index) => `model-${index}`);
    for (const model of names) {
      harness.server.plan([respond.ok({ text: 'Hi', model: `served-by-${model}` })]);
      await harness.client.messages.create({ ...HELLO, model });
    }
    for (const [name, points] of await harness.allPoints()) {
      const models = new Set(points.map(({ attributes }) => attributes[MODEL_KEY]).filter(Boolean));
      if (models.size === 0) continue;
      expect(models.size, name).toBe(101);
      expect(models, name).toContain('_OTHER');
      expect(models, name).toContain('model-99');
      expect(models, name).not.toContain('model-100');
    }
    expect(await harness.metric('anthropic.client.calls')).toBe(150);
    expect(await harness.metric('anthropic.client.calls', { [MODEL_KEY]: '_OTHER' })).toBe(50);
    const points = await harness.points('gen_ai.client.inference.usage.output_tokens');
    expect(new Set(points.map(({ attributes }) => attributes['gen_ai.response.model'])).size).toBe(101);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
  });

  test('the first 200 combinations of a server and a model are kept apart, and the rest are _OTHER', async () => {
    const harness = await startHarness();
    const message = {
      id: 'msg_1',
      type: 'message',
      content: [],
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    const fetch = async (): Promise<Response> => Response.json(message);
    for (let server = 0; server < 20; server++) {
      const client = harness.newClient({ baseURL: `http://server-${server}.example`, fetch });
      for (let model = 0; model < 15; model++)
        await client.messages.create({ ...HELLO, model: `model-${model}` });
    }
    const points = await harness.points('gen_ai.client.inference.duration');
    const kept = points.filter(({ attributes }) => attributes['server.address'] !== '_OTHER');
    expect(kept).toHaveLength(200);
    // Of the others, the model alone is known.
    expect(points).toHaveLength(200 + 15);
    expect(await harness.metric('gen_ai.client.inference.duration')).toBe(300);
  });

  test('spans and logs keep the real name of a model beyond the cap', async () => {
    const harness = await startHarness({
      telemetry: { models: Array.from({ length: 100 }, (_, index) => `model-${index}`) },
    });
    await harness.client.messages.create(HELLO);
    expect(await harness.metric('anthropic.client.calls', { [MODEL_KEY]: '_OTHER' })).toBe(1);
    expect(harness.logs()[0]?.fields['model']).toBe(MODEL);
    expect(harness.callSpans()[0]?.attributes[MODEL_KEY]).toBe(MODEL);
  });
});

describe('series exist before their first event', () => {
  test('for the models that the options name', async () => {
    const harness = await startHarness({ telemetry: { models: [MODEL, 'claude-haiku-5-5'] } });
    harness.telemetry.start();
    const points = await harness.allPoints();
    const zero = (name: string): unknown[] =>
      (points.get(name) ?? [])
        .filter(({ value }) => value === 0)
        .map(({ attributes }) => attributes[MODEL_KEY]);
    expect(new Set(zero('anthropic.client.retries_exhausted'))).toEqual(new Set([MODEL, 'claude-haiku-5-5']));
    expect(new Set(zero('anthropic.client.calls'))).toEqual(new Set([MODEL, 'claude-haiku-5-5']));
    expect(zero('anthropic.client.server_error_streaks')).toHaveLength(2);
    expect(zero('anthropic.client.authentication_failures')).toEqual([undefined]);
    expect(zero('anthropic.telemetry.errors')).toHaveLength(STAGES.length);
  });

  test('for a model from its first call on, while the call is still open', async () => {
    const harness = await startHarness();
    const stream = await harness.client.messages.create({ ...HELLO, stream: true });
    const points = await harness.allPoints();
    expect(points.get('anthropic.client.retries_exhausted')?.length).toBeGreaterThan(5);
    expect(points.get('anthropic.client.cost')).toHaveLength(6);
    stream.controller.abort();
  });

  test('with the time at which the process began to count', async () => {
    const before = Date.now() / 1000;
    const harness = await startHarness();
    harness.telemetry.start();
    const [start] = await harness.points('anthropic.client.start_time');
    expect(start?.attributes).toEqual({});
    expect(start?.value).toBeGreaterThanOrEqual(before);
    expect(start?.value).toBeLessThanOrEqual(Date.now() / 1000);
  });
});
