/** Reads the facts and the usage of a Message, complete or streamed. It reads no content. */
import type { Iteration, IterationType, MessageFacts, Usage } from '../../model/message.ts';
import { clean } from '../../model/text.ts';
import { field, parseJson } from '../parse-json.ts';
import { SseReader } from './sse-reader.ts';

/** The maximum number of parts of a Message that are read. */
const MAX_ITERATIONS = 1000;

const ITERATION_TYPES: ReadonlySet<unknown> = new Set<IterationType>([
  'message',
  'fallback_message',
  'advisor_message',
  'compaction',
]);

/** The facts of `message`, a Message as the API sends it. Every fact is absent if `message` is not a Message. */
export function messageFacts(message: unknown): MessageFacts {
  const usage = field(message, 'usage');
  const iterations = field(usage, 'iterations');
  return {
    id: word(field(message, 'id')),
    model: word(field(message, 'model')),
    stopReason: word(field(message, 'stop_reason')),
    usage: readUsage(usage),
    ...(Array.isArray(iterations) && { iterations: readIterations(iterations) }),
  };
}

function readUsage(usage: unknown): Usage {
  const cacheRead = count(usage, 'cache_read_input_tokens');
  const cacheWrite = count(usage, 'cache_creation_input_tokens');
  const input = count(usage, 'input_tokens');
  const caching = field(usage, 'cache_creation');
  const tools = field(usage, 'server_tool_use');
  const speed = field(usage, 'speed');
  return {
    input: input === undefined ? undefined : input + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: count(usage, 'output_tokens'),
    cacheRead,
    cacheWrite,
    cacheWrite5m: count(caching, 'ephemeral_5m_input_tokens'),
    cacheWrite1h: count(caching, 'ephemeral_1h_input_tokens'),
    reasoning: count(field(usage, 'output_tokens_details'), 'thinking_tokens'),
    webSearches: count(tools, 'web_search_requests'),
    webFetches: count(tools, 'web_fetch_requests'),
    codeExecutions: count(tools, 'code_execution_requests'),
    inferenceGeo: word(field(usage, 'inference_geo')),
    serviceTier: word(field(usage, 'service_tier')),
    fast: typeof speed === 'string' ? speed === 'fast' : undefined,
  };
}

function readIterations(iterations: readonly unknown[]): Iteration[] {
  return iterations
    .slice(0, MAX_ITERATIONS)
    .filter((each) => ITERATION_TYPES.has(field(each, 'type')))
    .map((each) => ({
      type: field(each, 'type') as IterationType,
      model: word(field(each, 'model')),
      usage: readUsage(each),
    }));
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' ? clean(value) : undefined;
}

/** Returns a non-negative integer. Any other value would corrupt a counter. */
function count(value: unknown, name: string): number | undefined {
  const number = field(value, name);
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

type Fields = Record<string, unknown>;

/** Events that the SDK parses and this reader does not. */
const PARSED: ReadonlySet<string> = new Set([
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_stop',
]);

/** Totals in the usage of `message_delta` that replace those of `message_start`. */
const TOTALS = [
  'input_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
  'output_tokens_details',
  'iterations',
  'server_tool_use',
];

/** Usage fields in `message_start` that are only placeholders until `message_delta`. */
const PLACEHOLDERS = ['output_tokens', 'output_tokens_details'];

/** Marks the event of a content block at which the API continues with another model. */
const FALLBACK = '"fallback"';

/** The facts that a streamed Message has stated so far. */
export class MessageStream {
  /** Whether `message_stop` has arrived. */
  stopped = false;
  /** Whether the last piece changed the facts of the Message. */
  changed = false;
  /** The `error.type` of an `error` event, or empty if the event has none. */
  errorType: string | undefined;
  #broken = false;
  /** The data of unread events in the last piece. */
  #unread: string[] = [];
  readonly #reader: SseReader;
  readonly #onFirstDelta: () => void;
  #message: Fields | undefined;
  #usage: Fields = {};
  #sawDelta = false;
  /** Whether usage and stop reason are final, as they are from `message_delta` on, or from `message_stop` if that is left out. */
  #final = false;

  /** `onFirstDelta` is called once, at the first delta of any kind. */
  constructor(onFirstDelta: () => void) {
    this.#onFirstDelta = onFirstDelta;
    this.#reader = new SseReader(
      (event) => event !== 'ping',
      (event, data) => this.#onEvent(event, data),
    );
  }

  /** The next piece of the body. */
  push(piece: Uint8Array | string): void {
    // The SDK reads an event that ends with a carriage return together with the next event, which can be in the next piece.
    this.#unread = this.#unread.slice(-1);
    this.changed = false;
    this.#reader.push(piece);
  }

  /**
   * Whether an event was not JSON, at which the SDK throws. Of the unread events, only those in the last piece and the one before it
   * can be the cause.
   */
  get broken(): boolean {
    return this.#broken || this.#unread.some((data) => parseJson(data) === undefined);
  }

  /**
   * Whether the last event is not JSON and ends with a carriage return. The SDK reads such an event, and throws, after the body is
   * complete.
   */
  get endsBroken(): boolean {
    return this.#reader.eventEndsWithReturn && this.broken;
  }

  /** The known facts of the Message. Facts that are not final yet are absent. */
  facts(): MessageFacts | undefined {
    if (!this.#message) return undefined;
    const usage = { ...this.#usage };
    if (!this.#final) for (const name of PLACEHOLDERS) delete usage[name];
    return messageFacts({ ...this.#message, ...(!this.#final && { stop_reason: undefined }), usage });
  }

  #onEvent(event: string, data: string): void {
    if (PARSED.has(event)) this.#unread.push(data);
    switch (event) {
      case 'message_start':
        this.#onMessageStart(this.#parse(data));
        break;
      case 'content_block_start':
        if (this.#message && data.includes(FALLBACK)) this.#onBlock(this.#parse(data));
        break;
      case 'content_block_delta':
        if (!this.#sawDelta) this.#onFirstDelta();
        this.#sawDelta = true;
        break;
      case 'message_delta':
        this.#onMessageDelta(this.#parse(data));
        break;
      case 'message_stop':
        this.stopped = true;
        this.#finish();
        break;
      case 'error': {
        const type = field(field(this.#parse(data), 'error'), 'type');
        this.errorType ??= typeof type === 'string' ? type : '';
        break;
      }
      default:
        if (data.includes('"message_')) this.#onOther(parseJson(data));
    }
  }

  /** SDK 1.11 uses the type in the data of an event and ignores the event's name. Older SDKs skip the event, but its tokens are billed. */
  #onOther(event: unknown): void {
    const type = field(event, 'type');
    if (type === 'message_start') this.#onMessageStart(event);
    else if (type === 'message_delta') this.#onMessageDelta(event);
    else if (type === 'message_stop') this.#finish();
  }

  #finish(): void {
    this.#final = true;
    this.changed = true;
  }

  #onMessageStart(event: unknown): void {
    const message = field(event, 'message');
    this.#message = { id: field(message, 'id'), model: field(message, 'model') };
    this.#usage = { ...(field(message, 'usage') as Fields | undefined) };
    this.changed = true;
  }

  /** A fallback block names the model that generates the rest of the Message. */
  #onBlock(event: unknown): void {
    const block = field(event, 'content_block');
    if (field(block, 'type') !== 'fallback' || !this.#message) return;
    const model = field(field(block, 'to'), 'model');
    if (typeof model === 'string') {
      this.#message['model'] = model;
      this.changed = true;
    }
  }

  #onMessageDelta(event: unknown): void {
    if (!this.#message) return;
    const totals = field(event, 'usage');
    this.#usage['output_tokens'] = field(totals, 'output_tokens');
    for (const name of TOTALS) {
      const total = field(totals, name);
      if (total !== undefined && total !== null) this.#usage[name] = total;
    }
    const stopReason = field(field(event, 'delta'), 'stop_reason');
    if (stopReason !== null && stopReason !== undefined) this.#message['stop_reason'] = stopReason;
    this.#finish();
  }

  #parse(data: string): unknown {
    const value = parseJson(data);
    if (value === undefined) this.#broken = true;
    return value;
  }
}
