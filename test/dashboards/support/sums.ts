/** Sums of calls and attempts by labels, as the panels name them. */
import type { Made } from './ledger.ts';
import type { AttemptRecord } from './records.ts';

/** One attempt of a call. */
type Tried = readonly [call: Made, attempt: AttemptRecord];
/** A number, or the two ends of where it must lie. */
export type Amount = number | readonly [low: number, high: number];
/** Numbers of a panel's series by the values of their labels, joined by a space. What is zero is no group. */
export type Groups = Readonly<Record<string, Amount>>;

/** A value, as the panels name it. */
const labelsOf = {
  '': () => '',
  cluster: (call: Made) => call.cluster,
  job: (call: Made) => call.job,
  service: (call: Made) => `${call.job} (${call.cluster}/shop)`,
  attribution: (call: Made) => call.team ?? 'not set',
  gen_ai_request_model: (call: Made, attempt?: AttemptRecord) => attempt?.model ?? call.model,
  /** Of what was billed. */
  served: (call: Made) => call.served?.model ?? call.model,
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
  anthropic_attempt_kind: (_: Made, attempt?: AttemptRecord) => attempt?.kind ?? '',
  http_route: () => '/v1/messages',
  anthropic_server_tool: () => 'web_search',
  anthropic_fallback_from_model: (call: Made) => call.model,
  anthropic_fallback_to_model: (call: Made) => call.served?.model ?? '',
  anthropic_fallback_cause: () => 'overloaded_error',
} as const;
export type Label = keyof typeof labelsOf;
export type OfCall = (call: Made) => boolean | number | undefined;
export type OfAttempt = (attempt: AttemptRecord, call: Made) => boolean | number | undefined;

/** The sum of `amount` for each value of `by`. */
export class Sums {
  readonly calls: readonly Made[];
  readonly tried: readonly Tried[];

  constructor(calls: readonly Made[]) {
    this.calls = calls;
    this.tried = calls.flatMap((call) => call.attempts.map((attempt) => [call, attempt] as const));
  }

  ofCalls(amount: OfCall, ...by: readonly Label[]): Record<string, number> {
    return group(
      this.calls.map((call) => [by.map((label) => labelsOf[label](call)), Number(amount(call) ?? 0)]),
    );
  }

  ofAttempts(amount: OfAttempt, ...by: readonly Label[]): Record<string, number> {
    return group(
      this.tried.map(([call, attempt]) => [
        by.map((label) => labelsOf[label](call, attempt)),
        Number(amount(attempt, call) ?? 0),
      ]),
    );
  }

  total(amount: OfCall): number {
    return this.ofCalls(amount)[''] ?? 0;
  }
}

/** The calls that surely lie in the last five minutes, and those that may: a call is seen at a scrape after it. */
export function ofLast5Minutes(
  calls: readonly Made[],
  { interval, end }: { readonly interval: number; readonly end: number },
): [surely: Sums, maybe: Sums] {
  const of = (age: number) => new Sums(calls.filter(({ at }) => at > end - age));
  return [of(300 - 3 * interval), of(300 + 6 * interval)];
}

/** Calls and attempts that panels ask for. */
export const any = (): boolean => true;
export const failedCall = ({ outcome }: Made): boolean => outcome === 'error';
export const counted = ({ outcome }: Made): boolean => outcome !== 'canceled';
export const isOk = ({ outcome }: Made): boolean => outcome === 'ok';
export const failed = ({ errorType }: AttemptRecord): boolean => errorType !== undefined;
export const limited = ({ errorType }: AttemptRecord): boolean => errorType === 'rate_limit_error';
export const interrupted = ({ status, errorType }: AttemptRecord): boolean =>
  status === '200' && errorType !== undefined;
export const exhausted = ({ exhausted: ran }: Made): boolean => ran;

/** Sums by key; what is zero is no group. */
export function group(
  entries: readonly (readonly [key: readonly string[], value: number])[],
): Record<string, number> {
  const groups: Record<string, number> = {};
  for (const [key, value] of entries) groups[key.join(' ')] = (groups[key.join(' ')] ?? 0) + value;
  return Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== 0));
}

/** `part / whole` for each key of `whole`. */
export function quotient(
  part: Record<string, number>,
  whole: Record<string, number>,
  factor = 1,
): Record<string, number> {
  return group(Object.entries(whole).map(([key, value]) => [[key], (factor * (part[key] ?? 0)) / value]));
}

/** Every value times `factor`. */
export function times(groups: Record<string, number>, factor: number): Record<string, number> {
  return group(Object.entries(groups).map(([key, value]) => [[key], factor * value]));
}

/** Between what `sums` has of `early` and of `late`, by key. */
export function between(early: Record<string, number>, late: Record<string, number>): Groups {
  const keys = [...new Set([...Object.keys(early), ...Object.keys(late)])];
  return Object.fromEntries(keys.map((key) => [key, [early[key] ?? 0, late[key] ?? 0] as const]));
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
