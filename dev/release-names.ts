/**
 * The names that users build on: metrics with their labels, alerts, and dashboards. `--write` keeps them as those of a release, in
 * `test/release/names.json`; `npm version` does so.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ruleGroups } from '../src/mixin/alerts/groups.ts';
import { isAlert } from '../src/mixin/alerts/rule.ts';
import { DEFAULT_CONFIG } from '../src/mixin/config.ts';
import { dashboards } from '../src/mixin/dashboards/build.ts';
import { METRICS } from '../src/signals/catalogue.ts';
import { prometheusLabel, prometheusName } from '../src/signals/metric-definition.ts';

/** Names, by kind, each once and in order. */
export interface Names {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
  readonly alerts: readonly string[];
  readonly dashboards: readonly string[];
}

/** The names of this version. */
export function currentNames(): Names {
  const metrics = Object.values(METRICS);
  const rules = ruleGroups(DEFAULT_CONFIG).flatMap((group) => group.rules);
  return {
    metrics: unique(metrics.map(prometheusName)),
    labels: unique(metrics.flatMap(({ attributes }) => attributes.map(prometheusLabel))),
    alerts: unique(rules.filter(isAlert).map(({ alert }) => alert)),
    dashboards: unique(dashboards().map(({ content }) => (JSON.parse(content) as { uid: string }).uid)),
  };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write')) {
  const file = new URL('../test/release/names.json', import.meta.url);
  await writeFile(file, `${JSON.stringify(currentNames(), undefined, 2)}\n`);
}
