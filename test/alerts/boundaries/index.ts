/** The boundary cases of every rule, made from a configuration. */
import type { AlertConfig } from '../../../src/mixin/config.ts';
import type { Boundary } from '../support/boundary.ts';
import { Cases } from '../support/boundary-cases.ts';
import { attemptCases, policyCases } from './attempts.ts';
import { budgetCases } from './budgets.ts';
import { callCases } from './calls.ts';
import { counterCases, latencyCases } from './counters.ts';
import { otherCases } from './others.ts';
import { recordCases } from './records.ts';

/** Every boundary case of `config`. */
export function boundariesOf(config: AlertConfig): Boundary[] {
  const cases = new Cases(config);
  return [
    recordCases,
    latencyCases,
    counterCases,
    callCases,
    attemptCases,
    policyCases,
    budgetCases,
    otherCases,
  ].flatMap((make) => make(cases));
}
