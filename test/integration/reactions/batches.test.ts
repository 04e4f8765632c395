/** Work that was moved to batches: its results are counted when the application reads them, whichever SDK it has. */
import { describe, expect, test } from 'vitest';
import type { Harness } from '../../helpers/harness.ts';
import { HELLO, MODEL, startHarness } from '../../helpers/harness.ts';
import { newClient, SDKS } from '../../helpers/sdks.ts';

const HAIKU = 'claude-haiku-5-5';

/** A batch with `count` requests for each of two models, and one that the API rejects. */
async function createBatch(harness: Harness, count: number): Promise<string> {
  const requests = [MODEL, HAIKU].flatMap((model) =>
    Array.from({ length: count }, (_, index) => ({
      custom_id: `${model}-${index}`,
      params: { ...HELLO, model, max_tokens: 40 },
    })),
  );
  const unknown = { custom_id: 'unknown', params: { ...HELLO, model: 'claude-unknown' } };
  const { id } = await harness.client.messages.batches.create({ requests: [...requests, unknown] });
  return id;
}

/** Results by type and model. */
async function counted(harness: Harness): Promise<Record<string, unknown>> {
  const points = await harness.points('anthropic.client.batch_requests');
  return Object.fromEntries(
    points.map(({ attributes, value }) => [
      `${attributes['anthropic.batch.result']} ${attributes['gen_ai.request.model'] ?? ''}`.trim(),
      value,
    ]),
  );
}

describe.each(SDKS)('results of a batch, SDK $version', (sdk) => {
  test('are counted by type and model, with the tokens of each', async () => {
    const harness = await startHarness({ server: { batchMs: 0 } });
    const id = await createBatch(harness, 20);
    const used = { [MODEL]: 0, [HAIKU]: 0 } as Record<string, number>;
    const client = newClient(sdk, harness);
    for await (const { result } of await client.messages.batches.results(id)) {
      if (result.type !== 'succeeded') continue;
      const { model, usage } = result.message;
      used[model] = (used[model] ?? 0) + usage.output_tokens;
    }
    expect(await counted(harness)).toEqual({
      errored: 1,
      [`succeeded ${MODEL}`]: 20,
      [`succeeded ${HAIKU}`]: 20,
    });
    for (const model of [MODEL, HAIKU]) {
      const of = { 'gen_ai.request.model': model };
      const output = 'gen_ai.client.inference.usage.output_tokens';
      expect(await harness.metric(output, of)).toBe(used[model]);
    }
    expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
  });
});

test('a reader that stops early, and reads again later, counts every result once', async () => {
  const harness = await startHarness({ server: { batchMs: 0 } });
  const id = await createBatch(harness, 200);
  for await (const _ of await harness.client.messages.batches.results(id)) break;
  const first = await harness.metric('anthropic.client.batch_requests');
  expect(first).toBeGreaterThanOrEqual(1);
  for await (const _ of await harness.client.beta.messages.batches.results(id));
  expect(await harness.metric('anthropic.client.batch_requests')).toBe(401);
});

test('a batch that is canceled has canceled requests, and no cost', async () => {
  const harness = await startHarness({ server: { batchMs: 60_000 } });
  const id = await createBatch(harness, 2);
  await harness.client.messages.batches.cancel(id);
  for await (const _ of await harness.client.messages.batches.results(id));
  expect(await counted(harness)).toEqual({ canceled: 5 });
  expect(await harness.metric('anthropic.client.cost')).toBe(0);
});
