/** What panels must show of calls that were made: by panel, by label, from records alone. */
import { type AttemptRecord, type CallRecord, costOf } from './moves.ts';

/** A call, and who made it. */
export type Made = CallRecord & { readonly cluster: string; readonly job: string; readonly instance: string };
/** Numbers of a panel's series by the values of their labels, joined by a space. */
export type Groups = Readonly<Record<string, number>>;

/** What the queries of a panel must add up to, for each value of labels. */
export interface Expectation {
  readonly uid: string;
  readonly title: string;
  /** The bars and the total in the legend, or one query. */
  readonly refIds: readonly string[];
  readonly by: readonly string[];
  readonly groups: Groups;
}

/** A value, as the panels name it. */
const labelsOf = {
  cluster: (call: Made) => call.cluster,
  job: (call: Made) => call.job,
  attribution: (call: Made) => call.team ?? 'not set',
  gen_ai_request_model: (call: Made, attempt?: AttemptRecord) => attempt?.model ?? call.model,
  anthropic_method: () => 'messages.create',
  gen_ai_provider_name: () => 'anthropic',
  gen_ai_request_stream: (call: Made) => String(call.stream),
  anthropic_outcome: (call: Made) => call.outcome,
  anthropic_stop_reason: (call: Made) => call.stopReason ?? 'none',
  anthropic_served_by: (call: Made) => call.servedBy ?? 'not served',
  anthropic_canceled_by: () => 'application',
  anthropic_error_fault: (call: Made, attempt?: AttemptRecord) => (attempt ?? call).fault ?? '',
  error_type: (call: Made, attempt?: AttemptRecord) => (attempt ?? call).errorType ?? '',
  http_response_status_code: (_: Made, attempt?: AttemptRecord) => attempt?.status ?? 'no response',
  anthropic_attempt_disposition: (_: Made, attempt?: AttemptRecord) => attempt?.disposition ?? '',
  http_route: () => '/v1/messages',
  anthropic_server_tool: () => 'web_search',
  anthropic_fallback_from_model: (call: Made) => call.model,
  anthropic_fallback_to_model: (call: Made) => call.served?.model ?? '',
  anthropic_fallback_cause: () => 'overloaded_error',
} as const;
type Label = keyof typeof labelsOf;

/** Everything that panels must show of `calls`. */
export function expectations(calls: readonly Made[]): Expectation[] {
  const tried = calls.flatMap((call) => call.attempts.map((attempt) => [call, attempt] as const));
  const all: Expectation[] = [];
  const add = (uid: string, title: string, refIds: string, by: readonly string[], groups: Groups) =>
    all.push({ uid: `anthropic-${uid}`, title, refIds: [...refIds], by, groups });
  const sumCalls = (which: (call: Made) => boolean | number | undefined, by: readonly Label[]): Groups =>
    group(calls.map((call) => [by.map((label) => labelsOf[label](call)), Number(which(call) ?? 0)]));
  const sumAttempts = (which: (attempt: AttemptRecord) => boolean, by: readonly Label[]): Groups =>
    group(
      tried.map(([call, attempt]) => [
        by.map((label) => labelsOf[label](call, attempt)),
        Number(which(attempt)),
      ]),
    );
  const ofCalls = (
    uid: string,
    title: string,
    refIds: string,
    which: Parameters<typeof sumCalls>[0],
    ...by: Label[]
  ) => add(uid, title, refIds, by, sumCalls(which, by));
  const ofAttempts = (
    uid: string,
    title: string,
    refIds: string,
    which: Parameters<typeof sumAttempts>[0],
    ...by: Label[]
  ) => add(uid, title, refIds, by, sumAttempts(which, by));
  const total = (groups: Groups) => Object.values(groups).reduce((sum, count) => sum + count, 0);
  const one = (uid: string, title: string, refIds: string, value: number) =>
    add(uid, title, refIds, [], group([[[], value]]));

  const any = () => true;
  const failedCall = ({ outcome }: Made) => outcome === 'error';
  const failed = ({ errorType }: AttemptRecord) => errorType !== undefined;
  const limited = ({ errorType }: AttemptRecord) => errorType === 'rate_limit_error';
  const exhausted = (call: Made) => call.exhausted;
  const counted = total(sumCalls(({ outcome }) => outcome !== 'canceled', []));
  const rate = total(sumCalls(failedCall, [])) / counted;

  ofCalls('triage', 'Services (last 5 minutes)', 'B', any, 'cluster', 'job');
  one('triage', 'Error rate (5m)', 'A', rate);
  one('triage', 'Error budget left', 'A', 1 - rate / 0.01);
  one('triage', 'Burn rate (1h)', 'A', rate / 0.01);
  ofCalls('triage', 'In the time range', 'A', any);
  ofCalls('triage', 'In the time range', 'B', failedCall);
  one('triage', 'In the time range', 'C', tried.length / calls.length);
  ofAttempts('triage', 'Failed attempts, by who has to act', 'AB', failed, 'anthropic_error_fault');
  ofCalls('triage', 'Calls, by outcome', 'AB', any, 'anthropic_outcome');
  ofAttempts('triage', 'Attempts, by status', 'AB', any, 'http_response_status_code');
  ofCalls('triage', 'Calls that ran out of retries, by error type', 'AB', exhausted, 'error_type');
  ofAttempts('triage', 'Responses 401, by path', 'AB', ({ status }) => status === '401', 'http_route');
  const isOk = ({ outcome }: Made) => outcome === 'ok';
  ofCalls('triage', 'How responses ended: stop reasons', 'AB', isOk, 'anthropic_stop_reason');
  const fellBack = ({ servedBy }: Made) => servedBy === 'fallback';
  ofCalls(
    'triage',
    'Calls that another model served',
    'AB',
    fellBack,
    'anthropic_fallback_from_model',
    'anthropic_fallback_to_model',
    'anthropic_fallback_cause',
  );
  for (const uid of ['triage', 'errors']) {
    ofAttempts(
      uid,
      'What failed in the time range',
      'A',
      failed,
      'cluster',
      'job',
      'anthropic_error_fault',
      'error_type',
      'http_response_status_code',
      'gen_ai_request_model',
      'anthropic_method',
      'anthropic_attempt_disposition',
    );
  }

  one('errors', 'Error rate in the time range', 'A', rate);
  ofCalls('errors', 'Failed calls', 'A', failedCall);
  ofCalls('errors', 'Out of retries', 'A', exhausted);
  ofAttempts('errors', 'Failed attempts', 'A', failed);
  ofAttempts('errors', 'Retried attempts', 'A', ({ disposition }) => disposition === 'retried');
  const interrupted = ({ status, errorType }: AttemptRecord) => status === '200' && errorType !== undefined;
  ofAttempts('errors', 'Interrupted streams', 'A', interrupted);
  ofAttempts('errors', 'Interrupted streams, by error type', 'AB', interrupted, 'error_type');
  ofAttempts('errors', 'Failed attempts, by error type', 'AB', failed, 'error_type');
  ofAttempts('errors', 'Failed attempts, by service', 'B', failed, 'cluster', 'job');
  ofAttempts('errors', 'Failed attempts, by model', 'AB', failed, 'gen_ai_request_model');
  ofAttempts('errors', 'By status', 'AB', failed, 'http_response_status_code');
  ofAttempts('errors', 'By method of the SDK', 'AB', failed, 'anthropic_method');
  ofAttempts('errors', 'By who has to act', 'AB', failed, 'anthropic_error_fault');
  ofCalls(
    'errors',
    'Failed calls, by provider and stream',
    'AB',
    failedCall,
    'gen_ai_provider_name',
    'gen_ai_request_stream',
  );
  ofAttempts('errors', 'Failed attempts: retried or final', 'AB', failed, 'anthropic_attempt_disposition');
  ofCalls('errors', 'Calls out of retries, by model', 'AB', exhausted, 'gen_ai_request_model');
  ofCalls(
    'errors',
    'Canceled calls, by who canceled',
    'AB',
    ({ outcome }) => outcome === 'canceled',
    'anthropic_canceled_by',
  );
  ofCalls('errors', 'Calls, by what served them', 'AB', any, 'anthropic_served_by');

  ofAttempts('rate-limits', 'Responses 429', 'A', limited);
  ofAttempts('rate-limits', 'Responses 429, by model', 'AB', limited, 'gen_ai_request_model');
  ofCalls(
    'rate-limits',
    'Calls that a limit ended',
    'A',
    (call) => call.exhausted && call.errorType === 'rate_limit_error',
  );

  const servedModel = (amount: (call: Made) => number): Groups =>
    group(calls.map((call) => [[call.served?.model ?? call.model], amount(call)]));
  const tokens = (of: (tokens: NonNullable<Made['served']>['tokens']) => number) => (call: Made) =>
    call.served ? of(call.served.tokens) : 0;
  const byModel = (refId: string, groups: Groups) =>
    add('cost', 'Totals of the time range, by model', refId, ['gen_ai_request_model'], groups);
  one(
    'cost',
    'Spent in the time range',
    'A',
    calls.reduce((sum, call) => sum + costOf(call), 0),
  );
  byModel('A', servedModel(costOf));
  byModel('B', sumCalls(any, ['gen_ai_request_model']));
  byModel('C', servedModel(tokens(({ input, cacheRead, write }) => input + cacheRead + write)));
  byModel('D', servedModel(tokens(({ cacheRead }) => cacheRead)));
  byModel('E', servedModel(tokens(({ write }) => write)));
  byModel('F', servedModel(tokens(({ output }) => output)));
  ofCalls('cost', 'Totals of the time range, by service', 'A', costOf, 'cluster', 'job');
  ofCalls('cost', 'Totals of the time range, by service', 'B', any, 'cluster', 'job');
  ofCalls('cost', 'Totals of the time range, by $attribution', 'A', costOf, 'attribution');
  ofCalls('cost', 'Totals of the time range, by $attribution', 'B', any, 'attribution');
  ofCalls(
    'cost',
    'Billed uses of server tools',
    'AB',
    ({ served }) => served?.searches,
    'anthropic_server_tool',
  );
  ofCalls('cost', 'Calls', 'A', any);
  one('cost', 'Calls without a price', 'A', 0);
  return all;
}

/** Sums by key; what is zero is no group. */
export function group(entries: readonly (readonly [key: readonly string[], value: number])[]): Groups {
  const groups: Record<string, number> = {};
  for (const [key, value] of entries) groups[key.join(' ')] = (groups[key.join(' ')] ?? 0) + value;
  return Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== 0));
}

/** Runs of two or more 5xx of one model on one path, of one life of a process: a 529 and no response neither extend nor end one. */
export function streaksOf(calls: readonly Made[]): number {
  const lengths: Record<string, number> = {};
  let streaks = 0;
  for (const { status, model } of calls.flatMap(({ attempts }) => attempts)) {
    if (status === undefined || status === '529') continue;
    const length = Number(status) >= 500 ? (lengths[model] ?? 0) + 1 : 0;
    lengths[model] = length;
    if (length === 2) streaks++;
  }
  return streaks;
}
