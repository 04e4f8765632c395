/** Runbooks: one for each alert, with queries that parse and names that exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { yaml } from '../../src/mixin/alerts/build.ts';
import { CATALOGUE, namesIn, TARGET_LABELS } from './support/promql-names.ts';
import { checkRules } from './support/promtool.ts';
import { ALERT_RULES, ALERTS, RECORD_NAMES } from './support/rules.ts';

const folder = fileURLToPath(new URL('../../runbooks/', import.meta.url));
const logs = readFileSync(new URL('../../docs/spans-and-logs.md', import.meta.url), 'utf8');
const text = (alert: string) => readFileSync(`${folder}${alert}.md`, 'utf8');
const blocks = (alert: string, language: string) =>
  [...text(alert).matchAll(new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  );
/** Labels that the records among `metrics` are grouped by, as far as they are in the catalogue. */
const labelsOfRecords = (metrics: readonly string[]): string[] =>
  metrics.some((name) => RECORD_NAMES.includes(name)) ? [...CATALOGUE.values()].flat() : [];
/** Metrics of Prometheus itself. */
const OTHERS = /^(?:up|ALERTS|prometheus_\w+)$/;

it('has a runbook for every alert, and none besides', () => {
  const files = readdirSync(folder).filter((file) => file !== 'README.md');
  expect(files.sort()).toEqual(ALERTS.map(({ alert }) => `${alert}.md`).sort());
});

it('has queries that Prometheus accepts', async () => {
  const queries = ALERTS.flatMap(({ alert }) => blocks(alert, 'promql'));
  const rules = queries.map((expr, i) => ({ record: `runbook:query:${i}`, expr }));
  const { passed, output } = await checkRules(yaml({ groups: [{ name: 'runbook', rules }] }));
  expect(passed, output).toBe(true);
});

describe.each(ALERTS.map((rule) => rule.alert))('%s', (alert) => {
  it('has a meaning, checks, actions, and who has to act, in this order', () => {
    const headings = [...text(alert).matchAll(/^#+ .*$/gm)].map(([heading]) => heading);
    expect(headings).toEqual([`# ${alert}`, '## Meaning', '## Check', '## Act', '## Who']);
  });

  it('has queries of metrics and labels that exist, the first one of what the alert reads', () => {
    const queries = blocks(alert, 'promql');
    expect(queries.length).toBeGreaterThan(0);

    const own = ALERT_RULES.filter((rule) => rule.alert === alert).map(({ expr }) => expr);
    const [first = ''] = queries.flatMap((query) => namesIn(query).metrics);
    expect(
      own.some((expr) => expr.includes(first)) || /^(?:anthropic_client_oldest|ALERTS|job)/.test(first),
      first,
    ).toBe(true);
    for (const query of queries) {
      const { metrics, labels } = namesIn(query);
      const strange = metrics.filter(
        (name) => !CATALOGUE.has(name) && !RECORD_NAMES.includes(name) && !OTHERS.test(name),
      );
      expect(strange).toEqual([]);
      if (metrics.every((name) => OTHERS.test(name))) continue;
      const known = metrics.flatMap((name) => CATALOGUE.get(name) ?? []);
      expect(
        labels.filter((label) => ![...TARGET_LABELS, ...known, ...labelsOfRecords(metrics)].includes(label)),
      ).toEqual([]);
    }
  });

  it('asks the logs for fields and events that they have', () => {
    for (const command of blocks(alert, 'sh').filter((block) => block.includes('jq '))) {
      for (const [, event] of command.matchAll(/event ?==? ?"([^"]*)"/g))
        expect(logs).toContain(`\`${event}\``);
      const picked = /\{([a-z_, ]+)\}/.exec(command)?.[1]?.split(', ') ?? [];
      const compared = [...command.matchAll(/(?<![\w.])\.([a-z_]+)(?=[ ),|\]])/g)].map(
        ([, field = '']) => field,
      );
      for (const field of [...picked, ...compared]) expect(logs).toContain(`\`${field}\``);
    }
  });

  it('links only to files that exist', () => {
    for (const [, target = ''] of text(alert).matchAll(/\]\((?!https:)([^)#]*)\)/g)) {
      expect(existsSync(folder + target), target).toBe(true);
    }
  });
});
