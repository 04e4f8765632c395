/** Looks for the smallest session that still shows the same. */
import type { CallPlan, Reply, Session } from './plan.ts';

const PLAIN_CALL: Partial<CallPlan> = {
  content: 'plain',
  take: 'await',
  read: 'all',
  breakAfter: 1,
  act: 'pass',
  nextTwice: false,
  nameless: false,
  maxRetries: undefined,
  copy: undefined,
  abort: undefined,
};

const PLAIN_SESSION: Partial<Session> = {
  parallel: false,
  middleware: false,
  fetch: 'default',
  path: '',
  client: 'plain',
  maxRetries: undefined,
  way: 'observe',
};

const PLAIN_REPLY: Partial<Reply> = {
  cuts: [],
  headers: [],
  framing: 'length',
  hold: undefined,
  keep: undefined,
};

/** `session`, as small as `shows` is still true of it, found in `milliseconds` at the most. */
export async function shrink(
  session: Session,
  shows: (candidate: Session) => Promise<boolean>,
  milliseconds: number,
): Promise<Session> {
  const end = performance.now() + milliseconds;
  let smallest = session;
  let smaller = true;
  while (smaller) {
    smaller = false;
    for (const candidate of simpler(smallest)) {
      if (performance.now() > end) return smallest;
      if (!(await shows(candidate))) continue;
      smallest = candidate;
      smaller = true;
      break;
    }
  }
  return smallest;
}

/** Sessions that are a little simpler than `session`, the much simpler ones first. */
function* simpler(session: Session): Generator<Session> {
  const { calls } = session;
  if (calls.length > 1) for (const call of calls) yield { ...session, calls: [call] };
  yield* plainer(session, PLAIN_SESSION);
  for (const [index, call] of calls.entries()) {
    for (const changed of simplerCalls(call)) yield { ...session, calls: calls.with(index, changed) };
  }
}

function* simplerCalls(call: CallPlan): Generator<CallPlan> {
  const { replies } = call;
  yield* plainer(call, PLAIN_CALL);
  for (const index of replies.keys()) yield { ...call, replies: replies.toSpliced(index, 1) };
  for (const [index, reply] of replies.entries()) {
    for (const changed of simplerReplies(reply)) yield { ...call, replies: replies.with(index, changed) };
  }
}

function* simplerReplies(reply: Reply): Generator<Reply> {
  yield* plainer(reply, PLAIN_REPLY);
  for (const index of reply.headers.keys()) yield { ...reply, headers: reply.headers.toSpliced(index, 1) };
  if (reply.body.join('').length > 50_000) yield { ...reply, body: ['{"type":"error"', '}'] };
}

/** `value` with one field as in `plain`. */
function* plainer<Value extends object>(value: Value, plain: Partial<Value>): Generator<Value> {
  for (const name of Object.keys(plain) as Array<keyof Value>) {
    if (JSON.stringify(value[name]) !== JSON.stringify(plain[name])) yield { ...value, [name]: plain[name] };
  }
}
