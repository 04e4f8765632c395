/** Links from panels: to runbooks, to other dashboards, and to Explore. */

import type { DashboardUid } from '../../alerts/rule.ts';
import type { AlertConfig } from '../../config.ts';
import { variable } from './style.ts';

/** A link of a panel. */
export interface Link {
  readonly title: string;
  readonly url: string;
  /** Opens a new tab, so that the current dashboard stays open. */
  readonly newTab?: boolean;
}

/** The runbook of an alert, or all runbooks without a name. */
export function runbook({ urls }: AlertConfig, alert?: string): Link {
  return {
    title: alert ? `Runbook: ${alert}` : 'Runbooks',
    url: `${urls.runbooks}/${alert ?? 'README'}.md`,
    newTab: true,
  };
}

/** A link to another dashboard, with the same variables and time range. */
export function toDashboard(uid: DashboardUid, title: string): Link {
  return { title, url: `/d/${uid}?${variable('__all_variables')}&${variable('__url_time_range')}` };
}

/**
 * A link to Explore with a query for the data source that a variable names. If there is no such data source, the variable is empty,
 * and Explore opens with the default one.
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
  // Grafana replaces variables. Everything else must already be escaped.
  const escaped = encodeURIComponent(JSON.stringify(panes)).replace(
    /%24%7B([\w.%]+?)%7D/g,
    (_, name: string) => variable(decodeURIComponent(name)),
  );
  return { title, url: `/explore?schemaVersion=1&panes=${escaped}`, newTab: true };
}
