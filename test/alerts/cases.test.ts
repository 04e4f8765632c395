/** Every alert: below its threshold, at it, after its `for`, resolved; with every word of its text. */
import { describe, expect, it } from 'vitest';
import { ALERT_CASES } from './cases/index.ts';
import { promtoolTest } from './support/case.ts';
import { testRules } from './support/promtool.ts';
import { rulesOf } from './support/rules.ts';

const alerts = [...new Set(ALERT_CASES.map(({ alert }) => alert))];

describe.each(alerts)('%s', (alert) => {
  const cases = ALERT_CASES.filter((test) => test.alert === alert);
  const steps = [...new Set(cases.map(({ step }) => step))];

  it.each(steps)('fires, stays silent and resolves as its cases say (scrape every %s s)', async (step) => {
    const tests = cases.filter((test) => test.step === step).map((test) => promtoolTest(test));
    const { passed, output } = await testRules(rulesOf(alert), tests, `${step}s`);
    expect(passed, output.slice(0, 6000)).toBe(true);
  });
});
