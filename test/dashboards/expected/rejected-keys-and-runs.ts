/** What panels must show of rejected keys and of runs of server errors. */
import type { Life } from '../support/ledger.ts';
import type { AttemptRecord } from '../support/records.ts';
import { type Groups, group, sum } from '../support/sums.ts';
import { type Now, PATH } from './now.ts';

type Responded = Pick<AttemptRecord, 'model' | 'status' | 'errorType' | 'at'>;

/** The runs of 5xx responses of a life: of one model, or of the path. A stream that began well ends a run; the server error that it fails with may begin another. */
function runs(attempts: readonly Responded[], keyOf: (attempt: Responded) => string) {
  const lengths: Record<string, number> = {};
  let [began, grewAt] = [0, 0];
  for (const attempt of attempts) {
    const { status, errorType, at } = attempt;
    if (status === undefined || status === '529') continue;
    const key = keyOf(attempt);
    const length = Number(status) >= 500 ? (lengths[key] ?? 0) + 1 : Number(errorType === 'api_error');
    lengths[key] = length;
    if (length === 2) began++;
    if (length >= 2) grewAt = at;
  }
  return { began, grewAt, longest: Math.max(0, ...Object.values(lengths)) };
}

export function rejectedKeysAndRuns(all: Now): void {
  const latest = (at: readonly number[]): Groups =>
    Math.max(0, ...at) > 0 ? { [PATH]: all.age(Math.max(...at)) } : {};
  // A stream that is in progress at the end began well.
  const attemptsOf = ({ pod, calls }: Life): Responded[] => [
    ...calls.flatMap(({ attempts }) => attempts),
    ...all.open
      .filter((call) => call.pod === pod && call.phase === 'streaming')
      .map(({ model, since }) => ({ model, status: '200', at: since })),
  ];
  const rejectedAt = (life: Life) =>
    attemptsOf(life)
      .filter(({ status }) => status === '401')
      .map(({ at }) => at);
  const accepted = (life: Life) =>
    attemptsOf(life).findLast(({ status }) => status === '401' || status === '200');
  const lastRejected = Math.max(0, ...all.chosen.flatMap(rejectedAt));
  all.now(
    'triage: Last 401',
    'A',
    lastRejected > all.from ? { '': [1000 * (lastRejected - 2), 1000 * (lastRejected + 2)] } : {},
  );
  all.now(
    'telemetry: 401: age, and paths that still fail',
    'A',
    latest(all.alive.flatMap(rejectedAt)),
    'http_route',
  );
  all.now(
    'telemetry: 401: age, and paths that still fail',
    'B',
    group(all.alive.map((life) => [[PATH], Number(accepted(life)?.status === '401')])),
    'http_route',
  );
  const began = sum(all.chosen.map((life) => runs(attemptsOf(life), ({ model }) => model).began));
  all.add('count', 'triage: Consecutive 5xx responses, by path', 'B', group([[[PATH], began]]), 'http_route');
  all.add(
    'count',
    'errors: By path: runs of 5xx, and responses 401',
    'AC',
    group([[[PATH], began]]),
    'http_route',
  );
  const longest = Math.max(
    0,
    ...all.alive.map((life) => runs(attemptsOf(life), ({ model }) => model).longest),
  );
  all.now('triage: Consecutive 5xx responses, by path', 'A', group([[[PATH], longest]]), 'http_route');
  all.now(
    'telemetry: Age of the last run of 5xx, by path',
    'A',
    latest(all.alive.map((life) => runs(attemptsOf(life), () => PATH).grewAt)),
    'http_route',
  );
}
