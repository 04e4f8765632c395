/** Generates the file of every dashboard. */
import type { DashboardUid } from '../alerts/rule.ts';
import { type AlertConfig, DEFAULT_CONFIG } from '../config.ts';
import { cost } from './cost/index.ts';
import { errors } from './errors/index.ts';
import { latency } from './latency/index.ts';
import { Queries } from './lib/queries.ts';
import { rateLimits } from './rate-limits/index.ts';
import { telemetry } from './telemetry/index.ts';
import { triage } from './triage/index.ts';

/** A generated file. */
export interface DashboardFile {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly content: string;
}

/** The dashboards, in reading order. */
const DASHBOARDS: Readonly<Record<DashboardUid, (q: Queries) => object>> = {
  'anthropic-triage': triage,
  'anthropic-errors': errors,
  'anthropic-latency': latency,
  'anthropic-rate-limits': rateLimits,
  'anthropic-cost': cost,
  'anthropic-telemetry': telemetry,
};

/** The uids of the dashboards, in reading order. */
export const DASHBOARD_UIDS = Object.keys(DASHBOARDS) as readonly DashboardUid[];

/**
 * The dashboards for one configuration, as files in Grafana's classic format.
 *
 * @example
 * for (const { path, content } of dashboards(defineConfig({ groupingLabels: ['region', 'job'] }))) await writeFile(path, content);
 */
export function dashboards(config: AlertConfig = DEFAULT_CONFIG): DashboardFile[] {
  const q = new Queries(config);
  return Object.entries(DASHBOARDS).map(([uid, build]) => ({
    path: `dashboards/${uid}.json`,
    content: `${JSON.stringify(build(q), undefined, 2)}\n`,
  }));
}
