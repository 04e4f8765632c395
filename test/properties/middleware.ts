/** Middleware that an application may have: what it does to a request, the request states itself. */
import type { Middleware } from '@anthropic-ai/sdk';
import type { MiddlewareAct } from './plan.ts';

type MiddlewareRequest = Parameters<Middleware>[0];

/** The header that states what the client's middleware does. */
export const ACT_HEADER = 'x-property-act';

const MESSAGE = {
  id: 'msg_own',
  type: 'message',
  role: 'assistant',
  model: 'claude-own',
  content: [],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 4 },
};

/** The middleware of a client. `connectionError` makes an error of the kind that the SDK retries. */
export function createMiddleware(connectionError: () => Error): Middleware {
  return async (request, next, context) => {
    const act = request.headers.get(ACT_HEADER) as MiddlewareAct;
    if (act === 'throw-before') throw new RangeError('from middleware, before');
    if (act === 'throw-once' && request.headers.get('x-stainless-retry-count') === '0')
      throw connectionError();
    if (act === 'short-circuit') return Response.json(MESSAGE);
    if (act === 'short-circuit-529') {
      return Response.json({ type: 'error' }, { status: 529, headers: { 'retry-after-ms': '2' } });
    }
    if (act === 'rewrite') return next(rewritten(request));
    const response = await (act === 'rescue'
      ? next(request).catch(() => Response.json(MESSAGE))
      : next(request));
    switch (act) {
      case 'throw-after':
        throw new RangeError('from middleware, after');
      case 'rescue':
        return response.ok ? response : Response.json(MESSAGE);
      case 'demote':
        return response.ok
          ? Response.json({ type: 'error' }, { status: 529, headers: { 'retry-after-ms': '2' } })
          : response;
      case 'replay':
        return response.status >= 500 || response.status === 429 ? next(request) : response;
      case 'fall-back':
        if (response.ok || typeof request.body !== 'string' || !request.body.includes('"model":'))
          return response;
        return next({ ...request, body: fallback(request.body) });
      case 'replace':
        return replaced(response, response.body);
      case 'pipe':
        return replaced(response, response.body?.pipeThrough(new TransformStream()));
      case 'text':
        return response.body ? replaced(response, await response.text()) : response;
      case 'peek': {
        const reader = response.clone().body?.getReader();
        await reader?.read().catch(() => {});
        // The copy is only canceled when the response is, too.
        void reader?.cancel().catch(() => {});
        return response;
      }
      case 'parse':
        // What is parsed is a copy; that it cannot be parsed is for the client to find.
        await context.parse(response).catch(() => {});
        return response;
      // What the SDK cannot read any more.
      case 'consume':
        await response.text().catch(() => {});
        return response;
      case 'hold':
        response.body?.getReader();
        return response;
      case 'clone':
        await response
          .clone()
          .text()
          .catch(() => {});
        return response;
      default:
        return response;
    }
  };
}

/** The same request with a query, and with a body and a signal of its own. */
function rewritten(request: MiddlewareRequest): MiddlewareRequest {
  const { body, signal } = request;
  const url = new URL(request.url);
  url.searchParams.set('gateway', '1');
  return {
    ...request,
    url: url.href,
    ...(typeof body === 'string' && { body: JSON.stringify(JSON.parse(body), null, 1) }),
    ...(signal && { signal: AbortSignal.any([signal, new AbortController().signal]) }),
  };
}

/** What the name of a model ends with that middleware falls back to. */
export const FALLBACK = '-fallback';

function fallback(body: unknown): string {
  const fields = JSON.parse(String(body)) as { model: string };
  return JSON.stringify({ ...fields, model: `${fields.model}${FALLBACK}` });
}

function replaced(response: Response, body: BodyInit | null | undefined): Response {
  const { status, headers } = response;
  // A response of such a status has no body.
  return [204, 205, 304].includes(status) ? response : new Response(body ?? null, { status, headers });
}

/** A middleware of one request that sends it twice. */
export const twice: Middleware = async (request, next) => {
  await next(request);
  return next(request);
};
