/** What telemetry has to record of a call, from what the server and the application know of it alone. */
import type { Noted } from './application.ts';
import { isStream, METHODS } from './methods.ts';
import { FALLBACK } from './middleware.ts';
import { isFollowed, type Reply, timesOut } from './plan.ts';
import type { CallRun, Sdk } from './run.ts';
import type { WireAttempt } from './server.ts';

/** What is to be recorded of a call. Where more than one thing is right, all of them. */
export interface Expected {
  /** Whether the call may go unrecorded: nothing of it reached a place where its SDK can be observed. */
  readonly optional: boolean;
  readonly outcomes: readonly Outcome[];
  /** For each attempt on the wire, what may be recorded of it, as `status disposition`, with `fallback` for another model. */
  readonly attempts: ReadonlyArray<readonly string[]>;
  readonly exhausted: ReadonlyArray<0 | 1>;
  /** Tokens, where they are certain. */
  readonly tokens: { readonly input: number; readonly output: number } | undefined;
}

type Outcome = 'ok' | 'error' | 'canceled';

/** What is to be recorded of `run`. */
export function expectedOf(sdk: Sdk, { wire, ...rest }: CallRun): Expected {
  const attempts = wire.flatMap((attempt, index) => {
    const before = wire[index - 1];
    // What a redirect is followed by belongs to the same attempt, as which it was sent.
    const { request, body } = before && isFollowed(before.reply) ? before : attempt;
    const goesOn = isFollowed(attempt.reply) && index < wire.length - 1;
    return goesOn ? [] : [{ ...attempt, request, body }];
  });
  const run = { ...rest, wire: attempts };
  const outcomes = outcomesOf(sdk, run);
  return {
    optional: (!sdk.spans || METHODS[run.plan.method].untraced === true) && run.wire.length === 0,
    outcomes,
    attempts: attempts.map((attempt, index) => {
      const statuses = statusesOf(run, attempt, index);
      const last = index === attempts.length - 1;
      return statuses.flatMap((status) =>
        (last ? lastDispositions(run, status, outcomes) : [followed(status)]).map(
          (each) => `${status ?? 'none'} ${each}${fallsBack(run, attempt) ? ' fallback' : ''}`,
        ),
      );
    }),
    exhausted: exhaustedOf(run, outcomes),
    tokens: outcomes.length === 1 && outcomes[0] === 'ok' ? tokensOf(sdk, run) : undefined,
  };
}

/** Whether the request names the other model, in its body or on platforms in its path. */
function fallsBack({ plan }: CallRun, { request, body }: WireAttempt): boolean {
  return METHODS[plan.method].recordedAs === undefined && `${request} ${body}`.includes(FALLBACK);
}

/** Framings that can break a reply before the client has made out its headers. */
const BREAKING: ReadonlySet<Reply['framing']> = new Set([
  'long',
  'cut-chunk',
  'bad-chunk',
  'bad-gzip',
  'bad-br',
]);

/** The status that the client saw: as the application's own `fetch` saw it, or else as the server did. */
function statusesOf(
  { plan, noted }: CallRun,
  attempt: WireAttempt,
  index: number,
): Array<number | undefined> {
  const fetched = noted.fetched[index];
  if (fetched) return [fetched.status];
  const { status, reply } = attempt;
  return status !== undefined && (BREAKING.has(reply.framing) || timesOut(plan))
    ? [status, undefined]
    : [status];
}

function outcomesOf(sdk: Sdk, { plan, noted, wire }: CallRun): Outcome[] {
  // An SDK with call spans ends the call when it hands out the response; the others, when its body is read.
  if (noted.responded) {
    if (noted.aborted) return ['ok', 'canceled'];
    return noted.end === 'left' ? ['ok', 'canceled', 'error'] : ['ok', 'error'];
  }
  if (noted.aborted) return ['canceled'];
  // What never ends is canceled with its process. Its stream may have been read, and have failed, before the application hears of it.
  const traced = sdk.spans && METHODS[plan.method].untraced !== true;
  const reply = wire.at(-1)?.reply;
  if (noted.end === 'hung') {
    return !traced && has(reply, STOP) ? ['canceled', 'error', 'ok'] : ['canceled', 'error'];
  }
  // The newest SDK reads an event by the type in its data. Where it makes no span, only the name is seen.
  if (sdk.spans && !traced && has(reply, ODD_NAME)) return ['ok', 'error', 'canceled'];
  if (noted.end === 'threw') {
    // Where the SDK makes no span, it is a guess whether an abort came while the call waited for a retry or after it gave up.
    if (!traced && plan.abort?.at === 'after' && wire.at(-1)?.status === undefined)
      return ['error', 'canceled'];
    // The runner fails when it has no use for a Message that is good.
    if (METHODS[plan.method].gives === 'runner') return ['error', 'ok'];
    if (isOutOfOrder(sdk, noted)) return ['error', 'ok', 'canceled'];
    // The stream was whole, and its call is over: only then does the helper find that it has no Message.
    const whole = noted.stopped || (plan.read === 'unread' && has(wire.at(-1)?.reply, /message_stop/));
    if (!whole || !NO_MESSAGE.test(JSON.stringify(noted.got.at(-1)))) return ['error'];
    return noted.stopped ? ['ok'] : ['ok', 'error'];
  }
  if (noted.end === 'left') {
    const left = new Set(leftOutcomes({ plan, noted }));
    // Where the SDK makes no span, a piece of the wire is all that is seen: an event in it that fails, or that ends the stream, may come
    // before or after the one at which the application left.
    if (!traced && has(reply, BREAKING_EVENT)) left.add('error');
    // An older SDK reads an event that ends with a carriage return after what follows it, which can be the end of a stream that is cut.
    if (!traced && has(reply, /\r$/)) left.add('error');
    if (!traced && has(reply, STOP)) left.add('ok');
    return [...left];
  }
  // A stream that is cut between events ends without an error for the application.
  return isStream(plan.method) && plan.take !== 'as-response' && !noted.stopped ? ['error'] : ['ok'];
}

/** What the helper states when the events that came make no Message, in whatever order they came. */
const NO_MESSAGE = /ended without (producing a Message|sending any chunks)/;

const STOP = /^event: ?message_stop/m;

/** An event whose name is not the type in its data, or that has no data. */
const ODD_NAME =
  /^event: {2}|^event: ?vendor|^event: ?content_block_(note|delta\s*$)|message_stop$|^data: \[DONE\]/m;

/** An event at which the SDK throws. */
const BREAKING_EVENT = /data: ?\{"type":\s*$|^event: ?error|^event: ?content_block_delta\s*(?![\s\S])/m;

/**
 * Whether the helper found fault with the order of events that came well, or with input for a tool that came twice. Only an SDK that
 * makes spans shows what its helper does.
 */
function isOutOfOrder({ spans }: Sdk, { got }: Noted): boolean {
  return (
    !spans &&
    /Unexpected event order|Cannot (read|set) properties|after JSON/.test(JSON.stringify(got.at(-1)))
  );
}

function has(reply: Reply | undefined, event: RegExp): boolean {
  return reply?.body.some((segment) => event.test(segment)) === true;
}

function leftOutcomes({ plan, noted }: Pick<CallRun, 'plan' | 'noted'>): Outcome[] {
  // The helper reads ahead: how far it came cannot be known.
  if (METHODS[plan.method].gives === 'helper') return ['ok', 'canceled', 'error'];
  // Left at the very last event, the stream was whole.
  return noted.stopped ? ['ok', 'canceled'] : ['canceled'];
}

/** The disposition of an attempt that another one follows. */
function followed(status: number | undefined): string {
  return status !== undefined && status < 300 ? 'ok' : 'retried';
}

function lastDispositions(
  { plan, noted }: CallRun,
  status: number | undefined,
  outcomes: readonly Outcome[],
): string[] {
  if (status === undefined) return [noted.aborted ? 'canceled' : 'final'];
  if (status >= 300) return ['final'];
  // Its response was good, and the application's middleware took it away.
  if (plan.act === 'throw-after') return ['ok', 'final'];
  return [...new Set(outcomes.map((outcome) => (outcome === 'error' ? 'final' : 'ok')))];
}

/** The types that the API documents for its statuses: https://platform.claude.com/docs/en/api/errors. */
const DOCUMENTED: Readonly<Record<string, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** Whether a failed attempt may be recorded as `error`: by its status, and by its body where the SDK or middleware reads that. */
export function isErrorOf({ wire }: CallRun, error: string): boolean {
  const [status = '', , type = ''] = error.split(' ');
  if (status === 'none') return type === 'connection_error' || type === 'client_timeout_error';
  // After a good status it is for what the SDK reads of the rest.
  if (Number(status) < 300 || type === (DOCUMENTED[status] ?? '_OTHER')) return true;
  const stated = wire.map(({ reply }) => reply.body.join('')).join();
  return Object.values(DOCUMENTED).includes(type) && stated.includes(`"type":"${type}"`);
}

function exhaustedOf(run: CallRun, outcomes: readonly Outcome[]): Array<0 | 1> {
  if (!outcomes.includes('error')) return [0];
  if (outcomes.length > 1) return [0, 1];
  const { noted, wire } = run;
  const last = wire.at(-1);
  if (!last) return [0];
  const statuses = statusesOf(run, last, wire.length - 1);
  if (statuses.length > 1) return [0, 1];
  if (statuses[0] === undefined) return [1];
  // A spend limit ends the retries, where the body states it and can be read.
  if (statuses[0] === 429 && /credit/.test(last.reply.body.join(''))) return [0, 1];
  // White space around a header's value is left to each reader.
  const asked = last.reply.headers.find(([name]) => name === 'x-should-retry')?.[1] ?? '';
  if (statuses[0] >= 300 && asked !== asked.trim()) return [0, 1];
  if (statuses[0] >= 300) return [isRetried(last) ? 1 : 0];
  // After a good status, what the rest of the body states may be one that a retry fixes.
  return noted.end !== 'returned' || !noted.stopped ? [0, 1] : [0];
}

/** The rule of the SDK. */
function isRetried({ reply: { status, headers } }: WireAttempt): boolean {
  const asked = headers.find(([name]) => name === 'x-should-retry')?.[1];
  if (asked === 'true' || asked === 'false') return asked === 'true';
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** An event that got another name, because the line before it has no end. */
const RENAMED = /message_stop(event|data)/;

function tokensOf({ spans }: Sdk, { plan, noted, wire }: CallRun): Expected['tokens'] {
  // What middleware makes without the API has no tokens.
  if (wire.length === 0) return { input: 0, output: 0 };
  if (!METHODS[plan.method].chat) return undefined;
  const { usage } = noted;
  if (!usage) return undefined;
  if (plan.act === 'rescue') return undefined;
  // An older SDK skips an event whose name it does not know. Its tokens are billed all the same.
  if (!spans && RENAMED.test(wire.at(-1)?.reply.body.join('') ?? '')) return undefined;
  const input = countOf(usage, 'input_tokens');
  const cached = ['cache_read_input_tokens', 'cache_creation_input_tokens'];
  return {
    input: input === undefined ? 0 : cached.reduce((sum, name) => sum + (countOf(usage, name) ?? 0), input),
    output: countOf(usage, 'output_tokens') ?? 0,
  };
}

/** Of what is no count of tokens, nothing is recorded. */
function countOf(usage: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = usage[name];
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}
