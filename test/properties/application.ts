/** The application: makes the calls of a session, and notes what it gets. It knows nothing of telemetry. */
import { setTimeout as wait } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import type { APIPromise } from '@anthropic-ai/sdk';
import { type Body, METHODS } from './methods.ts';
import { ACT_HEADER, twice } from './middleware.ts';
import type { Abort, CallPlan } from './plan.ts';
import { TIMEOUT, timesOut } from './plan.ts';
import { readResponse } from './reads.ts';
import { seen } from './seen.ts';
import { CALL_HEADER } from './server.ts';

/** How long after an attempt the SDK does nothing but wait, in milliseconds. */
const GRACE = 60;

/** The longest that a call takes, in milliseconds. */
const PATIENCE = 15_000;

/** How long it waits for what it has left, in milliseconds. Middleware with a copy of the response can make that forever. */
const PARTING = 2000;

/** What the application throws while it reads. */
const ENOUGH = new RangeError('read enough');

const REASONS: Readonly<Record<Abort['by'], unknown>> = {
  signal: undefined,
  any: undefined,
  controller: undefined,
  error: new RangeError('not needed any more'),
  timeout: new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
  text: 'enough',
};

const CONTENTS: Readonly<Record<CallPlan['content'], string>> = {
  plain: 'Hello',
  tricky: '{"model":"inner","stream":true} \\" Grüße 世界 🤖 \ud800 \u2028 \u0000 "max_tokens":1}]',
  tools: 'Search',
  big: 'Lorem ipsum "dolor" '.repeat(15_000),
};

const NAMELESS = {
  'x-stainless-retry-count': null,
  'user-agent': null,
};

/** What a request of the application's own `fetch` came to. */
export interface Fetched {
  status: number | undefined;
}

/** What the application notes of a call. */
export interface Noted {
  /** What it got, as plain data: values, events, errors. */
  readonly got: unknown[];
  /** How the call ended for it. `left`: it broke off or never read. `hung`: not at all. */
  end: 'returned' | 'threw' | 'left' | 'hung';
  /** Whether it was given the response itself, by `asResponse`. */
  responded: boolean;
  /** Whether it aborted the call before that end. */
  aborted: boolean;
  /** Whether it got a whole stream, to its last event. */
  stopped: boolean;
  /** The usage that it got last. */
  usage: Record<string, unknown> | undefined;
  /** What its own `fetch` gave for each request, where it has one. */
  readonly fetched: Fetched[];
}

/** A stream of the SDK. */
interface Stream extends AsyncIterable<unknown> {
  readonly controller: AbortController;
  tee(): [Stream, Stream];
  toReadableStream(): ReadableStream;
}

async function readAll(stream: AsyncIterable<unknown>, events: unknown[]): Promise<void> {
  for await (const event of stream) events.push(event);
}

/** A call of the application that is under way. */
export class ApplicationCall {
  readonly noted: Noted = {
    got: [],
    end: 'returned',
    responded: false,
    aborted: false,
    stopped: false,
    usage: undefined,
    fetched: [],
  };
  readonly #plan: CallPlan;
  readonly #id: string;
  readonly #model: string;
  readonly #middleware: boolean;
  readonly #controller = new AbortController();
  readonly #left = new AbortController();
  #over = false;

  /** `middleware`: whether the SDK has any. */
  constructor(plan: CallPlan, id: string, model: string, middleware: boolean) {
    this.#plan = plan;
    this.#id = id;
    this.#model = model;
    this.#middleware = middleware;
  }

  /** The server got attempt `number`. */
  attempted(number: number): void {
    const { abort } = this.#plan;
    if (abort?.number !== number || !['headers', 'retry', 'body'].includes(abort.at)) return;
    void wait(GRACE).then(() => this.#abort());
  }

  /** Makes the call with `client`, to its end. Never throws. */
  async run(client: Anthropic): Promise<void> {
    const { copy } = this.#plan;
    if (this.#plan.abort?.at === 'before') this.#abort();
    const late = new AbortController();
    try {
      await Promise.race([
        this.#use(copy === undefined ? client : client.withOptions({ maxRetries: copy })),
        this.#hang(late.signal),
      ]);
    } catch (error) {
      if (error !== ENOUGH) {
        this.noted.end = 'threw';
        this.noted.got.push({ thrown: seen(error) });
      }
    }
    late.abort();
    this.#over = true;
    if (this.#plan.abort?.at === 'after') this.#controller.abort();
  }

  /** Resolves when the application has waited too long, also for what it has left. */
  async #hang(over: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([over, this.#left.signal]);
    await wait(PATIENCE, undefined, { signal }).catch(() => wait(PARTING, undefined, { signal: over }));
    if (this.noted.end === 'left') this.noted.got.push('hung');
    else this.noted.end = 'hung';
  }

  #leave(): void {
    this.noted.end = 'left';
    this.#left.abort();
  }

  #abort(): void {
    if (this.#over) return;
    this.noted.aborted = true;
    if (this.#plan.abort?.by === 'controller' && this.#plan.abort.at === 'event') return;
    this.#controller.abort(REASONS[this.#plan.abort?.by ?? 'signal']);
  }

  #signal(): AbortSignal {
    const { signal } = this.#controller;
    return this.#plan.abort?.by === 'any' ? AbortSignal.any([signal, new AbortController().signal]) : signal;
  }

  #options(): Anthropic.RequestOptions {
    const { maxRetries, nextTwice, act, nameless } = this.#plan;
    return {
      headers: { [CALL_HEADER]: this.#id, [ACT_HEADER]: act, ...(nameless && NAMELESS) },
      ...(this.#plan.abort && { signal: this.#signal() }),
      ...(maxRetries !== undefined && { maxRetries }),
      ...(timesOut(this.#plan) && { timeout: TIMEOUT }),
      ...(nextTwice && this.#middleware && { middleware: [twice] }),
    };
  }

  async #use(client: Anthropic): Promise<void> {
    const { method, content } = this.#plan;
    const messages: Body['messages'] = [{ role: 'user', content: CONTENTS[content] }];
    const { gives, call } = METHODS[method];
    const body = {
      ...(content === 'plain' ? { model: this.#model, messages } : { messages, model: this.#model }),
      ...(content === 'tools' && {
        tools: [{ type: 'web_search_20250305' as const, name: 'web_search' as const }],
      }),
    };
    const made = call(client, body, this.#options());
    if (gives === 'helper') return this.#readHelper(made as ReturnType<Anthropic['messages']['stream']>);
    if (gives === 'runner')
      return this.#readValue(await (made as { runUntilDone(): unknown }).runUntilDone());
    return this.#take(made as APIPromise<unknown>);
  }

  async #take(promise: APIPromise<unknown>): Promise<void> {
    if (this.#plan.take === 'as-response') return this.#readResponse(await promise.asResponse());
    if (this.#plan.take === 'with-response') {
      const { data, response, request_id } = await promise.withResponse();
      this.noted.got.push({ status: response.status, headers: [...response.headers.keys()], request_id });
      return this.#readValue(data);
    }
    if (this.#plan.take === 'both') {
      const response = await promise.asResponse();
      this.noted.responded = true;
      this.noted.got.push({ status: response.status, used: response.bodyUsed });
    }
    return this.#readValue(await promise);
  }

  async #readResponse(response: Response): Promise<void> {
    const { got } = this.noted;
    this.noted.responded = true;
    got.push({ status: response.status, headers: [...response.headers.keys()], used: response.bodyUsed });
    await readResponse(response, this.#plan.read, got, (how) =>
      how === 'left' ? this.#leave() : this.#enough(),
    );
  }

  async #readValue(value: unknown): Promise<void> {
    if (value instanceof Response) return this.#readResponse(value);
    if (METHODS[this.#plan.method].gives === 'list') {
      for await (const item of value as AsyncIterable<unknown>) this.noted.got.push(seen(item));
      return;
    }
    if (typeof value === 'object' && value !== null && Symbol.asyncIterator in value) {
      return this.#readStream(value as Stream);
    }
    this.noted.got.push(seen(value));
    this.noted.usage = (value as { usage?: Record<string, unknown> } | null | undefined)?.usage;
    return undefined;
  }

  /** The helper reads by itself, whether the application reads it or not. */
  async #readHelper(stream: ReturnType<Anthropic['messages']['stream']>): Promise<void> {
    if (this.#plan.read !== 'unread') await this.#readEvents(stream);
    if (this.noted.end !== 'left') this.#note({ type: 'message_stop', message: await stream.finalMessage() });
  }

  async #readStream(stream: Stream): Promise<void> {
    const { read } = this.#plan;
    if (read === 'unread') return this.#leave();
    if (read === 'tee') {
      const [left, right] = stream.tee();
      const events: unknown[] = [];
      const [first, second] = await Promise.allSettled([this.#readEvents(left), readAll(right, events)]);
      this.noted.got.push(events.length, second.status);
      if (first.status === 'rejected') throw first.reason;
      return;
    }
    if (read === 'readable') {
      const lines = (await new Response(stream.toReadableStream()).text()).split('\n').filter(Boolean);
      for (const line of lines) this.#note(JSON.parse(line) as Record<string, unknown>);
      return;
    }
    await this.#readEvents(stream);
    if (read !== 'twice') return;
    // A stream that was read has nothing more to give, or fails.
    await this.#readEvents(stream).catch((error: unknown) => this.noted.got.push({ again: seen(error) }));
  }

  #enough(): void {
    this.#leave();
    throw ENOUGH;
  }

  async #readEvents(stream: AsyncIterable<unknown>): Promise<void> {
    const { read, breakAfter, abort } = this.#plan;
    let count = 0;
    for await (const event of stream) {
      this.#note(event as Record<string, unknown>);
      count += 1;
      if (abort?.at === 'event' && abort.number === count) {
        this.#abort();
        if (abort.by === 'controller') (stream as Stream).controller.abort();
      }
      if (read === 'throw' && breakAfter === count) this.#enough();
      if (read === 'break' && breakAfter === count) {
        this.#leave();
        break;
      }
    }
  }

  #note(event: Record<string, unknown>): void {
    this.noted.got.push(seen(event));
    const { type, message, usage } = event as Record<string, { usage?: object } | undefined>;
    const stated = { message_start: message?.usage, message_stop: message?.usage, message_delta: usage }[
      String(type)
    ];
    // A delta changes the usage of the Message that was started before it.
    if (stated && (event['type'] !== 'message_delta' || this.noted.usage)) {
      this.noted.usage = { ...this.noted.usage, ...stated };
      // What `message_start` has of the output is a placeholder.
      if (event['type'] === 'message_delta')
        this.noted.usage['output_tokens'] = Reflect.get(stated, 'output_tokens');
    }
    if (event['type'] === 'message_stop') this.noted.stopped = true;
  }
}
