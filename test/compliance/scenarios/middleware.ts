/** Middleware of the application, well-behaved and otherwise. */
import type { Middleware } from '@anthropic-ai/sdk';
import { type PlannedResponse, respond } from '../../../src/testing/index.ts';
import { all, outcome, type Scenario, scenarios } from '../support/world.ts';

const withMiddleware = (
  middleware: Middleware,
  plan: readonly PlannedResponse[] = [respond.error(529)],
  maxRetries = 2,
): Omit<Scenario, 'name'> => ({
  plan: () => plan,
  use: async ({ client, hello }) => {
    const one = client({ middleware: [middleware], maxRetries });
    return {
      json: await outcome(one.messages.create(hello)),
      stream: await outcome(one.messages.create({ ...hello, stream: true }).then(all)),
    };
  },
});

const REJECTED = [respond.error(400), respond.error(400)];
const CACHED = { id: 'msg_cached', type: 'message', role: 'assistant', content: [], usage: {} };

/** Throws something that is no error, as JavaScript allows. */
function throwAnything(value: unknown): never {
  throw value;
}

export const MIDDLEWARE: readonly Scenario[] = scenarios({
  'middleware that passes on': withMiddleware((request, next) => next(request)),
  'middleware that repeats a failed request': withMiddleware(async (request, next) => {
    const response = await next(request);
    return response.ok ? response : next(request);
  }),
  'middleware that repeats a good request': withMiddleware(async (request, next) => {
    await (await next(request)).text();
    return next(request);
  }, []),
  'middleware that sends two requests at once': withMiddleware(async (request, next) => {
    const [first, second] = await Promise.all([next(request), next(request)]);
    await second.body?.cancel();
    return first;
  }, []),
  'middleware that replaces the response': withMiddleware(async (request, next) => {
    const response = await next(request);
    const text = await response.text();
    return new Response(text.replaceAll('claude', 'clawed'), {
      status: response.status,
      headers: response.headers,
    });
  }),
  'middleware that turns a failure into a response': withMiddleware(async (request, next) => {
    const response = await next(request);
    return response.ok ? response : Response.json(CACHED);
  }, REJECTED),
  'middleware that turns a response into a failure': withMiddleware(async (request, next) => {
    await next(request);
    return Response.json(
      { type: 'error', error: { type: 'overloaded_error', message: 'no' } },
      { status: 529, headers: { 'retry-after-ms': '1' } },
    );
  }, []),
  'middleware that responds itself': withMiddleware(async () => Response.json(CACHED), []),
  'middleware that throws': withMiddleware(() => throwAnything(new RangeError('no calls on Sundays')), []),
  'middleware that rejects': withMiddleware(async () => throwAnything(new RangeError('no calls today')), []),
  'middleware that throws after a response': withMiddleware(async (request, next) => {
    await next(request);
    throw new RangeError('not good enough');
  }),
  'middleware that throws a string': withMiddleware(() => throwAnything('no'), []),
  'middleware that throws nothing': withMiddleware(async () => throwAnything(undefined), []),
  'middleware that throws an abort of its own': withMiddleware(
    async () => throwAnything(new DOMException('mine', 'AbortError')),
    [],
    0,
  ),
  'middleware that changes the request': withMiddleware((request, next) => {
    request.headers.set('x-mine', 'yes');
    return next({ ...request, url: `${request.url}?changed=1` });
  }),
  'middleware that reads a copy of the body': withMiddleware(async (request, next) => {
    const response = await next(request);
    await response.clone().text();
    return response;
  }, REJECTED),
  'middleware that parses by its context': withMiddleware(async (request, next, context) => {
    const response = await next(request);
    if (!response.ok) await context.parse(response);
    return response;
  }, REJECTED),
  'middleware that reads the body away': withMiddleware(async (request, next) => {
    const response = await next(request);
    await response.text();
    return response;
  }, REJECTED),
  'middleware that cancels the body': withMiddleware(async (request, next) => {
    const response = await next(request);
    await response.body?.cancel();
    return response;
  }, REJECTED),
  'middleware that returns no response': withMiddleware(async () => undefined as unknown as Response, []),
  'middleware given per request': {
    plan: () => [respond.error(529)],
    use: async ({ client, hello }) => {
      const seen: string[] = [];
      const watch: Middleware = (request, next) => {
        seen.push(String(request.method));
        return next(request);
      };
      await client().messages.create(hello, { middleware: [watch] });
      return seen;
    },
  },
  'middleware in a frozen list': async ({ client, hello }) => {
    const middleware = Object.freeze([((request, next) => next(request)) satisfies Middleware]);
    await client({ middleware: middleware as unknown as Middleware[] }).messages.create(hello);
    return middleware.length;
  },
  'middleware that is no list': async ({ client, hello }) =>
    outcome((async () => client({ middleware: 'none' as unknown as Middleware[] }).messages.create(hello))()),
});
