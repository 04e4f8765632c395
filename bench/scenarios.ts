/** What is measured: one operation each, against responses that are ready in memory, so that nothing but code costs time. */
import type Anthropic from '@anthropic-ai/sdk';
import { frame, messageEvents } from '../src/testing/wire/sse.ts';

/** A response of the stub: status, headers and body. */
type Reply = readonly [status: number, headers: Record<string, string>, body: string];

/** Blocks that are run before those that are measured: until the optimizing compiler has seen everything. */
export const WARM_UP = 6;

/** One scenario. */
export interface Scenario {
  readonly name: string;
  readonly what: string;
  /** Operations in one timed block. */
  readonly block: number;
  /** The responses to the attempts of one operation, in order. */
  readonly replies: readonly Reply[];
  run(client: Anthropic): Promise<void>;
}

const MODEL = 'claude-sonnet-5-5';
const LIMITS = Object.fromEntries(
  ['requests', 'tokens', 'input-tokens', 'output-tokens'].flatMap((limit) => [
    [`anthropic-ratelimit-${limit}-limit`, '4000'],
    [`anthropic-ratelimit-${limit}-remaining`, '3999'],
    [`anthropic-ratelimit-${limit}-reset`, '2026-11-21T12:00:00Z'],
  ]),
);
const HEADERS = {
  'content-type': 'application/json',
  'request-id': 'req_011CSHoEeqs5C35K2UUqR7Fy',
  ...LIMITS,
};
const USAGE = {
  input_tokens: 10,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 1000,
  cache_creation: { ephemeral_5m_input_tokens: 60, ephemeral_1h_input_tokens: 40 },
  output_tokens: 25,
  service_tier: 'standard',
};
const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: MODEL, stop_sequence: null };
const JSON_OK: Reply = [
  200,
  HEADERS,
  JSON.stringify({
    ...MESSAGE,
    content: [{ type: 'text', text: 'Hello!' }],
    stop_reason: 'end_turn',
    usage: USAGE,
  }),
];
const OVERLOADED: Reply = [
  529,
  { ...HEADERS, 'retry-after-ms': '1' },
  JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
];

/** A streamed response with `deltas` text deltas. */
function stream(deltas: number): Reply {
  const content = [{ type: 'text', text: 'word '.repeat(deltas) }];
  const usage = { ...USAGE, output_tokens: deltas };
  const events = messageEvents({ ...MESSAGE, content, stop_reason: 'end_turn', usage }, deltas);
  return [200, { ...HEADERS, 'content-type': 'text/event-stream' }, [...events].map(frame).join('')];
}

const request = (content: string): Anthropic.MessageCreateParamsNonStreaming => ({
  model: MODEL,
  max_tokens: 256,
  messages: [{ role: 'user', content }],
});
const SMALL = request('x'.repeat(1000));
const LARGE = request('x'.repeat(200_000));

async function create(client: Anthropic, params = SMALL): Promise<void> {
  await client.messages.create(params);
}

/** Every scenario. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'json',
    what: 'JSON call, 1 kB prompt',
    block: 200,
    replies: [JSON_OK],
    run: (client) => create(client),
  },
  {
    name: 'json-200kb',
    what: 'JSON call, 200 kB prompt',
    block: 100,
    replies: [JSON_OK],
    run: (client) => create(client, LARGE),
  },
  {
    name: 'json-100',
    what: '100 JSON calls at once',
    block: 4,
    replies: [JSON_OK],
    run: async (client) => {
      await Promise.all(Array.from({ length: 100 }, () => create(client)));
    },
  },
  {
    name: 'retries',
    what: '529, 529, 200',
    block: 50,
    replies: [OVERLOADED, OVERLOADED, JSON_OK],
    run: (client) => create(client),
  },
  {
    name: 'stream',
    what: 'stream of 10,000 events',
    block: 3,
    replies: [stream(10_000)],
    run: async (client) => {
      for await (const _ of await client.messages.create({ ...SMALL, stream: true }));
    },
  },
];

/** A `fetch` that responds from memory. The attempts of one operation get `replies` in turn. */
export function stubFetch(replies: readonly Reply[]): typeof fetch {
  return async (_url, init) => {
    const attempt = Number(new Headers(init?.headers).get('x-stainless-retry-count') ?? 0);
    const [status, headers, body] = replies[attempt] ?? replies[replies.length - 1]!;
    return new Response(body, { status, headers });
  };
}
