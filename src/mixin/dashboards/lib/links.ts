/** Links from panels: to runbooks, between the dashboards, and into Explore. */

import type { DashboardUid } from '../../alerts/rule.ts';
import type { AlertConfig } from '../../config.ts';
import { variable } from './style.ts';

/** A link of a panel. */
export interface Link {
  readonly title: string;
  readonly url: string;
  /** Leaves the dashboard that is open. */
  readonly newTab?: boolean;
}

/** The runbook of an alert; all of them without a name. */
export function runbook({ urls }: AlertConfig, alert?: string): Link {
  return {
    title: alert ? `Runbook: ${alert}` : 'Runbooks',
    url: `${urls.runbooks}/${alert ?? 'README'}.md`,
    newTab: true,
  };
}

/** Another dashboard, with the same variables and the same time range. */
export function toDashboard(uid: DashboardUid, title: string): Link {
  return { title, url: `/d/${uid}?${variable('__all_variables')}&${variable('__url_time_range')}` };
}

/**
 * A link into Explore with a query on a data source that a variable names. Where there is no such data source the
 * variable is empty, and Explore opens with the default one.
 *
 * @param datasource - `logs` or `traces`
 */
export function explore(title: string, datasource: 'logs' | 'traces', query: object): Link {
  const panes = {
    a: {
      datasource: variable(datasource),
      queries: [{ refId: 'A', ...query }],
      range: { from: variable('__from'), to: variable('__to') },
    },
  };
  // Grafana fills in variables; everything else must be escaped already.
  const escaped = encodeURIComponent(JSON.stringify(panes)).replace(
    /%24%7B([\w.%]+?)%7D/g,
    (_, name: string) => variable(decodeURIComponent(name)),
  );
  return { title, url: `/explore?schemaVersion=1&panes=${escaped}`, newTab: true };
}
