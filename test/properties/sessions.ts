/** Random sessions: a client, what the application does with it, and what its calls get. */
import fc from 'fast-check';
import { GOOD_EVENTS } from './messages.ts';
import { isStream, METHODS, type MethodName } from './methods.ts';
import type { Abort, CallPlan, MiddlewareAct, Reply, Session } from './plan.ts';
import { failure, good, retriedIn, streamed } from './replies.ts';

const retries = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });

const act: fc.Arbitrary<MiddlewareAct> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<MiddlewareAct>('pass') },
  {
    weight: 6,
    arbitrary: fc.constantFrom<MiddlewareAct[]>(
      'replay',
      'fall-back',
      'replace',
      'pipe',
      'text',
      'parse',
      'clone',
      'peek',
      'throw-after',
      'rewrite',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<MiddlewareAct[]>(
      ...([
        'throw-before',
        'short-circuit',
        'short-circuit-529',
        'consume',
        'hold',
        'rescue',
        'demote',
      ] as const),
    ),
  },
);

interface Choices extends Omit<CallPlan, 'replies' | 'abort'> {
  readonly abort: Abort | undefined;
  readonly failures: readonly Reply[];
  readonly json: Reply;
  readonly events: Reply;
}

const choices: fc.Arbitrary<Choices> = fc.record({
  method: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom<MethodName[]>('create', 'create-stream', 'stream') },
    { weight: 3, arbitrary: fc.constantFrom(...(Object.keys(METHODS) as MethodName[])) },
  ),
  content: fc.constantFrom('plain', 'plain', 'tricky', 'big', 'tools'),
  take: fc.constantFrom(
    'await',
    'await',
    'await',
    'await',
    'with-response',
    'as-response',
    'as-response',
    'both',
  ),
  read: fc.constantFrom(
    ...(['all', 'all', 'all', 'all', 'all', 'break', 'throw', 'unread', 'twice', 'clone'] as const),
    ...(['tee', 'readable', 'json', 'bytes', 'blob', 'byob', 'reader', 'pipe', 'release'] as const),
  ),
  breakAfter: fc.integer({ min: 1, max: 8 }),
  act,
  nextTwice: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  nameless: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
  maxRetries: retries,
  copy: retries,
  abort: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    fc.record({
      at: fc.constantFrom('before', 'headers', 'retry', 'retry', 'body', 'event', 'after'),
      number: fc.integer({ min: 1, max: 3 }),
      by: fc.constantFrom('signal', 'any', 'error', 'timeout', 'text', 'controller'),
    }),
  ),
  failures: fc.array(failure, { maxLength: 3 }),
  json: good,
  events: streamed,
});

/** Middleware that sends each request once. */
const UNHURRIED: ReadonlySet<MiddlewareAct> = new Set(['rewrite', 'replace', 'pipe', 'parse', 'throw-after']);

/** A call whose replies fit its plan: an abort meets a wire that waits for it. */
function fitted({ failures, json, events, ...chosen }: Choices): CallPlan {
  const { abort } = chosen;
  // Requests that a middleware repeats would race with the abort.
  const plan = abort
    ? { ...chosen, nextTwice: false, act: UNHURRIED.has(chosen.act) ? chosen.act : 'pass' }
    : chosen;
  const streams = isStream(plan.method);
  if (!abort || abort.at === 'before' || abort.at === 'after')
    return { ...plan, replies: [...failures, streams ? events : json] };
  if (abort.at === 'event') {
    const held: Reply = { ...whole, body: GOOD_EVENTS, hold: { segment: abort.number, until: 'closed' } };
    return {
      ...plan,
      method: streams ? plan.method : 'create-stream',
      read: 'all',
      take: 'await',
      replies: [...failures, held],
    };
  }
  const before = failures.slice(0, abort.number - 1);
  return {
    ...plan,
    read: 'all',
    // A second request would be under way when the application aborts, and the server sees it or not.
    nextTwice: plan.nextTwice && abort.at !== 'retry',
    abort: { ...abort, number: before.length + 1 },
    replies: [...before, waitingReply(abort.at, json)],
  };
}

const whole: Reply = {
  head: 'whole',
  status: 200,
  headers: [['content-type', 'text/event-stream']],
  framing: 'chunked',
  body: [],
  cuts: [],
};

/** A reply that leaves the SDK waiting. */
function waitingReply(at: Abort['at'], json: Reply): Reply {
  if (at === 'headers') return { ...json, head: 'hang' };
  if (at === 'retry') return retriedIn(300);
  return { ...json, framing: 'chunked', hold: { segment: 1, until: 'closed' } };
}

const call = choices.map(fitted);

/** Calls that the server can tell apart in what is recorded: what names no model only by its method. */
const calls = fc
  .array(call, { minLength: 1, maxLength: 5, size: 'max' })
  .map((all) => all.filter(({ method }, index) => index === 0 || !isRepeated(all, method, index)));

function isRepeated(all: readonly CallPlan[], method: MethodName, index: number): boolean {
  return METHODS[method].recordedAs !== undefined && all.findIndex((each) => each.method === method) < index;
}

const client = {
  way: fc.constantFrom<Session['way'][]>('withTelemetry', 'observe', 'both'),
  maxRetries: retries,
  middleware: fc.boolean(),
  fetch: fc.constantFrom<Session['fetch'][]>('default', 'given', 'request', 'wrapped', 'dispatcher'),
  path: fc.constantFrom<Session['path'][]>('', '', '/gateway/anthropic', '/v1/messages/'),
  parallel: fc.boolean(),
};

/** A session of a few calls. */
export const session: fc.Arbitrary<Session> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ ...client, client: fc.constantFrom('plain', 'own'), calls }) },
  {
    weight: 1,
    arbitrary: fc.record({
      ...client,
      client: fc.constantFrom('vertex', 'foundry', 'mantle'),
      // Platforms have the Messages API.
      calls: fc.array(
        call.filter(({ method }) => METHODS[method].chat === true),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  },
);
