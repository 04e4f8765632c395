/** The whole pack on a healthy service: idle, deployed, restarted, seen by a fresh Prometheus. Nothing may fire. */
import { describe, expect, it } from 'vitest';
import { rulesYaml } from '../../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/alerts/config.ts';
import { type AlertCase, promtoolTest } from './support/case.ts';
import { fleetCases } from './support/fleet.ts';
import { testRules } from './support/promtool.ts';
import { ALERTS, rulesOf } from './support/rules.ts';

const silent = ALERTS.map(({ alert }) => alert).filter((alert) => alert !== 'AnthropicWatchdog');

async function expectSilence(rules: string, life: AlertCase, alerts: readonly string[]): Promise<void> {
  const { passed, output } = await testRules(rules, [promtoolTest(life, alerts)], `${life.step}s`);
  expect(passed, output.slice(0, 4000)).toBe(true);
}

describe('no alert fires', () => {
  it.each(fleetCases('any alert'))('$name', async (life) => {
    await expectSilence(rulesYaml(DEFAULT_CONFIG), life, silent);
  });

  it.each(fleetCases('AnthropicSpendSpike', 25.5))('$name, after a day of history', async (life) => {
    await expectSilence(rulesOf(life.alert), life, [life.alert]);
  });
});
