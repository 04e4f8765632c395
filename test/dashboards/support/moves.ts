/** Makes calls of every kind of end, and records what each must come to. */
import { setTimeout as sleep } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import { withAttributes } from '../../../src/index.ts';
import type { AttemptKind } from '../../../src/model/attempt-kind.ts';
import type { Fault } from '../../../src/model/errors.ts';
import { type AnthropicServer, type PlannedResponse, respond } from '../../../src/testing/index.ts';
import type { Random } from './random.ts';
import { type AttemptRecord, type CallRecord, HAIKU, MODELS, OPUS, SONNET } from './records.ts';
import { sum } from './sums.ts';
import { randomTokens, usageOf } from './tokens.ts';
import type { Wire } from './wire.ts';

/** A failure: the type of the envelope, who has to act, whether the SDK retries, and its kind for the rules. */
type Failure = readonly [type: string, fault: Fault, retryable: boolean, kind: AttemptKind];

/** By status, or by what happens instead of a response. */
const FAILURES: Readonly<Record<string, Failure>> = {
  400: ['invalid_request_error', 'input', false, 'invalid'],
  402: ['billing_error', 'config', false, 'billing'],
  403: ['permission_error', 'config', false, 'permission'],
  404: ['not_found_error', 'config', false, 'not_found'],
  413: ['request_too_large', 'input', false, 'invalid'],
  429: ['rate_limit_error', 'traffic', true, 'rate_limit'],
  500: ['api_error', 'anthropic', true, 'server_error'],
  504: ['timeout_error', 'anthropic', true, 'server_error'],
  529: ['overloaded_error', 'anthropic', true, 'overloaded'],
  reset: ['connection_error', 'network', true, 'network'],
  timeout: ['client_timeout_error', 'network', true, 'timeout'],
};
const RETRYABLE = Object.keys(FAILURES).filter((name) => FAILURES[name]?.[2] && name !== 'timeout');
const REJECTED = Object.keys(FAILURES).filter((name) => !FAILURES[name]?.[2]);
const hasStatus = (name: string) => /^\d/.test(name);

/** Ends of a stream that began well: the error type, who has to act, whether a retry could help, and the kind. */
const BROKEN = {
  sseError: ['overloaded_error', 'anthropic', true, 'overloaded'],
  cutStream: ['api_error', 'anthropic', true, 'server_error'],
  resetStream: ['client_error', 'network', false, 'broken_stream'],
} as const satisfies Record<string, Failure>;

/** What a client does about failures. */
export type Kind = 'sdk' | 'fallback' | 'retry';

/** Milliseconds after which a call of a hanging API is given up. */
const TIMEOUT = 3000;

/** The process that makes the calls. */
export interface Caller {
  readonly client: Anthropic;
  readonly wire: Wire;
  readonly kind: Kind;
  /** The share of its calls that fail at first, in percent. */
  readonly trouble: number;
}

/** Makes a call with an end of any kind, and another one like it where the application repeats what failed. */
export async function makeCalls(
  caller: Caller,
  server: AnthropicServer,
  random: Random,
): Promise<CallRecord[]> {
  const call = new Move(caller, server, random);
  const first = await call.make();
  if (!first.exhausted || first.attempts.length < 3 || !random.chance(30)) return [first];
  return [first, { ...(await call.succeed()), repeated: true }];
}

/** A call with a body of its own. */
class Move {
  readonly #caller: Caller;
  readonly #server: AnthropicServer;
  readonly #random: Random;
  readonly #body: { readonly model: string; readonly content: string };
  readonly #stream: boolean;
  readonly #team: string | undefined;

  constructor(caller: Caller, server: AnthropicServer, random: Random) {
    this.#caller = caller;
    this.#server = server;
    this.#random = random;
    this.#body = {
      model: random.one(caller.kind === 'fallback' ? [OPUS, SONNET] : MODELS),
      content: `Hello ${random.below(1e9)}`,
    };
    this.#stream = random.chance(50);
    this.#team = random.one(['search', 'ads', undefined]);
  }

  make(): Promise<CallRecord> {
    const { kind, trouble } = this.#caller;
    const random = this.#random;
    if (!random.chance(trouble)) return this.succeed();
    if (kind !== 'sdk') return this.succeed(['529']);
    const end = random.one(['fail', 'fail', 'fail', 'break', 'key', 'abort'] as const);
    return end === 'fail' ? this.#fail() : this[`_${end}`]();
  }

  /** Succeeds after the failures. */
  async succeed(failures: readonly string[] = []): Promise<CallRecord> {
    const random = this.#random;
    const { model } = this.#body;
    const servedModel = this.#caller.kind === 'fallback' && failures.length > 0 ? HAIKU : model;
    const served = {
      model: servedModel,
      tokens: randomTokens(random),
      searches: random.chance(20) ? 1 + random.below(3) : 0,
    };
    const stopReason = random.one(['end_turn', 'max_tokens', 'end_turn', 'tool_use', 'refusal']);
    // Some take longer, so that quantiles differ.
    const delayMs = random.one([0, 0, 0, 60, 400]);
    const { seconds, at, firstChunk, attempts } = await this.#send([
      ...failures.map((name) => this.#planned(name)),
      step(respond.ok({ usage: usageOf(served.tokens, served.searches), stopReason, delayMs }), delayMs),
    ]);
    return {
      ...this.#base(),
      outcome: 'ok',
      stopReason,
      servedBy: servedModel === model ? 'api' : 'fallback',
      attempts: [
        ...failures.map((name, index) => ({
          ...failed(name, model, 'retried'),
          ...(attempts[index] as Timing),
        })),
        { model: servedModel, status: '200', disposition: 'ok', kind: 'ok', ...(attempts.at(-1) as Timing) },
      ],
      served,
      seconds,
      at,
      ...(this.#stream && firstChunk !== undefined && { firstChunk }),
    };
  }

  /** Fails up to three times: the SDK makes three attempts. */
  async #fail(): Promise<CallRecord> {
    const random = this.#random;
    const { model } = this.#body;
    const count = 1 + random.below(3);
    const names = Array.from({ length: count }, () => (random.chance(2) ? 'timeout' : random.one(RETRYABLE)));
    const rejected = count < 3 && random.chance(40);
    if (rejected) names[count - 1] = random.one(REJECTED);
    if (!rejected && count < 3) return this.succeed(names);
    const { seconds, at, attempts } = await this.#send(names.map((name) => this.#planned(name)));
    const records = names.map((name, index) => ({
      ...failed(name, model, index === names.length - 1 ? 'final' : 'retried'),
      ...(attempts[index] as Timing),
    }));
    const { errorType, fault } = records.at(-1) as AttemptRecord & { errorType: string; fault: Fault };
    return {
      ...this.#base(),
      outcome: 'error',
      errorType,
      fault,
      exhausted: !rejected,
      attempts: records,
      seconds,
      at,
    };
  }

  /** A stream that begins well and breaks: the API has sent what the input was, and the output is not known. */
  async _break(): Promise<CallRecord> {
    const random = this.#random;
    const { model } = this.#body;
    const tokens = randomTokens(random);
    const name = random.one(Object.keys(BROKEN) as (keyof typeof BROKEN)[]);
    const [errorType, fault, exhausted, kind] = BROKEN[name];
    const options = { usage: usageOf(tokens, 0) };
    const plan = name === 'sseError' ? respond.sseError(errorType, 4, options) : respond[name](4, options);
    const { seconds, at, firstChunk, attempts } = await this.#send([step(plan)], {}, true);
    return {
      ...this.#base(),
      stream: true,
      outcome: 'error',
      errorType,
      fault,
      exhausted,
      attempts: [
        { model, status: '200', errorType, fault, kind, disposition: 'final', ...(attempts[0] as Timing) },
      ],
      served: { model, tokens: { ...tokens, output: 0, thinking: 0 }, searches: 0 },
      seconds,
      at,
      ...(firstChunk !== undefined && { firstChunk }),
    };
  }

  /** A key that the API does not know. */
  async _key(): Promise<CallRecord> {
    const { model } = this.#body;
    const error = { errorType: 'authentication_error', fault: 'config' } as const;
    const client = this.#caller.client.withOptions({ apiKey: 'rotated-key' });
    const { seconds, at, attempts } = await this.#send([], {}, this.#stream, client);
    return {
      ...this.#base(),
      outcome: 'error',
      ...error,
      attempts: [
        {
          model,
          status: '401',
          ...error,
          disposition: 'final',
          kind: 'authentication',
          ...(attempts[0] as Timing),
        },
      ],
      seconds,
      at,
    };
  }

  /** The application gives up. */
  async _abort(): Promise<CallRecord> {
    const abort = new AbortController();
    const sent = this.#server.sent.attempts;
    const call = this.#send([step(respond.hang())], { signal: abort.signal });
    // Not at its arrival: the server has yet to take what is planned for it.
    while (this.#server.sent.attempts === sent) await sleep(5);
    abort.abort();
    const { seconds, at, attempts } = await call;
    const attempt = { model: this.#body.model, disposition: 'canceled' as const, ...(attempts[0] as Timing) };
    return { ...this.#base(), outcome: 'canceled', attempts: [attempt], seconds, at };
  }

  #base() {
    const team = this.#team;
    return {
      model: this.#body.model,
      stream: this.#stream,
      exhausted: false,
      repeated: false,
      ...(team && { team }),
    };
  }

  #planned(name: string): Step {
    if (name === 'reset') return step(respond.resetConnection());
    if (name === 'timeout') return step(respond.hang(), TIMEOUT);
    if (this.#caller.kind !== 'sdk' || !this.#random.chance(15)) return step(respond.error(Number(name)));
    return step(respond.error(Number(name), { headers: { 'retry-after-ms': '300' } }), 0, 300);
  }

  async #send(
    steps: readonly Step[],
    options: object = {},
    stream = this.#stream,
    client = this.#caller.client,
  ) {
    const { model, content } = this.#body;
    const plan = steps.map(({ response }) => response);
    this.#server.plan(plan);
    const timeout = plan.some(({ kind }) => kind === 'silence') ? TIMEOUT : 60_000;
    let firstContent: number | undefined;
    const call = async () => {
      const messages = [{ role: 'user' as const, content }];
      const tools = [{ type: 'web_search_20260209' as const, name: 'web_search' as const }];
      const body = { model, max_tokens: 4096, messages, tools };
      const given = { timeout, ...options };
      if (!stream) return void (await client.messages.create(body, given));
      for await (const { type } of await client.messages.create({ ...body, stream: true }, given)) {
        if (type.startsWith('content_block')) firstContent ??= performance.now();
      }
    };
    this.#caller.wire.clear();
    const began = performance.now();
    await (this.#team ? withAttributes({ team: this.#team }, call) : call()).catch(() => {});
    const ended = performance.now();
    const { exchanges } = this.#caller.wire;
    if (exchanges.length !== Math.max(1, plan.length)) {
      const planned = JSON.stringify(plan);
      throw new Error(`the client sent ${exchanges.length} requests, ${ended - began} ms, for ${planned}`);
    }
    // The client begins an attempt before it calls `fetch`, and after the attempt before.
    const beganAfter = (index: number) => exchanges[index - 1]?.responded ?? began;
    const attempts = exchanges.map(({ began: start, responded = start }, index): Timing => {
      const next = exchanges[index + 1];
      const { took = 0, wait = 0 } = steps[index] ?? {};
      return {
        seconds: [took, ((next?.began ?? ended) - beganAfter(index)) / 1000],
        at: unix(next ? responded : ended),
        ...(next && { wait: [wait, (next.began - responded) / 1000] }),
      };
    });
    return {
      seconds: [
        sum(attempts.map(({ seconds: [took], wait: [wait] = [0] }) => took + wait)),
        (ended - began) / 1000,
      ] as const,
      at: unix(ended),
      attempts,
      ...(firstContent !== undefined && {
        firstChunk: [
          steps.at(-1)?.took ?? 0,
          (firstContent - beganAfter(exchanges.length - 1)) / 1000,
        ] as const,
      }),
    };
  }
}

/** A planned response, and how many seconds it and the wait after it take at least. */
interface Step {
  readonly response: PlannedResponse;
  readonly took: number;
  readonly wait: number;
}

function step(response: PlannedResponse, tookMs = 0, waitMs = 0): Step {
  // A timer may be a millisecond early.
  const seconds = (ms: number) => Math.max(0, ms - 2) / 1000;
  return { response, took: seconds(tookMs), wait: seconds(waitMs) };
}

type Timing = Pick<AttemptRecord, 'seconds' | 'at' | 'wait'>;

/** Unix seconds of a monotonic time. */
function unix(monotonic: number): number {
  return (Date.now() + monotonic - performance.now()) / 1000;
}

function failed(name: string, model: string, disposition: 'retried' | 'final') {
  const [errorType, fault, , kind] = FAILURES[name] as Failure;
  return { model, ...(hasStatus(name) && { status: name }), errorType, fault, kind, disposition };
}
