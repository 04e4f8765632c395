/** Every case of every alert. */
import type { AlertCase } from '../support/case.ts';
import { ANTHROPIC_CASES } from './anthropic.ts';
import { CONFIG_AND_INPUT_CASES } from './config-and-input.ts';
import { ERROR_BUDGET_CASES } from './error-budget.ts';
import { LATENCY_CASES } from './latency.ts';
import { MISSION_CASES } from './mission.ts';
import { MONEY_CASES } from './money.ts';
import { TELEMETRY_CASES } from './telemetry.ts';
import { TRAFFIC_CASES } from './traffic.ts';

export const ALERT_CASES: readonly AlertCase[] = [
  ...MISSION_CASES,
  ...ERROR_BUDGET_CASES,
  ...TRAFFIC_CASES,
  ...ANTHROPIC_CASES,
  ...LATENCY_CASES,
  ...CONFIG_AND_INPUT_CASES,
  ...MONEY_CASES,
  ...TELEMETRY_CASES,
];
