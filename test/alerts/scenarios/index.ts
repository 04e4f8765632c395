/** Every scenario. */
import type { Scenario } from '../support/scenario.ts';
import { ATTEMPTS, LONG, TIME } from './attempts.ts';
import { FAILURES } from './failures.ts';
import { BUDGETS, FLEETS, healthyFleets, troubledFleets } from './fleet.ts';
import { BURNS, LIMITS } from './limits.ts';
import { POLICIES } from './policies.ts';
import { restlessFleets, WORLDS } from './worlds.ts';

/** Those of one alert each, and of the classes of fleets. */
export const SCENARIOS: readonly Scenario[] = [
  ...FAILURES,
  ...ATTEMPTS,
  ...TIME,
  ...LONG,
  ...POLICIES,
  ...FLEETS,
  ...BUDGETS,
  ...LIMITS,
  ...BURNS,
  ...WORLDS,
];

/** Random ones, `count` of each kind. */
export function randomScenarios(count: number): Scenario[] {
  const seeds = Array.from({ length: count }, (_, i) => i + 1);
  return [...healthyFleets(seeds), ...troubledFleets(seeds), ...restlessFleets(seeds)];
}
