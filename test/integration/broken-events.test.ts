/** Streams with an event that is not JSON, however the pieces are cut, with every line break. The SDK throws when it reads that event, or ignores it. */
import { describe, expect, test } from 'vitest';
import { collect, HELLO, startHarness } from '../helpers/harness.ts';
import { newClient, OLDER_SDKS } from '../helpers/sdks.ts';

const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-opus-5-5', content: [] };
const EVENTS = [
  ['message_start', { message: { ...MESSAGE, usage: { input_tokens: 10, output_tokens: 1 } } }],
  ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
  ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hello' } }],
  ['content_block_stop', { index: 0 }],
  ['message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }],
  ['message_stop', {}],
] as const;

/** A response whose pieces come one at a time, each when the one before has been read. */
function streamOf(pieces: readonly string[]): Response {
  const left = pieces.map((piece) => new TextEncoder().encode(piece));
  const pull = (controller: ReadableStreamDefaultController): void => {
    const piece = left.shift();
    if (piece) controller.enqueue(piece);
    else controller.close();
  };
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), {
    headers: { 'content-type': 'text/event-stream' },
  });
}

/** `text` in pieces of `size` characters. */
function cut(text: string, size: number): string[] {
  return text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
}

describe.each(OLDER_SDKS)('SDK $version', (sdk) => {
  test.each(
    ['\n', '\r\n', '\r'].flatMap((end) =>
      ['content_block_delta', 'vendor'].flatMap((event) =>
        ['{', ''].flatMap((data) =>
          [1, 3, 6].flatMap((at) =>
            ['', `: note${end}`].flatMap((after) =>
              [undefined, 1, 230].map((size) => ({ end, event, data, at, after, size })),
            ),
          ),
        ),
      ),
    ),
  )('a call fails where the SDK fails: %j', async ({ end, event, data, at, after, size }) => {
    const good = EVENTS.map(
      ([type, more]) => `event: ${type}${end}data: ${JSON.stringify({ type, ...more })}${end}${end}`,
    );
    const bad = `event: ${event}${end}${data && `data: ${data}${end}`}${end}${after}`;
    const events = good.toSpliced(at, 0, bad);
    const harness = await startHarness();
    const fetch = async (): Promise<Response> =>
      streamOf(size === undefined ? events : cut(events.join(''), size));
    const client = newClient(sdk, harness, { fetch, maxRetries: 0 });
    const failed = await client.messages
      .create({ ...HELLO, stream: true })
      .then(collect)
      .then(
        () => false,
        () => true,
      );
    const outcome = failed ? 'error' : 'ok';
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': outcome })).toBe(1);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
  });
});
