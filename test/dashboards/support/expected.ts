/** What the panels must show, from what the API sent. */
import { COST_KINDS, type CostKind } from '../../../src/model/cost.ts';
import { PRICES } from '../../../src/model/prices.ts';
import type { SentTotals } from '../../../src/testing/index.ts';
import { PANELS } from './panels.ts';
import { tokensOf } from './sent.ts';
import { BAD, HAIKU, OPUS, SONNET, UNKNOWN } from './workload.ts';

/** The models of the workload that have a price, and under which key. */
export const PRICED: Readonly<Record<string, string>> = {
  [OPUS]: 'claude-opus-5-5',
  [SONNET]: 'claude-sonnet-5-5',
  [HAIKU]: 'claude-haiku-4-5',
};

/** The number that a query of a panel must add up to. */
export type ExpectedCount = readonly [uid: string, title: string, refId: string, value: number];

/** Counts of calls and attempts, after so many rounds of bad calls. */
export function expectedCounts(sent: SentTotals, rounds: number): ExpectedCount[] {
  const bars = barCounts(sent, rounds);
  return [...bars, ...bars.flatMap(legendTotal)];
}

/** The same number in the legend: the bars of query n add up to what query n of the totals says. */
function legendTotal([uid, title, refId, value]: ExpectedCount): ExpectedCount[] {
  const { panel } = PANELS.find(({ name }) => name === `${uid}: ${title}`) ?? {};
  const targets = panel?.targets ?? [];
  const bars = targets.filter(({ instant }) => !instant).length;
  const total = targets[bars + 'ABCDEFGH'.indexOf(refId)];
  return panel?.type === 'timeseries' && total && bars * 2 === targets.length
    ? [[uid, title, total.refId, value]]
    : [];
}

function barCounts(sent: SentTotals, rounds: number): ExpectedCount[] {
  const failedCalls = BAD.failedCalls * rounds;
  const canceled = BAD.canceled * rounds;
  const failed = sent.attempts - ((sent.statuses['200'] ?? 0) - BAD.interrupted * rounds) - canceled;
  const errors = 'anthropic-errors';
  const triage = 'anthropic-triage';
  const limits = 'anthropic-rate-limits';
  return [
    [triage, 'In the time range', 'A', sent.calls],
    [triage, 'In the time range', 'B', failedCalls],
    [triage, 'In the time range', 'C', sent.attempts / sent.calls],
    [triage, 'Calls, by outcome', 'A', sent.calls],
    [triage, 'Attempts, by status', 'A', sent.attempts],
    [triage, 'Failed attempts, by who has to act', 'A', failed],
    [triage, 'What failed in the time range', 'A', failed],
    [triage, 'Calls that ran out of retries, by error type', 'A', BAD.exhausted * rounds],
    [triage, 'Consecutive 5xx responses, by path', 'B', BAD.streaks * rounds],
    [triage, 'Responses 401, by path', 'A', BAD.refused * rounds],
    [errors, 'Error rate in the time range', 'A', failedCalls / (sent.calls - canceled)],
    [errors, 'Failed calls', 'A', failedCalls],
    [errors, 'Out of retries', 'A', BAD.exhausted * rounds],
    [errors, 'Failed attempts', 'A', failed],
    [errors, 'Retried attempts', 'A', failed - failedCalls],
    [errors, 'Interrupted streams', 'A', BAD.interrupted * rounds],
    [errors, '429, 529, 5xx, timeouts: which kind?', 'A', sent.errors['rate_limit_error'] ?? 0],
    [errors, '429, 529, 5xx, timeouts: which kind?', 'B', sent.errors['overloaded_error'] ?? 0],
    [errors, 'Failed attempts, by error type', 'A', failed],
    [errors, 'What failed in the time range', 'A', failed],
    [errors, 'By status', 'A', failed],
    [errors, 'Failed attempts, by model', 'A', failed],
    [errors, 'Failed attempts, by service', 'A', failed],
    [errors, 'By method of the SDK', 'A', failed],
    [errors, 'By who has to act', 'A', failed],
    [errors, 'By path: runs of 5xx, and responses 401', 'A', BAD.streaks * rounds],
    [errors, 'By path: runs of 5xx, and responses 401', 'B', BAD.refused * rounds],
    [errors, 'Failed calls, by provider and stream', 'A', failedCalls],
    [errors, 'Failed attempts: retried or final', 'A', failed],
    [errors, 'Calls out of retries, by model', 'A', BAD.exhausted * rounds],
    [errors, 'Interrupted streams, by error type', 'A', BAD.interrupted * rounds],
    [limits, 'Responses 429', 'A', sent.statuses['429'] ?? 0],
    [limits, 'Responses 429, by model', 'A', sent.statuses['429'] ?? 0],
    [limits, 'Drops below 10 %', 'A', 4],
    [limits, 'Drops below 10 %, by limit', 'A', 4],
    [limits, 'Calls that a limit ended', 'A', rounds],
    ['anthropic-cost', 'Calls without a price', 'A', sent.models[UNKNOWN]?.calls ?? 0],
  ];
}

/** USD by kind of token for one model, by the price list. */
export function billOf(sent: SentTotals, model: string): Record<CostKind, number> {
  const price = PRICES[PRICED[model] ?? ''];
  if (!price) throw new Error(`no price of ${model}`);
  const tokens = tokensOf(sent, model);
  return {
    input: (tokens.input * price.input) / 1e6,
    output: (tokens.output * price.output) / 1e6,
    cache_read: (tokens.cacheRead * price.cacheRead) / 1e6,
    cache_write_5m: (tokens.cacheWrite5m * price.cacheWrite5m) / 1e6,
    cache_write_1h: (tokens.cacheWrite1h * price.cacheWrite1h) / 1e6,
    web_search: 0,
  };
}

/** What the cached tokens would have cost as plain ones, less what they cost. */
export function cacheBill(sent: SentTotals): { saved: number; extra: number } {
  let [saved, extra] = [0, 0];
  for (const [model, family] of Object.entries(PRICED)) {
    const { cacheRead, cacheWrite5m, cacheWrite1h } = tokensOf(sent, model);
    const plain = PRICES[family]?.input ?? 0;
    const bill = billOf(sent, model);
    saved += (cacheRead * plain) / 1e6 - bill.cache_read;
    extra += bill.cache_write_5m + bill.cache_write_1h - ((cacheWrite5m + cacheWrite1h) * plain) / 1e6;
  }
  return { saved, extra };
}

/** The sum of all kinds. */
export function sumOf(bill: Readonly<Record<CostKind, number>>): number {
  return COST_KINDS.reduce((sum, kind) => sum + bill[kind], 0);
}
