/** Every dashboard, as the file that is committed. */
import type { DashboardUid } from '../alerts/rule.ts';
import { cost } from './cost.ts';
import { errors } from './errors.ts';
import { latency } from './latency.ts';
import { rateLimits } from './rate-limits.ts';
import { telemetry } from './telemetry.ts';
import { triage } from './triage.ts';

/** A generated file. */
export interface DashboardFile {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly content: string;
}

const DASHBOARDS: Readonly<Record<DashboardUid, () => string>> = {
  'anthropic-triage': triage,
  'anthropic-errors': errors,
  'anthropic-latency': latency,
  'anthropic-rate-limits': rateLimits,
  'anthropic-cost': cost,
  'anthropic-telemetry': telemetry,
};

/** The dashboards, in the order in which they are read. */
export function dashboards(): DashboardFile[] {
  return Object.entries(DASHBOARDS).map(([uid, build]) => ({
    path: `dashboards/${uid}.json`,
    content: build(),
  }));
}
