/** Random Messages, and the events that stream them. */
import fc from 'fast-check';

const count = fc.nat(5000);

const usage = fc.oneof(
  { weight: 3, arbitrary: fc.record({ input_tokens: count, output_tokens: count }) },
  {
    weight: 3,
    arbitrary: fc.record({
      input_tokens: count,
      output_tokens: count,
      cache_read_input_tokens: count,
      cache_creation_input_tokens: fc.constantFrom(0, 7, null),
    }),
  },
);

const block: fc.Arbitrary<Block> = fc.constantFrom<Block[]>(
  { type: 'text', text: 'Hello' },
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
  readonly model: string;
  readonly content: readonly Block[];
  readonly stop_reason: string;
  readonly stop_sequence: null;
  readonly usage: {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cache_read_input_tokens?: number;
    readonly cache_creation_input_tokens?: number | null;
  };
}

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

/** A Message. */
export const message: fc.Arbitrary<Message> = fc.record({
  id: fc.constant('msg_1'),
  type: fc.constant('message'),
  role: fc.constant('assistant'),
  model: fc.constantFrom('claude-responding', 'claude-other'),
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

/** The events of a stream, as text, one a segment. */
export const events: fc.Arbitrary<string[]> = fc
  .record({
    message,
    fault,
    pings: fc.boolean(),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  })
  .map(({ message: whole, fault: broken, pings, lineEnd }) => {
    const texts = eventsOf(whole).map((event) => eventText(event.type, event));
    if (pings) texts.splice(1, 0, ': a comment\n\n', eventText('ping', { type: 'ping' }));
    const seen = broken ? [...texts.slice(0, broken.after), broken.by] : texts;
    return seen.map((text) => text.replaceAll('\n', lineEnd));
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

function eventsOf({ content, stop_reason, usage: used, ...start }: Message): Event[] {
  return [
    {
      type: 'message_start',
      message: { ...start, content: [], stop_reason: null, usage: { ...used, output_tokens: 1 } },
    },
    ...content.flatMap((each, index) => blockEvents(each, index)),
    {
      type: 'message_delta',
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: used.output_tokens },
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
