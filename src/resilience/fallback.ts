/** The policy that sends a call to another model or client when one fails. */
import { OTHER } from '../model/errors.ts';
import { expectFields, wrong } from './expect.ts';
import {
  bufferFailure,
  DECISION_HEADER,
  FAILURE_KINDS,
  type Failure,
  type FailureKind,
  readFailure,
  thrownFailure,
} from './failure.ts';
import { type Adapted, adaptRequest, type FallbackClient, type FallbackTarget } from './fallback-target.ts';
import { addHeader } from './local-response.ts';
import type { Middleware } from './middleware.ts';
import { createPolicy, type Passing, type PolicyOptions } from './policy.ts';
import { copyRequest } from './request-facts.ts';

/** Options of `fallback`. */
export interface FallbackOptions extends PolicyOptions {
  /** Where to fall back to, in order. */
  readonly chain: readonly FallbackTarget[];
  /**
   * The kinds of failures that use the chain. Failures of the key or the account use only other clients. If a target fails in
   * any way, the next one is tried.
   * @default all except `client`, because another model does not correct a wrong request
   */
  readonly on?: readonly FailureKind[];
}

/** The header of a response that a fallback served: its name. */
export const SERVED_BY_HEADER = 'anthropic-otel-served-by';

/** Kinds of failures that concern every model of a client. */
const OF_ACCOUNT: ReadonlySet<FailureKind> = new Set<FailureKind>(['authentication', 'billing']);

/**
 * Sends a failed message request to the next model or client of a chain after the previous one has used up its retries, or its circuit is
 * open. The response has the header `anthropic-otel-served-by`, and its `model` states which model served it. If all fail, the application
 * gets the first error. A stream that has started is not repeated.
 *
 * For refusals, the API's stop reason, use the SDK's own `betaRefusalFallbackMiddleware`.
 *
 * @throws TypeError for a wrong option
 *
 * @example
 * const chain = [{ model: 'claude-sonnet-5-5' }, { model: 'anthropic.claude-sonnet-5-5', client: new AnthropicBedrock() }];
 * new Anthropic({ maxRetries: 0, middleware: [fallback({ chain }), retry()] });
 */
export function fallback(options: FallbackOptions): Middleware {
  const on = checkOptions(options);
  return createPolicy('fallback', options, async (passing) => {
    const { request, facts, next } = passing;
    const { fields } = facts;
    if (facts.path !== '/v1/messages' || !fields || typeof request.body !== 'string') return next(request);
    passing.call.fallsBackOn = on;
    const first = await attempt(passing, () => next(request));
    if (!first.failure) return first.response;
    let { failure } = first;
    // Buffered, so that its connection is free while others are asked.
    const kept = first.response && (await bufferFailure(first.response));
    let tried = 0;
    let ownAccountFailed = OF_ACCOUNT.has(failure.kind);
    const chain = on.has(failure.kind) ? options.chain : [];
    for (const [index, target] of chain.entries()) {
      if (index === chain.length - 1) passing.call.fallsBackOn = undefined;
      const to = target.name ?? target.model;
      if (ownAccountFailed && !target.client) continue;
      const adapted = adaptRequest(fields, target);
      if (adapted.refused !== undefined) {
        passing.decide('fallback_rejected', `${to} cannot serve the request: ${adapted.refused}.`, {
          failure,
          to,
        });
        continue;
      }
      tried += 1;
      passing.decide('fallback', `${failure.errorType}: the call is sent to ${to}.`, { failure, to });
      const sent = await attempt(
        passing,
        () => send(passing, target, adapted.fields),
        target.client !== undefined,
      );
      if (!sent.failure) {
        passing.decide('fallback_served', `${to} served the call.`, { failure, to });
        return addHeader(sent.response, SERVED_BY_HEADER, encodeURIComponent(to));
      }
      void sent.response?.body?.cancel().catch(() => {});
      failure = sent.failure;
      if (failure === BROKEN)
        passing.decide('fallback_rejected', `${to} cannot serve the request: its client threw.`, {
          failure,
          to,
        });
      if (!target.client) ownAccountFailed ||= OF_ACCOUNT.has(failure.kind);
    }
    if (tried > 0) {
      passing.decide('fallback_exhausted', 'Every fallback failed too.', { failure: first.failure });
      kept?.headers.set(DECISION_HEADER, 'fallback_exhausted');
    }
    if (!kept) throw first.thrown;
    return kept;
  });
}

/** What came of asking one model or client. */
type Sent =
  | { readonly failure?: never; readonly response: Response; readonly thrown?: never }
  | { readonly failure: Failure; readonly response?: Response; readonly thrown?: unknown };

/** A client of the chain threw an error of its own, not one of the API or the network. The application does not have to handle it. */
const BROKEN: Failure = { kind: 'connection', errorType: OTHER, local: false };

async function attempt(
  { call, clock }: Passing,
  send: () => Promise<Response>,
  elsewhere = false,
): Promise<Sent> {
  try {
    const response = await send();
    return response.ok ? { response } : await readFailure(response, clock.now());
  } catch (thrown) {
    const failure = call.ended ? undefined : (thrownFailure(thrown) ?? (elsewhere ? BROKEN : undefined));
    if (!failure) throw thrown;
    return { failure, thrown };
  }
}

function send(
  { request, facts, call, next }: Passing,
  { model, client }: FallbackTarget,
  fields: Extract<Adapted, { fields: object }>['fields'],
): Promise<Response> {
  if (client) return sendElsewhere(client, call, request.headers, fields);
  const copy = copyRequest(request, { body: JSON.stringify(fields) }, { ...facts, model, fields });
  return next(copy);
}

async function sendElsewhere(
  client: FallbackClient,
  { options, signal }: Passing['call'],
  headers: Headers,
  body: object,
): Promise<Response> {
  const betas = headers.get('anthropic-beta');
  try {
    return await client
      .request({
        method: 'post',
        path: options.path ?? '/v1/messages',
        body,
        ...(options.stream === true && { stream: true }),
        ...(betas !== null && { headers: { 'anthropic-beta': betas } }),
        ...(signal && { signal }),
        ...(options.timeout !== undefined && { timeout: options.timeout }),
      })
      .asResponse();
  } catch (error) {
    const {
      status,
      headers: sent,
      error: envelope,
    } = error as { status?: unknown; headers?: unknown; error?: unknown };
    if (typeof status !== 'number' || !(sent instanceof Headers)) throw error;
    return new Response(JSON.stringify(envelope ?? {}), { status, headers: sent });
  }
}

function checkOptions(options: FallbackOptions): ReadonlySet<FailureKind> {
  expectFields('fallback', options, ['chain', 'on', 'onDecision', 'clock']);
  const { chain, on = FAILURE_KINDS.filter((kind) => kind !== 'client') } = options;
  if (!Array.isArray(chain) || chain.length === 0)
    throw wrong('fallback.chain', 'a list of at least one target', chain);
  for (const [index, target] of chain.entries()) {
    const name = `fallback.chain[${index}]`;
    expectFields(name, target, ['model', 'client', 'name', 'params', 'unsupported']);
    if (typeof target.model !== 'string') throw wrong(`${name}.model`, 'the name of a model', target.model);
    if (target.client !== undefined && typeof target.client?.request !== 'function') {
      throw wrong(`${name}.client`, 'a client of the SDK', target.client);
    }
  }
  for (const kind of on) {
    if (!FAILURE_KINDS.includes(kind))
      throw wrong('fallback.on', `a list of ${FAILURE_KINDS.join(', ')}`, kind);
  }
  return new Set(on);
}
