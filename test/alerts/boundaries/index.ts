/** The boundary cases of every rule, made from the configuration. */
import type { Boundary } from '../support/boundary.ts';
import { ATTEMPTS, POLICIES } from './attempts.ts';
import { BUDGETS } from './budgets.ts';
import { CALLS } from './calls.ts';
import { COUNTERS, LATENCY } from './counters.ts';
import { OTHERS } from './others.ts';
import { SUMS } from './records.ts';

/** Every boundary case. */
export const BOUNDARIES: readonly Boundary[] = [
  ...SUMS,
  ...LATENCY,
  ...COUNTERS,
  ...CALLS,
  ...ATTEMPTS,
  ...POLICIES,
  ...BUDGETS,
  ...OTHERS,
];
