import { describe, expect, test } from 'vitest';
import { DEFAULT_MODELS } from '../../src/testing/index.ts';
import { collect, HELLO, rejection, serve } from './serve.ts';

describe('models', () => {
  test('are listed over as many pages as it takes, newest first', async () => {
    const { server, client } = await serve();
    const models = await collect(client.models.list({ limit: 7 }));
    expect(models).toHaveLength(DEFAULT_MODELS.length);
    expect(server.requests).toHaveLength(Math.ceil(DEFAULT_MODELS.length / 7));
    const created = models.map(({ created_at }) => created_at);
    expect(created).toEqual([...created].sort().reverse());
    expect(models.find(({ id }) => id === 'claude-opus-5-5')).toMatchObject({
      type: 'model',
      display_name: 'Claude Opus 5.5',
      line: 'opus',
      lifecycle: 'active',
    });
  });

  test('are paged backwards too', async () => {
    const { client } = await serve({ models: ['a', 'b', 'c', 'd'] });
    const page = await client.models.list({ before_id: 'd', limit: 2 });
    expect(page).toMatchObject({ has_more: true, first_id: 'b', last_id: 'c' });
    expect(await rejection(client.models.list({ limit: 5000 }))).toMatchObject({ status: 400 });
    expect(await rejection(client.models.list({ after_id: 'x' }))).toMatchObject({ status: 400 });
  });

  test('are found by name, and a name leads to its snapshot', async () => {
    const { client } = await serve();
    expect(await client.models.retrieve('claude-opus-4-1')).toMatchObject({ id: 'claude-opus-4-1-20250805' });
    expect(await client.beta.models.retrieve('claude-sonnet-5-5')).toMatchObject({ id: 'claude-sonnet-5-5' });
  });
});

describe('message batches', () => {
  const item = (custom_id: string, change: object = {}) => ({ custom_id, params: { ...HELLO, ...change } });

  test('run to their end, and give each result', async () => {
    const { client } = await serve();
    const { batches } = client.messages;
    const created = await batches.create({ requests: [item('good'), item('bad', { model: 'claude-9' })] });
    expect(created).toMatchObject({
      type: 'message_batch',
      processing_status: 'in_progress',
      request_counts: { processing: 2, succeeded: 0 },
      results_url: null,
    });
    expect(await batches.retrieve(created.id)).toMatchObject({
      processing_status: 'ended',
      request_counts: { processing: 0, succeeded: 1, errored: 1, canceled: 0, expired: 0 },
    });
    expect(await collect(await batches.results(created.id))).toMatchObject([
      { custom_id: 'good', result: { type: 'succeeded', message: { usage: { service_tier: 'batch' } } } },
      { custom_id: 'bad', result: { type: 'errored', error: { error: { type: 'not_found_error' } } } },
    ]);
  });

  test('take their time, and can be canceled meanwhile', async () => {
    let now = Date.parse('2026-11-21T10:00:00Z');
    const { client } = await serve({ batchMs: 60_000, now: () => now });
    const { batches } = client.messages;
    const [slow, canceled] = [
      await batches.create({ requests: [item('a')] }),
      await batches.create({ requests: [item('b')] }),
    ];
    expect(await rejection(batches.delete(slow.id))).toMatchObject({ status: 400 });
    expect(await batches.cancel(canceled.id)).toMatchObject({ processing_status: 'canceling' });
    expect(await batches.retrieve(canceled.id)).toMatchObject({
      processing_status: 'ended',
      request_counts: { canceled: 1 },
    });
    expect(await batches.retrieve(slow.id)).toMatchObject({ processing_status: 'in_progress' });
    now += 60_000;
    expect(await batches.retrieve(slow.id)).toMatchObject({
      processing_status: 'ended',
      ended_at: '2026-11-21T10:01:00.000Z',
    });
    const listed = await collect(batches.list({ limit: 1 }));
    expect(listed.map(({ id }) => id)).toEqual([canceled.id, slow.id]);
    expect(await batches.delete(slow.id)).toEqual({ id: slow.id, type: 'message_batch_deleted' });
    expect(await rejection(batches.retrieve(slow.id))).toMatchObject({ status: 404 });
  });

  test('are rejected when they are malformed', async () => {
    const { client } = await serve();
    const create = (requests: unknown) =>
      rejection(client.beta.messages.batches.create({ requests } as never));
    expect(await create([])).toMatchObject({ status: 400 });
    expect((await create([{ params: HELLO }])).message).toContain('requests.0.custom_id: Field required');
    expect((await create([item('a'), item('a')])).message).toContain('must be unique');
  });
});
