/** The dashboards are as Grafana's own schema wants them. */
import { expect, it } from 'vitest';
import { DASHBOARDS, type DashboardJson } from './support/panels.ts';
import { schemaProblems } from './support/schema.ts';

it('every dashboard and every panel is as @grafana/schema wants it', async () => {
  expect(await schemaProblems(DASHBOARDS.map(({ json }) => json))).toEqual([]);
});

/** Changes to a dashboard, and what the compiler reports of each. */
const MISTAKES: readonly [change: RegExp, to: string, problem: RegExp][] = [
  [/"unit":"locale"/, '"units":"locale"', /units/],
  [/"decimals":\d/, '"decimals":"two"', /number/],
  [/"drawStyle":"bars"/, '"drawStyle":"bar"', /"bar"/],
  [/"displayMode":"table","placement"/, '"displayMode":"table","place"', /place/],
  [/"sortBy":\[\{/, '"sortBy":[{"order":1,', /order/],
  [/"refresh":2/, '"refresh":7', /7/],
  [/"gridPos":\{"x":0/, '"gridPos":{"left":0', /left/],
  [/"iconColor":/, '"color":', /color/],
];

it('finds unknown fields, wrong types and words that the schema lacks', async () => {
  const [{ json } = { json: undefined }] = DASHBOARDS;
  const text = JSON.stringify(json);
  const broken = MISTAKES.map(([change, to]): DashboardJson => {
    expect(text).toMatch(change);
    return JSON.parse(text.replace(change, to));
  });
  const problems = await schemaProblems(broken);
  for (const [change, , problem] of MISTAKES) expect(problems.join('\n'), String(change)).toMatch(problem);
  expect(problems).toHaveLength(MISTAKES.length);
});
