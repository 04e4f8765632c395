/** What fires in each scenario, and that nothing else does, by Prometheus' own unit tests of rules. `npm run test:engines` adds other engines. */
import { beforeAll, describe, expect, it } from 'vitest';
import { isAlert } from '../../src/mixin/alerts/rule.ts';
import { randomScenarios, SCENARIOS } from './scenarios/index.ts';
import { ALERT_RULES } from './support/rules.ts';
import { type Failure, failuresOf } from './support/suite.ts';

const ALL = [...SCENARIOS, ...randomScenarios(2)];
let failures: readonly Failure[] = [];

beforeAll(async () => {
  failures = await failuresOf(ALL);
});

describe('exactly the right alerts fire', () => {
  it.each(ALL.map(({ name }) => name))('%s', (name) => {
    expect(failures.filter(({ scenario }) => scenario === name || scenario === 'promtool')).toEqual([]);
  });
});

describe.each(ALERT_RULES.filter(isAlert).filter(({ alert }) => alert !== 'AnthropicWatchdog'))(
  '$alert $condition',
  ({ alert, condition }) => {
    const name = condition ? `${alert}/${condition}` : alert;
    const fires = (firing: readonly string[]) => firing.some((text) => text.split(' ')[0] === name);

    it('fires in a scenario, and resolves or is silent in it too', () => {
      const own = SCENARIOS.filter(({ checks }) => checks.some(({ firing }) => fires(firing)));
      expect(own.length).toBeGreaterThan(0);
      expect(own.some(({ checks }) => checks.some(({ firing }) => !fires(firing)))).toBe(true);
    });
  },
);

it('has a name of its own for each scenario', () => {
  expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
});
