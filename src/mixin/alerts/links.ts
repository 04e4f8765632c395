/** Links from an alert to its runbook and to the dashboard that shows what it is about. */
import { dashboards } from '../dashboards/build.ts';
import type { AlertConfig } from './config.ts';
import { MODEL } from './expressions.ts';
import type { AlertRule, DashboardUid } from './rule.ts';

/** Where the runbook of an alert is read. */
export function runbookUrl(rule: AlertRule, config: AlertConfig): string {
  return `${config.runbookUrl}/${rule.alert}.md`;
}

/** The dashboard, at the panel, for the service and model of the alert. */
export function dashboardUrl(rule: AlertRule, config: AlertConfig): string {
  const query = [
    ...(rule.panel === undefined ? [] : [`viewPanel=${panelId(rule.dashboard, rule.panel)}`]),
    ...(rule.ofService === false ? [] : ['var-job={{ $labels.job | urlquery }}']),
    ...(rule.perModel ? [`var-model={{ $labels.${MODEL} | urlquery }}`] : []),
  ].join('&');
  return `${config.grafanaUrl}/d/${rule.dashboard}${query && `?${query}`}`;
}

interface Panel {
  readonly id: number;
  readonly title?: string;
  readonly panels?: readonly Panel[];
}

/** The panels of each dashboard. */
let panels: Map<string, readonly Panel[]> | undefined;

/** The id of a panel, by its title: ids are given by position and change when a panel is added. */
function panelId(dashboard: DashboardUid, title: string): number {
  panels ??= new Map(
    dashboards().map(({ content }) => {
      const { uid, panels: all } = JSON.parse(content) as { uid: string; panels: readonly Panel[] };
      return [uid, all.flatMap((panel) => [panel, ...(panel.panels ?? [])])];
    }),
  );
  const found = panels.get(dashboard)?.find((panel) => panel.title === title);
  if (!found) throw new Error(`${dashboard} has no panel "${title}"`);
  return found.id;
}
