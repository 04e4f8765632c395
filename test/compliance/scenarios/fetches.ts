/** `fetch` functions of the application, and what else it does below the SDK. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientOptions } from '@anthropic-ai/sdk';
import { respond } from '../../../src/testing/index.ts';
import { all, outcome, type Scenario, scenarios, type World } from '../support/world.ts';

type Fetch = NonNullable<ClientOptions['fetch']>;

/** A `fetch` that fails with `problem`; the world remembers it. */
const failing =
  (problem: unknown, { synchronous = false, maxRetries = 0 } = {}): Scenario['use'] =>
  async ({ client, hello, thrown }) => {
    const fetch: Fetch = (() => {
      thrown.push(problem);
      if (synchronous) throw problem;
      return Promise.reject(problem);
    }) as Fetch;
    const one = client({ fetch, maxRetries });
    const caught = await outcome(one.messages.create(hello));
    return { caught, attempts: thrown.length };
  };

/** What `node-fetch` and the like return: the parts of a response that the SDK uses, and nothing else. */
const lookalike = (status: number, body: unknown, more: object = {}): unknown => ({
  status,
  ok: status < 400,
  url: 'http://localhost/v1/messages',
  statusText: '',
  headers: new Headers({ 'content-type': 'application/json', 'request-id': 'req_011CSHoEeqs5C35K2UUqR7Fy' }),
  body: null,
  bodyUsed: false,
  text: async () => JSON.stringify(body),
  json: async () => body,
  ...more,
});

const responding =
  (make: () => unknown): Scenario['use'] =>
  ({ client, hello }: World) =>
    outcome(client({ fetch: (async () => make()) as Fetch, maxRetries: 0 }).messages.create(hello));

const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', content: [], usage: { input_tokens: 1 } };
const REJECTION = { type: 'error', error: { type: 'invalid_request_error', message: 'no' } };
const noHeaders = (): never => {
  throw new Error('no headers today');
};

export const FETCHES: readonly Scenario[] = scenarios({
  'fetch that rejects': failing(new TypeError('fetch failed', { cause: new Error('ENETDOWN') }), {
    maxRetries: 1,
  }),
  'fetch that throws': failing(new TypeError('Failed to parse URL'), { synchronous: true }),
  'fetch that rejects with a frozen error': failing(Object.freeze(new Error('frozen'))),
  'fetch that rejects with an error of another class': failing(new (class Odd extends Error {})('odd')),
  'fetch that rejects with an abort that was not asked for': failing(new DOMException('gone', 'AbortError')),
  'fetch that rejects with a timeout of its own': failing(new Error('Request timed out')),
  'fetch that rejects with a string': failing('no network', { maxRetries: 1 }),
  'fetch that rejects with an object': failing({ code: 'ENETDOWN' }),
  'fetch that rejects with nothing': failing(undefined),
  'fetch that rejects with null': failing(null),
  'fetch that rejects with a hostile object': failing(
    new Proxy(new Error('hostile'), {
      get: (target, key) => (key === 'name' ? 'Hostile' : Reflect.get(target, key)),
    }),
  ),
  'fetch that gives a lookalike of a response': responding(() => lookalike(200, MESSAGE)),
  'fetch that gives a lookalike of an error': responding(() => lookalike(400, REJECTION)),
  'fetch that gives a lookalike with a Node stream as its body': responding(() =>
    lookalike(400, REJECTION, { body: { pipe() {}, on() {} } }),
  ),
  'fetch that gives a lookalike that cannot be cloned': responding(() =>
    lookalike(400, REJECTION, { body: new Response('{}').body, clone: noHeaders }),
  ),
  'fetch that gives headers which cannot be listed': responding(() =>
    lookalike(200, MESSAGE, {
      headers: { get: () => 'application/json', entries: () => [], [Symbol.iterator]: noHeaders },
    }),
  ),
  'fetch that gives an empty response': responding(() => new Response(null, { status: 204 })),
  'fetch that gives nothing': { anyMiddleware: true, use: responding(() => undefined) },
  'fetch that gives a response whose body is locked': {
    anyMiddleware: true,
    use: responding(() => {
      const response = Response.json(REJECTION, { status: 400 });
      response.body?.getReader();
      return response;
    }),
  },
  'fetch that gives a response whose body fails': responding(
    () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.error(new Error('the line is dead')),
        }),
        { status: 500, headers: { 'content-type': 'application/json' } },
      ),
  ),
  'fetch that gives an error body in slow pieces': responding(() => {
    const pieces = ['{"type":"error",', '"error":{"type":"api_error",', '"message":"slow"}}'];
    return new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          const piece = pieces.shift();
          if (piece === undefined) controller.close();
          else controller.enqueue(new TextEncoder().encode(piece));
        },
      }),
      { status: 400, headers: { 'content-type': 'application/json' } },
    );
  }),
  'fetch is called with what the SDK made': async ({ client, hello }) => {
    const calls: unknown[] = [];
    const fetch: Fetch = (url, init) => {
      calls.push([String(url), Object.keys(init ?? {}).sort(), init?.signal instanceof AbortSignal]);
      return globalThis.fetch(url, init);
    };
    await client({ fetch, fetchOptions: { keepalive: false } }).messages.create(hello);
    return calls;
  },
  'a dispatcher of the application': {
    plan: () => [respond.error(529)],
    use: async ({ client, hello }) => {
      await fetch('data:text/plain,warm').catch(() => {});
      const known = globalThis as unknown as Record<
        symbol,
        { constructor: new () => { dispatch(...args: unknown[]): boolean } }
      >;
      const Agent = known[Symbol.for('undici.globalDispatcher.1')]?.constructor;
      if (!Agent) return 'no dispatcher';
      let used = 0;
      const agent = new Agent();
      const { dispatch } = agent;
      agent.dispatch = (...args) => {
        used += 1;
        return dispatch.apply(agent, args);
      };
      await client({
        fetchOptions: { dispatcher: agent } as NonNullable<ClientOptions['fetchOptions']>,
      }).messages.create(hello);
      return used;
    },
  },
  "the application's own async context": {
    plan: () => [respond.error(529)],
    use: async ({ client, hello }) => {
      const storage = new AsyncLocalStorage<string>();
      const seen: (string | undefined)[] = [];
      await storage.run('mine', async () => {
        const fetch: Fetch = (url, init) => {
          seen.push(storage.getStore());
          return globalThis.fetch(url, init);
        };
        const one = client({ fetch });
        await one.messages.create(hello);
        seen.push(storage.getStore());
        for await (const _ of await one.messages.create({ ...hello, stream: true }))
          seen.push(storage.getStore());
        await all(one.messages.stream(hello).on('end', () => seen.push(storage.getStore())));
      });
      return [...seen, storage.getStore()];
    },
  },
});
