/** What happens in one session, decided before it begins: what an application does and what the wire sends. Plain data. */
import type { MethodName } from './methods.ts';

/** Where the bytes of a reply stop for a while: before the given segment of the body. */
export interface Hold {
  readonly segment: number;
  /** In milliseconds, or until the client closes the connection. */
  readonly until: number | 'closed';
}

/** What the server makes of one request. */
export interface Reply {
  /** What arrives of status line and headers. `hints`: a head of 103 before them. `huge`: more than the client reads. */
  readonly head: 'whole' | 'hints' | 'none' | 'reset' | 'cut' | 'huge' | 'no-http' | 'hang';
  readonly status: number;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  /**
   * How the end of the body is marked. `long` and `short` state more or fewer bytes than there are. `flushed` is gzip that comes in
   * segments.
   */
  readonly framing:
    | 'length'
    | 'chunked'
    | 'close'
    | 'trailers'
    | 'gzip'
    | 'br'
    | 'deflate'
    | 'zstd'
    | 'flushed'
    | 'long'
    | 'short'
    | 'cut-chunk'
    | 'bad-chunk'
    | 'bad-gzip'
    | 'bad-br';
  /** The body in segments, such as events. */
  readonly body: readonly string[];
  /** Where else the bytes are cut into pieces, modulo their number. */
  readonly cuts: readonly number[];
  readonly hold?: Hold | undefined;
  /** Whether the connection stays open for other requests, where it can: see `keepsOpen`. */
  readonly keep?: boolean | undefined;
}

/** When the application aborts a call: always while the SDK can do nothing but wait. */
export interface Abort {
  /**
   * `headers`: the SDK waits for those of the attempt. `retry`: for the time of its retry. `body`: for the rest of its body.
   * `event`: so many events of it were read. `after`: the call is over.
   */
  readonly at: 'before' | 'headers' | 'retry' | 'body' | 'event' | 'after';
  /** The attempt, or the number of events. */
  readonly number: number;
  /** What with: a signal and its reason, or at an event the controller of the stream. */
  readonly by: 'signal' | 'any' | 'error' | 'timeout' | 'text' | 'controller';
}

/** What the application's middleware does to the requests of a call. */
export type MiddlewareAct =
  | 'pass'
  | 'replay'
  | 'fall-back'
  | 'throw-before'
  | 'throw-after'
  | 'throw-once'
  | 'short-circuit'
  | 'short-circuit-529'
  | 'replace'
  | 'pipe'
  | 'text'
  | 'parse'
  | 'clone'
  | 'peek'
  | 'consume'
  | 'rescue'
  | 'demote'
  | 'rewrite'
  | 'hold';

/** One call of the application. */
export interface CallPlan {
  readonly method: MethodName;
  /** What the messages of its request hold. */
  readonly content: 'plain' | 'tricky' | 'big' | 'tools';
  readonly take: 'await' | 'as-response' | 'with-response' | 'both';
  /** How a response is read that is not given whole. `throw`: the application throws while it reads. */
  readonly read:
    | ('all' | 'break' | 'throw' | 'unread' | 'twice' | 'clone' | 'tee' | 'readable')
    | ('json' | 'bytes' | 'blob' | 'byob' | 'reader' | 'pipe' | 'release');
  /** The number of events after which the application leaves the loop. */
  readonly breakAfter: number;
  readonly act: MiddlewareAct;
  /** Whether a middleware of this request alone calls `next` twice. */
  readonly nextTwice: boolean;
  readonly maxRetries?: number | undefined;
  /** Whether the request has no headers that name the SDK, as some gateways want it. */
  readonly nameless: boolean;
  /** The client: the session's own, or a copy by `withOptions` with so many retries. */
  readonly copy?: number | undefined;
  readonly abort?: Abort | undefined;
  /** The replies to its attempts. Whatever comes after them gets a good response. */
  readonly replies: readonly Reply[];
}

/** A platform whose client sends what the SDK's does. */
export type Platform = 'vertex' | 'foundry' | 'mantle';

/** One client and its calls. */
export interface Session {
  readonly way: 'withTelemetry' | 'observe' | 'both';
  readonly maxRetries?: number | undefined;
  readonly middleware: boolean;
  /** What the client sends with: the default, a `fetch` of the application, or a dispatcher. */
  readonly fetch: 'default' | 'given' | 'request' | 'wrapped' | 'dispatcher';
  /** The path of the gateway before the API's own. */
  readonly path: '' | '/gateway/anthropic' | '/v1/messages/';
  /** The class of the client: that of the SDK, one of the application that extends it, or that of a platform. */
  readonly client: 'plain' | 'own' | Platform;
  /** Whether the calls are made at the same time. */
  readonly parallel: boolean;
  readonly calls: readonly CallPlan[];
}

/** How long a client waits for headers where a reply never has any, in milliseconds. */
export const TIMEOUT = 2000;

/** Whether the SDK's own timeout ends an attempt of `plan`. */
export function timesOut({ replies, abort }: CallPlan): boolean {
  return abort?.at !== 'headers' && replies.some(({ head }) => head === 'hang');
}

/** Framings in which the client sees the end of the body by itself. */
const SELF_DELIMITING: ReadonlySet<Reply['framing']> = new Set([
  ...(['length', 'chunked', 'trailers', 'gzip', 'br', 'deflate', 'zstd', 'flushed'] as const),
]);

/** Whether the client closes the connection after `reply`. */
export function isSelfDelimiting({ framing }: Reply): boolean {
  return SELF_DELIMITING.has(framing);
}

/** Whether the connection stays open after `reply`: no byte may be left over, which would be read as the next response. */
export function keepsOpen(reply: Reply): boolean {
  return reply.keep === true && isSelfDelimiting(reply) && ![204, 205, 304].includes(reply.status);
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether `fetch` itself takes `reply` for a redirect. */
export function redirects({ status, headers }: Reply): boolean {
  return REDIRECTS.has(status) && headers.some(([name]) => name === 'location');
}

/** Whether `fetch` follows it, with another request. It fails on other protocols. */
export function isFollowed(reply: Reply): boolean {
  return redirects(reply) && !reply.headers.some(([, value]) => value.startsWith('ftp:'));
}
