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

/** Every ending. */
export const ENDINGS: readonly Ending[] = [
  { name: 'a good response', plan: () => [], use: create, outcome: 'ok' },
  { name: 'a response after a retry', plan: () => [respond.error(529)], use: create, outcome: 'ok' },
  {
    name: 'a rejected request',
    plan: () => [respond.error(400)],
    use: (client) => failed(create(client)),
    outcome: 'error',
  },
  {
    name: 'exhausted retries',
    plan: () => [500, 500].map((status) => respond.error(status)),
    use: (client) => failed(client.messages.create(HELLO, { maxRetries: 1 })),
    outcome: 'error',
  },
  {
    name: 'a connection that is reset',
    plan: () => [respond.resetConnection()],
    use: (client) => failed(client.messages.create(HELLO, { maxRetries: 0 })),
    outcome: 'error',
  },
  {
    name: 'a call that is aborted',
    plan: () => [respond.hang()],
    use: abort,
    outcome: 'canceled',
  },
  { name: 'a stream that is read', plan: () => [], use: read, outcome: 'ok' },
  {
    name: 'a stream with an error event',
    plan: () => [respond.sseError()],
    use: (client) => failed(read(client)),
    outcome: 'error',
  },
  {
    name: 'a stream that is cut',
    plan: () => [respond.cutStream()],
    use: (client) => read(client),
    outcome: 'error',
  },
  {
    name: 'a stream left by break',
    plan: () => [respond.hangBody(2)],
    use: async (client) => {
      for await (const _ of await open(client)) break;
    },
    outcome: 'canceled',
  },
  {
    name: 'a stream that is never read',
    plan: () => [],
    use: async (client) => void (await open(client)),
    outcome: 'canceled',
  },
  {
    name: 'a stream helper that is read',
    plan: () => [],
    use: (client) => client.messages.stream(HELLO).finalMessage(),
    outcome: 'ok',
  },
  {
    name: 'a stream helper that is aborted',
    plan: () => [respond.hangBody(2)],
    use: (client) => {
      const stream = client.messages.stream(HELLO);
      stream.on('streamEvent', () => stream.abort());
      return failed(stream.done());
    },
    outcome: 'canceled',
  },
  {
    name: 'a response that is read by hand',
    plan: () => [],
    use: (client) =>
      client.messages
        .create(HELLO)
        .asResponse()
        .then((response) => response.text()),
    outcome: 'ok',
  },
  {
    name: 'a promise that is never awaited',
    plan: () => [],
    use: async (client) => void client.messages.create(HELLO).catch(() => {}),
    outcome: 'ok',
  },
];
