/** What a test case of an alert says: a world, and when the alert fires in it. */
import { readFileSync } from 'node:fs';
import { DEFAULT_CONFIG } from '../../../src/mixin/alerts/config.ts';
import type { ExpectedAlert, PromtoolTest } from './promtool.ts';

/** What a case proves; the columns of the table that `npm run test:alerts` prints. */
export const ASPECTS = [
  'fires',
  'silent below',
  'silent idle',
  'silent deploy',
  'silent restart',
  'resolves',
] as const;
export type Aspect = (typeof ASPECTS)[number];

/** One check: the alerts that fire at a time. */
export interface Check {
  /** Seconds from the start of the test. */
  readonly at: number;
  /** All of them, with every word; or `'one'`, where the versions of Prometheus differ in the last digits. */
  readonly alerts: readonly ExpectedAlert[] | 'one';
}

/** One test case of one alert. */
export interface AlertCase {
  readonly alert: string;
  readonly name: string;
  readonly proves: readonly Aspect[];
  readonly series: readonly { readonly series: string; readonly values: string }[];
  /** Seconds between scrapes, and between evaluations. */
  readonly step: number;
  readonly checks: readonly Check[];
}

/** The case in promtool's format, for alerts of other names when given (mutants). */
export function promtoolTest(test: AlertCase, alertNames: readonly string[] = [test.alert]): PromtoolTest {
  const worded = test.checks.filter((check): check is Worded => check.alerts !== 'one');
  const counted = test.checks.filter(({ alerts }) => alerts === 'one');
  return {
    name: test.name,
    interval: `${test.step}s`,
    input_series: test.series,
    alert_rule_test: worded.flatMap(({ at, alerts }) =>
      alertNames.map((alertname) => ({ eval_time: `${at}s`, alertname, exp_alerts: alerts })),
    ),
    promql_expr_test: counted.flatMap(({ at }) =>
      alertNames.map((alertname) => ({
        expr: `count(ALERTS{alertname="${alertname}",alertstate="firing"})`,
        eval_time: `${at}s`,
        exp_samples: [{ labels: '{}', value: 1 }],
      })),
    ),
  };
}

type Worded = Check & { readonly alerts: readonly ExpectedAlert[] };

/** What an alert says when it fires: its labels, and its text word for word. */
export interface Expected {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
  /** The dashboard that the link leads to. */
  readonly dashboard: string;
  /** The panel of it, by title; the whole dashboard when absent. */
  readonly panel?: string;
  /** The variables of the link. */
  readonly vars?: string;
}

/** `expected` in promtool's format. */
export function firing(expected: Expected): ExpectedAlert {
  const { alert, labels, summary, description, dashboard, panel, vars } = expected;
  const query = [panel && `viewPanel=${panelId(dashboard, panel)}`, vars].filter(Boolean).join('&');
  return {
    exp_labels: labels,
    exp_annotations: {
      summary,
      description,
      runbook_url: `${DEFAULT_CONFIG.runbookUrl}/${alert}.md`,
      dashboard_url: `${DEFAULT_CONFIG.grafanaUrl}/d/${dashboard}${query && `?${query}`}`,
    },
  };
}

/** The id of the panel with a title, in the dashboard as it is shipped. */
function panelId(dashboard: string, title: string): number {
  const file = readFileSync(new URL(`../../../dashboards/${dashboard}.json`, import.meta.url), 'utf8');
  const { panels } = JSON.parse(file) as { panels: { id: number; title?: string; panels?: typeof panels }[] };
  const found = panels
    .flatMap((panel) => [panel, ...(panel.panels ?? [])])
    .find((panel) => panel.title === title);
  if (!found) throw new Error(`${dashboard}.json has no panel "${title}"`);
  return found.id;
}

/** The model of all test series. */
export const MODEL = 'claude-opus-5-5';
/** The label matcher of it. */
export const OF_MODEL: string = `gen_ai_request_model="${MODEL}"`;
/** The dashboard variables of a link to a service and a model. */
export const VARS: string = `var-job=app&var-model=${MODEL}`;
