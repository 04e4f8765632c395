/** Every scenario. */
import type { Scenario } from '../support/scenario.ts';
import { ATTEMPTS } from './attempts.ts';
import { BUDGET } from './budget.ts';
import { FAILURES } from './failures.ts';
import { FLEETS } from './fleet.ts';
import { LIMITS } from './limits.ts';
import { shortLives } from './lives.ts';
import { PATHS } from './paths.ts';
import { POLICIES } from './policies.ts';
import { healthyFleets, troubledFleets } from './random-fleets.ts';
import { USAGE } from './usage.ts';
import { WAITING } from './waiting.ts';
import { WORLDS } from './worlds.ts';

/** Those of one alert each, and of the classes of fleets. */
export const SCENARIOS: readonly Scenario[] = [
  ...FAILURES,
  ...PATHS,
  ...ATTEMPTS,
  ...WAITING,
  ...USAGE,
  ...POLICIES,
  ...FLEETS,
  ...BUDGET,
  ...LIMITS,
  ...WORLDS,
];

/** Random ones, `count` of each kind. */
export function randomScenarios(count: number): Scenario[] {
  const seeds = Array.from({ length: count }, (_, i) => i + 1);
  return [...healthyFleets(seeds), ...troubledFleets(seeds), ...shortLives(seeds)];
}
