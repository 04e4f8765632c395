/**
 * Replays recorded responses of the real API through the SDK with telemetry, and compares what was recorded of them with
 * what the wire shows. The recordings lie beside the project; where they do not, these tests are skipped.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type Anthropic from '@anthropic-ai/sdk';
import { afterAll, describe, expect, test } from 'vitest';
import { loadRecordings, type Recording, respond } from '../src/testing/index.ts';
import { collect, type Harness, HELLO, startHarness } from './helpers/harness.ts';

const FOLDER = fileURLToPath(new URL('../../shared/recordings', import.meta.url));
const present = existsSync(FOLDER);
const recordings = present ? [...loadRecordings(FOLDER)] : [];
const streams = recordings.filter(([, { stream }]) => stream);

/** What a reader of the wire finds; `null` is unknown. */
type Expected = Readonly<Record<string, string | number | null>>;

async function replay(harness: Harness, recording: Recording, chunkBytes?: number): Promise<void> {
  harness.server.plan([respond.replay(recording, chunkBytes === undefined ? {} : { chunkBytes })]);
  const body = { ...HELLO, ...recording.request?.body, stream: recording.stream };
  const beta = recording.request?.path.includes('beta=true');
  const messages = (beta ? harness.client.beta.messages : harness.client.messages) as Anthropic.Messages;
  const result: unknown = await messages.create(body as Anthropic.MessageCreateParamsNonStreaming);
  if (recording.stream) await collect(result as AsyncIterable<unknown>);
  expect(harness.server.requests.at(-1)).toMatchObject({
    status: recording.response.status,
    requestId: recording.response.headers['request-id'] ?? null,
    bytesSent: Buffer.byteLength(recording.response.body as string),
    usageFinal: true,
  });
}

/** The sum of a token counter; `null` where it has no series, because the number is not known. */
async function counted(harness: Harness, counter: string): Promise<number | null> {
  const name = `gen_ai.client.inference.usage.${counter}`;
  return (await harness.allPoints()).has(name) ? harness.metric(name) : null;
}

async function expectRecorded(harness: Harness, expected: Expected): Promise<void> {
  const fields = harness.logs().at(-1)?.fields;
  expect({
    input: await counted(harness, 'input_tokens'),
    output: await counted(harness, 'output_tokens'),
    cacheRead: await counted(harness, 'cache_read.input_tokens'),
    cacheWrite: await counted(harness, 'cache_write.input_tokens'),
    model: fields?.['response_model'],
    stopReason: fields?.['stop_reason'] ?? null,
    errorType: fields?.['error_type'] ?? null,
    active: await harness.metric('anthropic.client.active_calls'),
    failures: await harness.metric('anthropic.telemetry.errors'),
  }).toEqual({
    input: expected['input_tokens_total'],
    output: expected['output_tokens'],
    cacheRead: expected['cache_read_input_tokens'],
    cacheWrite: expected['cache_creation_input_tokens'],
    model: expected['model'],
    stopReason: expected['stop_reason'],
    errorType: expected['error_type'],
    active: 0,
    failures: 0,
  });
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = harness.server.sent.tokens;
  expect({ input: input + cacheRead + cacheWrite5m + cacheWrite1h, output }, 'ledger of the server').toEqual({
    input: expected['input_tokens_total'],
    output: expected['output_tokens'],
  });
  expect(harness.callSpans()).toHaveLength(1);
  expect(harness.attemptSpans()).toHaveLength(1);
}

let passed = 0;

describe.runIf(present)('recorded responses of the API, from the folder ../shared/recordings', () => {
  test('are there', () => expect(recordings.length).toBeGreaterThan(0));

  afterAll(() => console.log(`recordings: ${passed} of ${recordings.length} recorded as the wire shows`));

  test.each(recordings)('%s is recorded as the wire shows', async (_name, recording) => {
    const harness = await startHarness();
    await replay(harness, recording);
    await expectRecorded(harness, recording.expected as Expected);
    passed += 1;
  });

  const sizes = [1, 7, 64, 1 + Math.floor(Math.random() * 4096)];

  test.each(streams)(
    `%s is recorded the same in pieces of ${sizes.join(', ')} bytes`,
    async (_name, recording) => {
      for (const size of sizes) {
        const harness = await startHarness();
        await replay(harness, recording, size);
        await expectRecorded(harness, recording.expected as Expected);
      }
    },
  );
});
