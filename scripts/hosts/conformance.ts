/**
 * What every cell of the matrix has to do: the shapes of a call with a real client of the SDK against the local API, and
 * for each the exact counts that are recorded. Runs in the process of the cell, as ESM, as CJS or in a bundle.
 */
import type Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions } from '@anthropic-ai/sdk';
import { type AnthropicServer, respond, startAnthropicServer } from '../../src/testing/index.ts';

/** What the process records, kept by `setup`. */
export interface Recorded {
  /** Sums by metric and, in braces, the attribute that matters. */
  counts(): Promise<Record<string, number>>;
  /** Ended spans by kind and status, such as `call ok`. */
  spans(): Record<string, number>;
  reset(): void;
}

/** Makes a client with telemetry. */
export type NewClient = (options: ClientOptions) => Anthropic;

interface Shape {
  readonly name: string;
  readonly plan?: Parameters<AnthropicServer['plan']>[0];
  readonly options?: ClientOptions;
  readonly run: (client: Anthropic, server: AnthropicServer) => Promise<unknown>;
  /** The class of the error that the application sees, if any, or two of them. */
  readonly error?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly spans: Readonly<Record<string, number>>;
}

const REQUEST = {
  model: 'claude-opus-5-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Hello' }],
};
const STREAM = { ...REQUEST, stream: true as const };
const OK = { 'calls{ok}': 1, 'attempts{ok}': 1, input: 5, output: 27 };
const OK_SPANS = { 'call ok': 1, 'attempt unset': 1 };
const BEGUN = { 'attempts{ok}': 1, input: 5 };

const SHAPES: readonly Shape[] = [
  { name: 'create', run: (client) => client.messages.create(REQUEST), counts: OK, spans: OK_SPANS },
  {
    name: 'stream',
    run: async (client) => read(await client.messages.create(STREAM)),
    counts: OK,
    spans: OK_SPANS,
  },
  {
    name: 'messages.stream()',
    run: (client) => client.messages.stream(REQUEST).finalMessage(),
    counts: OK,
    spans: OK_SPANS,
  },
  {
    name: 'withResponse',
    run: async (client) =>
      (await client.messages.create(REQUEST).withResponse()).response.headers.get('request-id'),
    counts: OK,
    spans: OK_SPANS,
  },
  {
    name: '529, 529, 200',
    plan: [respond.error(529), respond.error(529)],
    run: (client) => client.messages.create(REQUEST),
    counts: { ...OK, 'attempts{retried}': 2 },
    spans: { ...OK_SPANS, 'attempt error': 2 },
  },
  {
    name: '401',
    plan: [respond.error(401)],
    run: (client) => client.messages.create(REQUEST),
    error: 'AuthenticationError',
    counts: { 'calls{error authentication_error}': 1, 'attempts{final}': 1 },
    spans: { 'call error': 1, 'attempt error': 1 },
  },
  {
    name: '500 to the last attempt',
    plan: [respond.error(500), respond.error(500), respond.error(500)],
    run: (client) => client.messages.create(REQUEST),
    error: 'InternalServerError',
    counts: { 'calls{error api_error}': 1, 'attempts{retried}': 2, 'attempts{final}': 1, exhausted: 1 },
    spans: { 'call error': 1, 'attempt error': 3 },
  },
  {
    name: 'abort',
    plan: [respond.hang()],
    async run(client, server) {
      const controller = new AbortController();
      void server.waitForRequests(1).then(() => controller.abort());
      await client.messages.create(REQUEST, { signal: controller.signal });
    },
    error: 'APIUserAbortError',
    counts: { 'calls{canceled}': 1, 'attempts{canceled}': 1 },
    spans: { 'call unset': 1, 'attempt unset': 1 },
  },
  {
    name: 'early break',
    plan: [respond.hangBody(4)],
    async run(client) {
      for await (const event of await client.messages.create(STREAM)) {
        if (event.type === 'content_block_delta') break;
      }
    },
    counts: { ...BEGUN, 'calls{canceled}': 1 },
    spans: { 'call unset': 1, 'attempt unset': 1 },
  },
  {
    name: 'error event after 200',
    plan: [respond.sseError('overloaded_error')],
    // SDK 0.39 has no better class for an error without a status.
    run: async (client) => read(await client.messages.create(STREAM)),
    error: 'APIError or APIConnectionError',
    counts: { 'calls{error overloaded_error}': 1, 'attempts{final}': 1, input: 5, exhausted: 1 },
    spans: { 'call error': 1, 'attempt error': 1 },
  },
  {
    name: 'timeout',
    plan: [respond.hang()],
    options: { timeout: 300, maxRetries: 0 },
    run: (client) => client.messages.create(REQUEST),
    error: 'APIConnectionTimeoutError',
    counts: { 'calls{error client_timeout_error}': 1, 'attempts{final}': 1, exhausted: 1 },
    spans: { 'call error': 1, 'attempt error': 1 },
  },
  {
    name: 'connection refused',
    options: { baseURL: 'http://127.0.0.1:1', maxRetries: 0 },
    run: (client) => client.messages.create(REQUEST),
    error: 'APIConnectionError',
    counts: { 'calls{error connection_error}': 1, 'attempts{final}': 1, exhausted: 1 },
    spans: { 'call error': 1, 'attempt error': 1 },
  },
  {
    name: 'stream dropped unread',
    run: async (client) => {
      await client.messages.create(STREAM);
    },
    counts: { 'calls{canceled}': 1, 'attempts{ok}': 1 },
    spans: { 'call unset': 1, 'attempt unset': 1 },
  },
];

/** Runs every shape, and returns what was not as it has to be. */
export async function conform(newClient: NewClient, recorded: Recorded): Promise<string[]> {
  const server = await startAnthropicServer({ retryAfterMs: 1 });
  const problems: string[] = [];
  for (const shape of SHAPES) {
    server.reset();
    server.plan(shape.plan ?? []);
    recorded.reset();
    const before = await recorded.counts();
    const base: ClientOptions = { baseURL: server.url, apiKey: 'test-key' };
    const error = await failureOf(shape.run(newClient({ ...base, ...shape.options }), server));
    const counts = await endedCounts(recorded, before);
    if (error === undefined || !shape.error?.split(' or ').includes(error)) {
      check(problems, `${shape.name}: error`, error, shape.error);
    }
    check(problems, `${shape.name}: counts`, counts, sorted(shape.counts));
    check(problems, `${shape.name}: spans`, sorted(recorded.spans()), sorted(shape.spans));
  }
  await server.close();
  return problems;
}

/** Runs `use`, which makes two calls through a library that brings its own SDK: one of them streamed, and returns what was not as it has to be. */
export async function conformLibrary(
  use: (baseURL: string) => Promise<unknown>,
  recorded: Recorded,
): Promise<string[]> {
  const server = await startAnthropicServer({ retryAfterMs: 1 });
  const problems: string[] = [];
  const before = await recorded.counts();
  check(problems, 'error', await failureOf(use(server.url)), undefined);
  const counts = await endedCounts(recorded, before);
  const { input, output } = server.sent.tokens;
  check(problems, 'counts', counts, sorted({ 'calls{ok}': 2, 'attempts{ok}': 2, input, output }));
  check(problems, 'spans', sorted(recorded.spans()), sorted({ 'call ok': 2, 'attempt unset': 2 }));
  await server.close();
  return problems;
}

/** What was counted since `before`, once no call is open. */
async function endedCounts(
  recorded: Recorded,
  before: Record<string, number>,
): Promise<Record<string, number>> {
  for (let turn = 0; turn < 100; turn++) {
    const { active = 0 } = await recorded.counts();
    if (active === 0) break;
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  const after = await recorded.counts();
  const since = Object.entries(after).map(([key, value]) => [key, value - (before[key] ?? 0)] as const);
  return sorted(Object.fromEntries(since.filter(([, value]) => value !== 0)));
}

async function failureOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

async function read(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}

function check(problems: string[], what: string, actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) problems.push(`${what}: ${got} in place of ${wanted}`);
}

function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
