/** Every way in which a call can end, each made many times. */
import type Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { type PlannedResponse, respond } from '../../src/testing/index.ts';

const HELLO: MessageCreateParamsNonStreaming = {
  model: 'claude-opus-5-5',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello' }],
};

/** A way to end. */
export interface Ending {
  readonly name: string;
  /** The responses of the API to one call. */
  readonly plan: () => readonly PlannedResponse[];
  readonly use: (client: Anthropic) => Promise<unknown>;
  /** The outcome that is recorded. */
  readonly outcome: 'ok' | 'error' | 'canceled';
}

const failed = (promise: PromiseLike<unknown>): Promise<void> =>
  Promise.resolve(promise).then(
    () => Promise.reject(new Error('expected a failure')),
    () => {},
  );

const create = (client: Anthropic): Promise<unknown> => Promise.resolve(client.messages.create(HELLO));
const open = (client: Anthropic): PromiseLike<AsyncIterable<unknown>> =>
  client.messages.create({ ...HELLO, stream: true });

async function read(client: Anthropic): Promise<void> {
  for await (const _ of await open(client));
}

/** Aborts a call that waits for its response. */
function abort(client: Anthropic): Promise<void> {
  const controller = new AbortController();
  const end = failed(client.messages.create(HELLO, { signal: controller.signal }));
  setTimeout(() => controller.abort(), 5);
  return end;
}

const GOOD = (): readonly PlannedResponse[] => [];
const HANGING = (): readonly PlannedResponse[] => [respond.hangBody(2)];
const ending = (
  outcome: Ending['outcome'],
  name: string,
  plan: Ending['plan'],
  use: Ending['use'],
): Ending => ({ name, plan, use, outcome });

/** Every ending. */
export const ENDINGS: readonly Ending[] = [
  ending('ok', 'a good response', GOOD, create),
  ending('ok', 'a response after a retry', () => [respond.error(529)], create),
  ending(
    'error',
    'a rejected request',
    () => [respond.error(400)],
    (client) => failed(create(client)),
  ),
  ending(
    'error',
    'exhausted retries',
    () => [respond.error(500), respond.error(500)],
    (client) => failed(client.messages.create(HELLO, { maxRetries: 1 })),
  ),
  ending(
    'error',
    'a connection that is reset',
    () => [respond.resetConnection()],
    (client) => failed(client.messages.create(HELLO, { maxRetries: 0 })),
  ),
  ending('canceled', 'a call that is aborted', () => [respond.hang()], abort),
  ending('ok', 'a stream that is read', GOOD, read),
  ending(
    'error',
    'a stream with an error event',
    () => [respond.sseError()],
    (client) => failed(read(client)),
  ),
  ending('error', 'a stream that is cut', () => [respond.cutStream()], read),
  ending('canceled', 'a stream left by break', HANGING, async (client) => {
    for await (const _ of await open(client)) break;
  }),
  ending('canceled', 'a stream that is never read', GOOD, async (client) => void (await open(client))),
  ending('ok', 'a stream helper that is read', GOOD, ({ messages }) => messages.stream(HELLO).finalMessage()),
  ending('canceled', 'a stream helper that is aborted', HANGING, (client) => {
    const stream = client.messages.stream(HELLO);
    stream.on('streamEvent', () => stream.abort());
    return failed(stream.done());
  }),
  ending('ok', 'a response that is read by hand', GOOD, async ({ messages }) =>
    (await messages.create(HELLO).asResponse()).text(),
  ),
  ending(
    'ok',
    'a promise that is never awaited',
    GOOD,
    async (client) => void client.messages.create(HELLO).catch(() => {}),
  ),
];
