/** Bodies as gateways write them: the wrong content type or none, white space or a byte order mark before them, events left out. */
import type Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { collect, type Harness, HELLO, startHarness } from '../helpers/harness.ts';
import { newClient, type OlderSdk, SDKS } from '../helpers/sdks.ts';

const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-opus-5-5', content: [] };
const JSON_BODY = JSON.stringify({ ...MESSAGE, usage: { input_tokens: 10, output_tokens: 5 } });
const START = {
  type: 'message_start',
  message: { ...MESSAGE, usage: { input_tokens: 10, output_tokens: 5 } },
};
const DELTA = { type: 'message_delta', delta: {}, usage: { output_tokens: 5 } };

function streamOf(events: ReadonlyArray<{ readonly type: string }>): string[] {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

const STOP = { type: 'message_stop' };
const JSONS = {
  'as it is': [JSON_BODY],
  'after a byte order mark': [`\ufeff${JSON_BODY}`],
  'after white space': ['\n', ' \r\n', JSON_BODY],
  'byte by byte': [...JSON_BODY],
};
const STREAMS = {
  'as it is': streamOf([START, DELTA, STOP]),
  'without message_delta': streamOf([START, STOP]),
  'after a byte order mark': ['\ufeff', ...streamOf([START, DELTA, STOP])],
  'after white space': ['\n', '\n\n', ...streamOf([START, DELTA, STOP])],
  'byte by byte': [...streamOf([START, DELTA, STOP]).join('')],
};

/** A response whose pieces come one at a time. */
function respond(pieces: readonly string[], headers: Readonly<Record<string, string>>): Response {
  const left = pieces.map((piece) => new TextEncoder().encode(piece));
  const pull = (controller: ReadableStreamDefaultController): void => {
    const piece = left.shift();
    if (piece) controller.enqueue(piece);
    else controller.close();
  };
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers });
}

function clientOf(
  sdk: OlderSdk,
  harness: Harness,
  pieces: readonly string[],
  type: string | undefined,
  middleware: boolean,
): Anthropic {
  return newClient(sdk, harness, {
    fetch: async () => respond(pieces, type === undefined ? {} : { 'content-type': type }),
    ...(middleware && { middleware: [(request, next) => next(request)] }),
  });
}

async function expectTokens(harness: Harness): Promise<void> {
  expect(await harness.metric('gen_ai.client.inference.usage.input_tokens')).toBe(10);
  expect(await harness.metric('gen_ai.client.inference.usage.output_tokens')).toBe(5);
}

describe.each(SDKS)('SDK $version', (sdk) => {
  test.each(
    Object.keys(STREAMS).flatMap((body) =>
      [undefined, 'text/plain', 'application/json', 'text/event-stream'].flatMap((type) =>
        [false, true].map((middleware) => ({ body, type, middleware })),
      ),
    ),
  )('the tokens of a stream are recorded: %j', async ({ body, type, middleware }) => {
    const harness = await startHarness();
    const client = clientOf(sdk, harness, STREAMS[body as keyof typeof STREAMS], type, middleware);
    const events = await collect(await client.messages.create({ ...HELLO, stream: true }));
    expect(events.at(-1)?.type).toBe('message_stop');
    await expectTokens(harness);
  });

  test.each(Object.keys(JSONS).flatMap((body) => [false, true].map((middleware) => ({ body, middleware }))))(
    'the tokens of a Message are recorded: %j',
    async ({ body, middleware }) => {
      const harness = await startHarness();
      const pieces = JSONS[body as keyof typeof JSONS];
      await clientOf(sdk, harness, pieces, 'application/json', middleware).messages.create(HELLO);
      await expectTokens(harness);
    },
  );
});
