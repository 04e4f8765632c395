/** What the cost dashboard must show of calls; a bar that stands alone is `seconds` long. */
import { DEFAULT_CONFIG } from '../../../src/mixin/config.ts';
import type { CostKind } from '../../../src/model/cost.ts';
import { billOf, cacheBill, costOf, inputOf, outputOf, tokensOf } from '../support/bills.ts';
import type { Ledger, Made } from '../support/ledger.ts';
import { UNKNOWN } from '../support/records.ts';
import { any, group, type Label, type OfCall, quotient, times } from '../support/sums.ts';
import type { Summed } from './collected.ts';

const BUDGET = DEFAULT_CONFIG.spend.dailyBudgetUsd;

export function cost(all: Summed, { end, from }: Pick<Ledger, 'end' | 'from'>, seconds: number): void {
  const { calls } = all;
  const hour = 3600 / seconds;
  const minute = 60 / seconds;
  const model = 'gen_ai_request_model';
  const spent = all.sums.total(costOf);
  all.one('count', 'cost: Spent in the time range', 'A', spent);
  all.one('count', 'cost: Budget used', 'A', spent / ((BUDGET * (end - from)) / 86_400));
  all.one('now', 'cost: Last hour × 24', 'A', 24 * spent);
  all.one('count', 'cost: Per 1,000 calls', 'A', (1000 * spent) / calls.length);
  all.count('cost: Calls', 'A', any);
  const unpriced = ({ served }: Made) => served?.model === UNKNOWN;
  all.count('cost: Calls without a price', 'A', unpriced);
  const totals: [OfCall, Label][] = [
    [costOf, 'served'],
    [any, model],
    [inputOf, 'served'],
    [tokensOf('cacheRead'), 'served'],
    [tokensOf('write5m', 'write1h'), 'served'],
    [outputOf, 'served'],
    [tokensOf('thinking'), 'served'],
    [unpriced, 'served'],
  ];
  for (const [index, [amount, label]] of totals.entries())
    all.as(
      'count',
      'cost: Totals of the time range, by model',
      'ABCDEFGH'.charAt(index),
      model,
      all.sums.ofCalls(amount, label),
    );
  all.count('cost: Totals of the time range, by service', 'A', costOf, 'cluster', 'job');
  all.count('cost: Totals of the time range, by service', 'B', any, 'cluster', 'job');
  all.count('cost: Totals of the time range, by $attribution', 'A', costOf, 'attribution');
  all.count('cost: Totals of the time range, by $attribution', 'B', any, 'attribution');
  all.as(
    'quotient',
    'cost: USD an hour, by model',
    'A',
    model,
    times(all.sums.ofCalls(costOf, 'served'), hour),
  );
  const kinds = Object.keys(billOf(calls[0] as Made)) as CostKind[];
  all.as(
    'quotient',
    'cost: USD an hour, by kind of token',
    'A',
    'anthropic_cost_kind',
    group(kinds.map((kind) => [[kind], hour * all.sums.total((call) => billOf(call)[kind])])),
  );
  all.ten('cost: USD an hour, by service', times(all.sums.ofCalls(costOf, 'service'), hour));
  all.one('rate', 'cost: USD an hour, this week and a week ago', 'A', hour * spent);
  for (const [index, kind] of (
    [['input'], ['cacheRead'], ['write5m', 'write1h'], ['output'], ['thinking']] as const
  ).entries())
    all.one(
      'quotient',
      'cost: Tokens a minute, by kind',
      'ABCDE'.charAt(index),
      minute * all.sums.total(tokensOf(...kind)),
    );
  all.as(
    'quotient',
    'cost: Thinking, share of the output, by model',
    'A',
    model,
    quotient(all.sums.ofCalls(tokensOf('thinking'), 'served'), all.sums.ofCalls(outputOf, 'served')),
  );
  all.as(
    'quotient',
    'cost: Cache hit ratio, by model',
    'A',
    model,
    quotient(all.sums.ofCalls(tokensOf('cacheRead'), 'served'), all.sums.ofCalls(inputOf, 'served')),
  );
  const { saved, extra } = cacheBill(calls);
  all.one('count', 'cost: Does the cache pay? (time range)', 'A', saved - extra);
  all.one('count', 'cost: Does the cache pay? (time range)', 'B', saved);
  all.one('count', 'cost: Does the cache pay? (time range)', 'C', extra);
  all.one('quotient', 'cost: Cache: saved and paid extra, USD an hour', 'A', hour * saved);
  all.one('quotient', 'cost: Cache: saved and paid extra, USD an hour', 'B', hour * extra);
  all.count(
    'cost: Billed uses of server tools',
    'AB',
    ({ served }) => served?.searches,
    'anthropic_server_tool',
  );
}
