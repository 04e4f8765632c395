/** What happens in one session, decided before it begins: what an application does and what the wire sends. Plain data. */

/** Where the bytes of a reply stop for a while: before the given segment of the body. */
export interface Hold {
  readonly segment: number;
  /** In milliseconds, or until the client closes the connection. */
  readonly until: number | 'closed';
}

/** What the server makes of one request. */
export interface Reply {
  /** What arrives of status line and headers. */
  readonly head: 'whole' | 'none' | 'reset' | 'cut' | 'no-http' | 'hang';
  readonly status: number;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  /** How the end of the body is marked. `long` and `short` state more or fewer bytes than there are. */
  readonly framing:
    | 'length'
    | 'chunked'
    | 'close'
    | 'gzip'
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
}

/** When the application aborts a call: always while the SDK can do nothing but wait. */
export interface Abort {
  /**
   * `headers`: the SDK waits for those of the attempt. `retry`: for the time of its retry. `body`: for the rest of its body.
   * `event`: so many events of it were read.
   */
  readonly at: 'before' | 'headers' | 'retry' | 'body' | 'event';
  /** The attempt, or the number of events. */
  readonly number: number;
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
  | 'parse'
  | 'clone';

/** One call of the application. */
export interface CallPlan {
  readonly method: 'create' | 'create-stream' | 'stream' | 'count-tokens' | 'post';
  readonly take: 'await' | 'as-response' | 'with-response';
  /** How a response is read that is not given whole. */
  readonly read: 'all' | 'break' | 'unread' | 'twice' | 'clone';
  /** The number of events after which the application leaves the loop. */
  readonly breakAfter: number;
  readonly act: MiddlewareAct;
  /** Whether a middleware of this request alone calls `next` twice. */
  readonly nextTwice: boolean;
  readonly maxRetries?: number | undefined;
  /** The client: the session's own, or a copy by `withOptions` with so many retries. */
  readonly copy?: number | undefined;
  readonly abort?: Abort | undefined;
  /** The replies to its attempts. Whatever comes after them gets a good response. */
  readonly replies: readonly Reply[];
}

/** One client and its calls. */
export interface Session {
  readonly way: 'withTelemetry' | 'observe' | 'both';
  readonly maxRetries?: number | undefined;
  readonly middleware: boolean;
  readonly customFetch: boolean;
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
