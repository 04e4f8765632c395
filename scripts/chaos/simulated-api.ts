/** The API of the simulation: a `fetch` that responds in simulated time, and a ledger of what it really sent. */
import { RateLimits } from '../../src/testing/api/rate-limits.ts';
import { seededRandom } from '../../src/testing/script/random.ts';
import { type Fault, OTHER_KEY, type Phase, PRIMARY, phaseAt, validKey } from './phases.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What the API sent. */
export interface Sent {
  attempts: number;
  /** By status; `none` where no response came. */
  readonly statuses: Record<string, number>;
  /** Calls of clients, by how they ended for the application. */
  readonly calls: { ok: number; error: number };
  /** Tokens that responses stated, by model. */
  readonly tokens: Record<string, { input: number; output: number }>;
}

/** Tokens of every call. */
export const INPUT_TOKENS = 2_000;
export const OUTPUT_TOKENS = 400;

/** Limits outside of a storm, per minute: more than the simulation sends. */
const AMPLE = { requests: 100_000, inputTokens: 1_000_000_000, outputTokens: 1_000_000_000 };
const ENVELOPE: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};

/** How long a call takes when all is well, in milliseconds: the same in every variant. */
export function idealDuration(call: number): number {
  return 800 + 6_000 * seededRandom(call + 1)() ** 3;
}

/** The API, and another one of another provider that has no troubles. */
export class SimulatedApi {
  readonly sent: Sent = { attempts: 0, statuses: {}, calls: { ok: 0, error: 0 }, tokens: {} };
  /** Called with each request before it is responded to. */
  onRequest: (call: number, model: string, otherProvider: boolean) => void = () => {};
  readonly #time: VirtualTime;
  readonly #random: () => number;
  readonly #limits = new RateLimits(AMPLE, () => Date.now());
  #phase: Phase | undefined;

  constructor(time: VirtualTime, seed: number) {
    this.#time = time;
    this.#random = seededRandom(seed);
  }

  /** For the `fetch` option of a client. */
  readonly fetch = async (_: unknown, init: RequestInit = {}): Promise<Response> => {
    const body = JSON.parse(String(init.body)) as {
      model: string;
      stream?: boolean;
      metadata: { user_id: string };
    };
    const call = Number(body.metadata.user_id);
    const headersSent = new Headers(init.headers);
    const key =
      headersSent.get('x-api-key') ?? headersSent.get('authorization')?.replace('Bearer ', '') ?? '';
    const signal = init.signal ?? new AbortController().signal;
    this.sent.attempts += 1;
    this.onRequest(call, body.model, key === OTHER_KEY);
    const phase = this.#enterPhase();
    const status = this.#errorStatus(phase, key, body.model);
    if (typeof status === 'object') {
      await this.#wait(150, signal);
      return this.#error(status.status, body.model, status.retryAfter);
    }
    if (status === 'hang') await this.#wait(3_600_000, signal);
    const duration = idealDuration(call) * (key === OTHER_KEY ? 1 : (phase.slower ?? 1));
    await this.#wait(body.stream ? duration / 4 : duration, signal);
    this.#count('200');
    // Each of its attempts is a call of the other client, which does not fail.
    if (key === OTHER_KEY) this.sent.calls.ok += 1;
    const headers = { ...this.#limits.headers(body.model), 'request-id': `req_${this.sent.attempts}` };
    if (!body.stream) {
      this.#served(body.model, INPUT_TOKENS, OUTPUT_TOKENS);
      const json = JSON.stringify(message(body.model, [{ type: 'text', text: 'Hello' }], OUTPUT_TOKENS));
      return new Response(json, { headers: { ...headers, 'content-type': 'application/json' } });
    }
    const stream = this.#stream(body.model, (duration * 3) / 4, status === 'cut', signal);
    return new Response(stream, { headers: { ...headers, 'content-type': 'text/event-stream' } });
  };

  #enterPhase(): Phase {
    const phase = phaseAt(this.#time.elapsed);
    if (phase !== this.#phase) {
      this.#phase = phase;
      const { requestsPerMinute } = phase;
      this.#limits.options =
        requestsPerMinute === undefined ? AMPLE : { ...AMPLE, requests: requestsPerMinute };
    }
    return phase;
  }

  #errorStatus(
    phase: Phase,
    key: string,
    model: string,
  ): { status: number; retryAfter?: number | undefined } | 'hang' | 'cut' | undefined {
    if (key === OTHER_KEY) return undefined;
    if (key !== validKey(this.#time.elapsed)) return { status: 401 };
    let drawn = this.#random();
    if (phase.model === undefined || phase.model === model) {
      for (const [fault, share] of Object.entries(phase.faults ?? {}) as [`${Fault}`, number][]) {
        if (drawn < share) return fault === 'hang' || fault === 'cut' ? fault : { status: Number(fault) };
        drawn -= share;
      }
    }
    const limited = this.#limits.error(model, INPUT_TOKENS);
    if (limited) return { status: 429, retryAfter: limited.retryAfter };
    this.#limits.take(model, INPUT_TOKENS, OUTPUT_TOKENS);
    return undefined;
  }

  #error(status: number, model: string, retryAfter: number | undefined): Response {
    this.#count(String(status));
    const headers = new Headers({ 'content-type': 'application/json', ...this.#limits.headers(model) });
    if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter));
    const error = { type: ENVELOPE[status], message: 'A simulated failure' };
    return new Response(JSON.stringify({ type: 'error', error }), { status, headers });
  }

  #stream(model: string, ms: number, cut: boolean, signal: AbortSignal): ReadableStream<Uint8Array> {
    const events: readonly object[] = [
      { type: 'message_start', message: message(model, [], 1) },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: OUTPUT_TOKENS },
      },
      { type: 'message_stop' },
    ];
    let next = 0;
    return new ReadableStream({
      pull: async (controller) => {
        await this.#wait(ms / events.length, signal);
        if (cut && next === 3) return controller.error(new TypeError('terminated'));
        const event = events[next++] as { type: string };
        if (event.type === 'message_start') this.#served(model, INPUT_TOKENS, 0);
        if (event.type === 'message_delta') this.#served(model, 0, OUTPUT_TOKENS);
        controller.enqueue(
          new TextEncoder().encode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
        );
        if (next === events.length) controller.close();
      },
    });
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    let onAbort = (): void => {};
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(new DOMException('This operation was aborted', 'AbortError'));
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort);
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await Promise.race([new Promise((resolve) => (timer = setTimeout(resolve, ms))), aborted]);
    } catch (error) {
      this.#count('none');
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #count(status: string): void {
    this.sent.statuses[status] = (this.sent.statuses[status] ?? 0) + 1;
  }

  /** Counts tokens that a response states. */
  #served(model: string, input: number, output: number): void {
    const before = this.sent.tokens[model] ?? { input: 0, output: 0 };
    this.sent.tokens[model] = { input: before.input + input, output: before.output + output };
  }
}

function message(model: string, content: readonly object[], outputTokens: number): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: model || PRIMARY,
    content,
    stop_reason: content.length > 0 ? 'end_turn' : null,
    stop_sequence: null,
    usage: { input_tokens: INPUT_TOKENS, output_tokens: outputTokens },
  };
}
