import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type Anthropic from '@anthropic-ai/sdk';
import type { BetaMessage } from '@anthropic-ai/sdk/resources/beta/messages';
import { describe, expect, test } from 'vitest';
import { loadRecording, loadRecordings, type Recording, respond } from '../../src/testing/index.ts';
import { HELLO, serve } from './serve.ts';

/** Recordings of the real API lie beside the repository, not in it. */
const FOLDER = fileURLToPath(new URL('../../../shared/recordings', import.meta.url));
const present = existsSync(FOLDER);
const recordings = present ? loadRecordings(FOLDER) : new Map<string, Recording>();

/**
 * The last message of a stream, put together from the events that the SDK gives. Its own `messages.stream()` takes
 * one message per stream; some recordings hold the streams of several calls, one after the other.
 */
async function readStream(client: Anthropic): Promise<BetaMessage> {
  let message: BetaMessage | undefined;
  for await (const event of await client.beta.messages.create({ ...HELLO, stream: true })) {
    if (event.type === 'message_start') message = event.message;
    if (event.type !== 'message_delta' || message === undefined) continue;
    const told = Object.entries(event.usage).filter(([, value]) => value !== null);
    Object.assign(message, { stop_reason: event.delta.stop_reason });
    Object.assign(message.usage, Object.fromEntries(told));
  }
  if (message === undefined) throw new Error('Expected a message in the stream');
  return message;
}

describe.skipIf(!present)(
  `recordings of the real API${present ? '' : ' (skipped: none are beside the repository)'}`,
  () => {
    test('are there', () => {
      expect(recordings.size).toBeGreaterThan(0);
    });

    test.each([...recordings])('%s reads through the SDK as it was recorded', async (_, recording) => {
      const { server, client } = await serve();
      const { expected = {}, stream, response } = recording;
      // Seven bytes fall inside names, numbers, escapes and line ends, and inside characters of several bytes.
      for (const chunkBytes of [undefined, 7]) {
        server.plan([respond.replay(recording, chunkBytes === undefined ? {} : { chunkBytes })]);
        const quiet = client.withOptions({ logLevel: 'off' });
        const message = stream ? await readStream(quiet) : await quiet.beta.messages.create(HELLO);
        const { stop_reason, model, usage } = message;
        expect({ model, stop_reason }).toEqual({ model: expected.model, stop_reason: expected.stop_reason });
        const cacheRead = usage.cache_read_input_tokens ?? 0;
        const cacheWrite = usage.cache_creation_input_tokens ?? 0;
        expect({
          input_tokens_total: usage.input_tokens + cacheRead + cacheWrite,
          cache_read_input_tokens: cacheRead,
          cache_creation_input_tokens: cacheWrite,
          output_tokens: usage.output_tokens,
        }).toEqual({
          input_tokens_total: expected.input_tokens_total,
          cache_read_input_tokens: expected.cache_read_input_tokens ?? 0,
          cache_creation_input_tokens: expected.cache_creation_input_tokens ?? 0,
          output_tokens: expected.output_tokens,
        });
        expect(server.requests.at(-1)).toMatchObject({
          status: response.status,
          requestId: response.headers['request-id'] ?? null,
          bytesSent: Buffer.byteLength(response.body as string),
          usageFinal: true,
        });
      }
      const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = server.sent.tokens;
      expect(input + cacheRead + cacheWrite5m + cacheWrite1h).toBe(
        2 * (expected.input_tokens_total as number),
      );
      expect(output).toBe(2 * (expected.output_tokens as number));
    });
  },
);

test('a file that holds no recording is rejected by name', () => {
  const path = fileURLToPath(new URL('../../package.json', import.meta.url));
  expect(() => loadRecording(path)).toThrow(/Expected .*package\.json to hold a recording/);
});

test('a recorded error is served with its status, headers and body', async () => {
  const { server } = await serve();
  const envelope = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
  const headers = { 'content-type': 'application/json', 'x-should-retry': 'true', 'content-length': '9999' };
  server.plan([respond.replay({ stream: false, response: { status: 529, headers, body: envelope } })]);
  const response = await fetch(`${server.url}/v1/messages`, { method: 'POST', body: JSON.stringify(HELLO) });
  expect(response.headers.get('x-should-retry')).toBe('true');
  expect([response.status, await response.json()]).toEqual([529, envelope]);
  expect(server.sent.errors).toEqual({ overloaded_error: 1 });
});
