/** Random sessions: a client, what the application does with it, and what its calls get. */
import fc from 'fast-check';
import { GOOD_EVENTS } from './messages.ts';
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
      'parse',
      'clone',
      'throw-after',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<MiddlewareAct[]>('throw-before', 'short-circuit', 'short-circuit-529'),
  },
);

interface Choices extends Omit<CallPlan, 'replies' | 'abort'> {
  readonly abort: Abort | undefined;
  readonly failures: readonly Reply[];
  readonly json: Reply;
  readonly events: Reply;
}

const choices: fc.Arbitrary<Choices> = fc.record({
  method: fc.constantFrom(
    'create',
    'create',
    'create-stream',
    'create-stream',
    'stream',
    'count-tokens',
    'post',
  ),
  take: fc.constantFrom('await', 'await', 'await', 'await', 'with-response', 'as-response'),
  read: fc.constantFrom('all', 'all', 'all', 'all', 'break', 'unread', 'twice', 'clone'),
  breakAfter: fc.integer({ min: 1, max: 8 }),
  act,
  nextTwice: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  maxRetries: retries,
  copy: retries,
  abort: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    fc.record({
      at: fc.constantFrom('before', 'headers', 'retry', 'retry', 'body', 'event'),
      number: fc.integer({ min: 1, max: 3 }),
    }),
  ),
  failures: fc.array(failure, { maxLength: 3 }),
  json: good,
  events: streamed,
});

/** Middleware that sends each request once. */
const UNHURRIED: ReadonlySet<MiddlewareAct> = new Set(['replace', 'parse', 'throw-after']);

/** A call whose replies fit its plan: an abort meets a wire that waits for it. */
function fitted({ failures, json, events, ...chosen }: Choices): CallPlan {
  const { abort } = chosen;
  // Requests that a middleware repeats would race with the abort.
  const plan = abort
    ? { ...chosen, nextTwice: false, act: UNHURRIED.has(chosen.act) ? chosen.act : 'pass' }
    : chosen;
  const isStream = plan.method === 'create-stream' || plan.method === 'stream';
  if (!abort || abort.at === 'before') return { ...plan, replies: [...failures, isStream ? events : json] };
  if (abort.at === 'event') {
    const held: Reply = { ...whole, body: GOOD_EVENTS, hold: { segment: abort.number, until: 'closed' } };
    return {
      ...plan,
      method: isStream ? plan.method : 'create-stream',
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
    abort: { at: abort.at, number: before.length + 1 },
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

/** A session of a few calls. */
export const session: fc.Arbitrary<Session> = fc.record({
  way: fc.constantFrom('withTelemetry', 'observe', 'both'),
  maxRetries: retries,
  middleware: fc.boolean(),
  customFetch: fc.boolean(),
  parallel: fc.boolean(),
  calls: fc.array(choices.map(fitted), { minLength: 1, maxLength: 5, size: 'max' }),
});
