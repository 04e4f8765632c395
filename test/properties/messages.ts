/** Random Messages, and the events that stream them. */
import fc from 'fast-check';

const count = fc.nat(5000);

/** Usages: what the API states, and what a gateway may make of it. */
const usage: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ input_tokens: count, output_tokens: count }) },
  {
    weight: 4,
    arbitrary: fc.record({
      input_tokens: count,
      output_tokens: count,
      cache_read_input_tokens: count,
      cache_creation_input_tokens: fc.constantFrom(0, 7, null),
    }),
  },
  fc.constantFrom<unknown[]>(
    {},
    { input_tokens: null, output_tokens: null },
    { input_tokens: '12', output_tokens: -3 },
    { input_tokens: 1.5, output_tokens: 2 ** 53 },
    { input_tokens: 1e300, output_tokens: [4], cache_read_input_tokens: true },
    { input_tokens: 5, output_tokens: 6, cache_creation: 'none', server_tool_use: [], iterations: {} },
    JSON.parse('{"input_tokens":5,"output_tokens":6,"__proto__":{"input_tokens":7},"constructor":8}'),
  ),
);

/** Names of models: what the API states, and what a gateway may. */
const model = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown[]>('claude-responding', 'claude-other') },
  fc.constantFrom<unknown[]>('', ' ', 'm'.repeat(3000), '模型-🤖', '__proto__', 'a"b\n', null, 7, ['m']),
);

const block: fc.Arbitrary<Block> = fc.constantFrom<Block[]>(
  { type: 'text', text: 'Hello' },
  { type: 'text', text: 'Grüße, 世界 🤖\u2028 \ufeff{"type":"message_stop"}\r\nevent: error\n\n' },
  { type: 'thinking', thinking: 'Hm', signature: 'c2ln' },
  { type: 'tool_use', id: 'toolu_1', name: 'look_up', input: { word: 'a' } },
);

type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object };

/** A Message, as the API sends it. */
export interface Message {
  readonly id: string;
  readonly type: string;
  readonly role: string;
  readonly model: unknown;
  readonly content: readonly Block[];
  readonly stop_reason: string;
  readonly stop_sequence: null;
  readonly usage: unknown;
}

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

/** A Message. */
export const message: fc.Arbitrary<Message> = fc.record({
  id: fc.constant('msg_1'),
  type: fc.constant('message'),
  role: fc.constant('assistant'),
  model,
  content: fc.array(block, { minLength: 1, maxLength: 2 }),
  stop_reason: fc.constantFrom('end_turn', 'tool_use', 'max_tokens', 'refusal'),
  stop_sequence: fc.constant(null),
  usage,
});

/** How a stream goes wrong: after how many events, and by what. */
const fault = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  fc.record({
    after: fc.nat(8),
    by: fc.constantFrom(
      '',
      ...['overloaded_error', 'api_error', 'rate_limit_error', 'made_up_error'].map((type) =>
        eventText('error', { type: 'error', error: { type, message: 'Mid-stream' } }),
      ),
      'event: error\ndata: not json\n\n',
      'event: content_block_delta\ndata: {"type":\n\n',
    ),
  }),
);

/** How servers write an event, beside the way of the API. */
const STYLES: ReadonlyArray<(event: string, data: string) => string> = [
  (event, data) => `data: ${data}\nevent: ${event}\n\n`,
  (event, data) => `event:${event}\ndata:${data}\n\n`,
  (event, data) => `id: 7\nevent: ${event}\nretry: 10\n: note\ndata: ${data}\nother\n\n\n`,
  (event, data) => `event: ping\nevent: ${event}\n${data.replace(/^(.)/, 'data: $1\ndata:\ndata:   ')}\n\n`,
  (event, data) => `event:  ${event}\ndata: ${data}\n\n`,
  (_, data) => `data: ${data}\n\n`,
];

/** What comes between the events or after them, where servers send more than those of a Message. */
const EXTRAS: readonly string[] = [
  ': a comment\n\n',
  eventText('ping', { type: 'ping' }),
  'event: ping\ndata: not json\n\n',
  eventText('content_block_note', { type: 'content_block_note', usage: { output_tokens: 99 } }),
  'event: vendor\ndata: [DONE]\n\n',
  'data: [DONE]\n\n',
  'event: vendor\n\n',
  'event: content_block_delta\n\n',
  eventText('error', { type: 'error', error: { type: 'api_error', message: 'Between' } }),
  'event: error\ndata: null\n\n',
  '\u0000\n',
  'event: message_stop',
];

const style = fc.oneof(
  { weight: 8, arbitrary: fc.constant(eventText) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...STYLES)
      .map((write) => (event: string, data: unknown) => write(event, JSON.stringify(data))),
  },
);

const extras = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  fc.array(fc.record({ at: fc.nat(12), text: fc.constantFrom(...EXTRAS) }), { minLength: 1, maxLength: 3 }),
);

/** The order in which the events come: that of the API, or with one of them moved or sent twice. */
const disorder = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  fc.record({ from: fc.nat(12), to: fc.nat(12), removed: fc.nat(1) }),
);

/** The events of a stream, as text, one a segment. */
export const events: fc.Arbitrary<string[]> = fc
  .record({
    message,
    fault,
    style,
    extras,
    disorder,
    lineEnds: fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 1, maxLength: 2 }),
    bom: fc.boolean(),
    whole: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, fc.constant(false)),
  })
  .map(({ message: sent, fault: broken, style: write, ...odd }) => {
    const texts = eventsOf(sent).map((event) => write(event.type, event));
    if (odd.disorder) {
      const { from, to, removed } = odd.disorder;
      texts.splice(to, 0, ...texts.slice(from, from + 1));
      if (removed === 1) texts.splice(from, 1);
    }
    for (const { at, text } of odd.extras) texts.splice(at, 0, text);
    const seen = broken ? [...texts.slice(0, broken.after), broken.by] : texts;
    if (odd.bom) seen[0] = `\ufeff${seen[0]}`;
    if (!odd.whole) seen.push(seen.pop()?.trimEnd() ?? '');
    return seen.map((text, index) =>
      text.replaceAll('\n', odd.lineEnds[index % odd.lineEnds.length] ?? '\n'),
    );
  });

/** The events of a stream that is good and carries one token each way. */
export const GOOD_EVENTS: readonly string[] = eventsOf({
  id: 'msg_2',
  type: 'message',
  role: 'assistant',
  model: 'claude-responding',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
}).map((event) => eventText(event.type, event));

function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function eventsOf({ content, stop_reason, usage, ...start }: Message): Event[] {
  const used = usage as Readonly<Record<string, unknown>>;
  return [
    {
      type: 'message_start',
      message: { ...start, content: [], stop_reason: null, usage: { ...used, output_tokens: 1 } },
    },
    ...content.flatMap((each, index) => blockEvents(each, index)),
    {
      type: 'message_delta',
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: used['output_tokens'] },
    },
    { type: 'message_stop' },
  ];
}

function blockEvents(each: Block, index: number): Event[] {
  const delta = (value: unknown): Event => ({ type: 'content_block_delta', index, delta: value });
  const start = (value: unknown): Event => ({ type: 'content_block_start', index, content_block: value });
  const stop: Event = { type: 'content_block_stop', index };
  if (each.type === 'text') {
    return [
      start({ type: 'text', text: '' }),
      delta({ type: 'text_delta', text: 'He' }),
      delta({ type: 'text_delta', text: 'llo' }),
      stop,
    ];
  }
  if (each.type === 'thinking') {
    return [
      start({ type: 'thinking', thinking: '', signature: '' }),
      delta({ type: 'thinking_delta', thinking: each.thinking }),
      delta({ type: 'signature_delta', signature: each.signature }),
      stop,
    ];
  }
  return [
    start({ ...each, input: {} }),
    delta({ type: 'input_json_delta', partial_json: JSON.stringify(each.input) }),
    stop,
  ];
}
