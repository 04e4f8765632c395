/** Calls that a generator makes up, each with what it must come to: the records of a ledger that knows nothing of the telemetry. */
import type Anthropic from '@anthropic-ai/sdk';
import { withAttributes } from '../../../src/index.ts';
import type { Fault } from '../../../src/model/errors.ts';
import { PRICES } from '../../../src/model/prices.ts';
import { type AnthropicServer, type PlannedResponse, respond } from '../../../src/testing/index.ts';
import { PRICED } from './expected.ts';
import { HAIKU, OPUS, SONNET } from './workload.ts';

/** An attempt, by the words of the API. */
export interface AttemptRecord {
  readonly model: string;
  /** Absent where there was no response. */
  readonly status?: string;
  readonly errorType?: string;
  readonly fault?: Fault;
  readonly disposition: 'ok' | 'retried' | 'final' | 'canceled';
}

/** What the response of a call brought. */
interface Served {
  readonly tokens: {
    readonly input: number;
    readonly cacheRead: number;
    readonly write: number;
    readonly output: number;
  };
  readonly searches: number;
}

/** A call. */
export interface CallRecord {
  readonly model: string;
  readonly team?: string;
  readonly stream: boolean;
  readonly outcome: 'ok' | 'error' | 'canceled';
  readonly errorType?: string;
  readonly fault?: Fault;
  readonly stopReason?: string;
  readonly servedBy?: 'api' | 'fallback';
  readonly exhausted: boolean;
  readonly attempts: readonly AttemptRecord[];
  readonly served?: Served & { readonly model: string };
  readonly seconds: number;
}

/** Statuses that the API fails with: the type of the envelope, who has to act, and whether the SDK retries. */
const FAILURES: Readonly<Record<number, readonly [type: string, fault: Fault, retryable: boolean]>> = {
  400: ['invalid_request_error', 'input', false],
  402: ['billing_error', 'config', false],
  403: ['permission_error', 'config', false],
  404: ['not_found_error', 'config', false],
  413: ['request_too_large', 'input', false],
  429: ['rate_limit_error', 'traffic', true],
  500: ['api_error', 'anthropic', true],
  504: ['timeout_error', 'anthropic', true],
  529: ['overloaded_error', 'anthropic', true],
};
const statuses = (retryable: boolean): number[] =>
  Object.keys(FAILURES)
    .map(Number)
    .filter((status) => FAILURES[status]?.[2] === retryable);
/** What a client does about failures. */
export type Kind = 'sdk' | 'fallback' | 'retry';

/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

/** Makes a call with an end of any kind; `trouble` is the share of calls that fail at first, in percent. */
export async function makeCall(
  client: Anthropic,
  server: AnthropicServer,
  random: Random,
  kind: Kind,
  trouble: number,
): Promise<CallRecord> {
  const model = random.one(kind === 'fallback' ? [OPUS, SONNET] : [OPUS, SONNET, HAIKU]);
  const stream = random.chance(50);
  const team = random.one(['search', 'ads', undefined]);
  const base = { model, stream, ...(team && { team }) };
  const failing = random.chance(trouble);
  const end =
    failing && kind === 'sdk'
      ? random.one(['status', 'status', 'status', 'stream', 'key', 'abort'] as const)
      : 'status';
  const send = (plan: readonly PlannedResponse[], options: object = {}, from = client) => {
    server.plan([...plan]);
    const messages = [{ role: 'user' as const, content: `Hello ${random.below(1e9)}` }];
    const call = async () => {
      const tools = [{ type: 'web_search_20260209' as const, name: 'web_search' as const }];
      const body = { model, max_tokens: 4096, messages, tools };
      if (!stream && end !== 'stream') return void (await from.messages.create(body, options));
      for await (const _ of await from.messages.create({ ...body, stream: true }, options));
    };
    const began = performance.now();
    return (team ? withAttributes({ team }, call) : call()).then(
      () => (performance.now() - began) / 1000,
      () => (performance.now() - began) / 1000,
    );
  };
  const single = (attempt: Omit<AttemptRecord, 'model' | 'disposition'>) => [
    { model, disposition: 'final' as const, ...attempt },
  ];

  if (end === 'stream') {
    const served = randomUsage(random);
    const error = { errorType: 'overloaded_error', fault: 'anthropic' } as const;
    const seconds = await send([respond.sseError('overloaded_error', 4, { usage: usageOf(served) })]);
    // The API has sent what the input was; the output is not known.
    const input = { ...served, tokens: { ...served.tokens, output: 0 }, model };
    return {
      ...base,
      stream: true,
      outcome: 'error',
      ...error,
      exhausted: true,
      attempts: single({ status: '200', ...error }),
      served: input,
      seconds,
    };
  }
  if (end === 'key') {
    const error = { errorType: 'authentication_error', fault: 'config' } as const;
    const seconds = await send([], {}, client.withOptions({ apiKey: 'rotated-key' }));
    return {
      ...base,
      outcome: 'error',
      ...error,
      exhausted: false,
      attempts: single({ status: '401', ...error }),
      seconds,
    };
  }
  if (end === 'abort') {
    const abort = new AbortController();
    const sent = server.sent.attempts;
    const call = send([respond.hang()], { signal: abort.signal });
    while (server.sent.attempts === sent) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort();
    return {
      ...base,
      outcome: 'canceled',
      exhausted: false,
      attempts: [{ model, disposition: 'canceled' }],
      seconds: await call,
    };
  }

  // Up to three attempts fail: the SDK makes three. A policy has its own rules, of which one failure is enough.
  const retried = failing ? (kind === 'sdk' ? 1 + random.below(3) : 1) : 0;
  const rejected = failing && kind === 'sdk' && retried < 3 && random.chance(40);
  const failed = Array.from({ length: retried - (rejected ? 1 : 0) }, () =>
    kind === 'sdk' ? random.one(statuses(true)) : 529,
  );
  if (rejected) failed.push(random.one(statuses(false)));
  const ok = !rejected && failed.length < 3;
  const stopReason = random.one(['end_turn', 'max_tokens', 'end_turn', 'tool_use']);
  const served = { ...randomUsage(random), model: kind === 'fallback' && failing ? HAIKU : model };
  const plan = failed.map((status) => respond.error(status));
  // Some take longer, so that quantiles differ.
  const delayMs = random.one([0, 0, 0, 60, 400]);
  if (ok) plan.push(respond.ok({ usage: usageOf(served), stopReason, delayMs }));
  const attempts = failed.map((status, index): AttemptRecord => {
    const [errorType, fault] = FAILURES[status] as (typeof FAILURES)[number];
    const final = !ok && index === failed.length - 1;
    return { model, status: String(status), errorType, fault, disposition: final ? 'final' : 'retried' };
  });
  const seconds = await send(plan);
  if (ok) {
    const servedBy = served.model === model ? 'api' : 'fallback';
    attempts.push({ model: served.model, status: '200', disposition: 'ok' });
    return { ...base, outcome: 'ok', stopReason, servedBy, exhausted: false, attempts, served, seconds };
  }
  const last = attempts.at(-1) as AttemptRecord;
  return {
    ...base,
    outcome: 'error',
    errorType: last.errorType as string,
    fault: last.fault as Fault,
    exhausted: !rejected,
    attempts,
    seconds,
  };
}

function randomUsage(random: Random): Served {
  const tokens = {
    input: 1 + random.below(900),
    cacheRead: random.below(5000),
    write: random.below(700),
    output: 1 + random.below(400),
  };
  return { tokens, searches: random.chance(20) ? 1 + random.below(3) : 0 };
}

function usageOf({ tokens, searches }: Served): Readonly<Record<string, object | number>> {
  return {
    input_tokens: tokens.input,
    cache_read_input_tokens: tokens.cacheRead,
    cache_creation_input_tokens: tokens.write,
    cache_creation: { ephemeral_5m_input_tokens: tokens.write, ephemeral_1h_input_tokens: 0 },
    output_tokens: tokens.output,
    ...(searches > 0 && { server_tool_use: { web_search_requests: searches } }),
  };
}

/** USD of a call by list prices: a search costs a cent. */
export function costOf({ served }: CallRecord): number {
  if (!served) return 0;
  const price = PRICES[PRICED[served.model] ?? ''];
  if (!price) throw new Error(`no price of ${served.model}`);
  const { input, cacheRead, write, output } = served.tokens;
  const tokens =
    input * price.input + cacheRead * price.cacheRead + write * price.cacheWrite5m + output * price.output;
  return tokens / 1e6 + served.searches / 100;
}
