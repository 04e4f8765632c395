/** The error budget, over hours and days. */
import { during, type Scenario, silent } from '../support/scenario.ts';
import { type CallSpec, type ProcessSpec, traffic } from '../support/simulate.ts';

const pod = (instance: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  labels: { job: 'app', instance },
  ...more,
});
const budget = (perMinute: number, share: number, from: number, to: number): CallSpec[] =>
  share === 0
    ? traffic(perMinute, { from, to, every: 60 })
    : [
        ...traffic(perMinute * (1 - share), { from, to, every: 60 }),
        ...traffic(perMinute * share, { from, to, every: 60, attempts: ['broken_stream'] }),
      ];
const HOUR = 3600;
const few = (perHour: number, share: number, from: number, to: number): CallSpec[] =>
  Array.from({ length: Math.round(((to - from) / HOUR) * perHour) }, (_, i) => ({
    at: from + 137 + (i * HOUR) / perHour,
    attempts: [Math.floor((i + 1) * share) > Math.floor(i * share) ? 'broken_stream' : 'ok'],
  }));
const overFew = (name: string, calls: readonly CallSpec[], checks: Scenario['checks']): Scenario => ({
  name,
  budget: true,
  scrape: 60,
  processes: [{ calls: [...few(36, 0, 0, 20 * HOUR), ...calls] }],
  checks,
  skip: 18 * HOUR,
});

/** Scenarios of the error budget. */
export const BUDGET: readonly Scenario[] = [
  {
    name: '20 % of a few calls fail for an hour: too few for an error rate, and the budget burns',
    budget: true,
    scrape: 60,
    processes: [
      pod('pod-1', { calls: [...budget(3, 0, 0, 24 * HOUR), ...budget(3, 0.2, 24 * HOUR, 26 * HOUR)] }),
    ],
    checks: [
      { at: 24 * HOUR, firing: [] },
      ...during(
        25 * HOUR,
        25.5 * HOUR,
        ['AnthropicErrorBudgetBurning/1h/5m', 'AnthropicErrorBudgetBurning/3d/6h'],
        1080,
      ),
    ],
    skip: 12 * HOUR,
  },
  {
    name: '1.5 % of the calls fail for a day: the budget burns slowly',
    budget: true,
    scrape: 60,
    evaluate: 300,
    processes: [
      pod('pod-1', { calls: [...budget(200, 0, 0, 10 * HOUR), ...budget(200, 0.015, 10 * HOUR, 46 * HOUR)] }),
    ],
    checks: [
      ...silent(4 * HOUR, 10 * HOUR, 7200),
      ...during(40 * HOUR, 45 * HOUR, ['AnthropicErrorBudgetBurning/3d/6h'], 10_800),
    ],
  },
  {
    name: '7 % of the calls fail for 10 hours: the budget burns fast and slowly',
    budget: true,
    scrape: 60,
    evaluate: 300,
    processes: [
      pod('pod-1', { calls: [...budget(200, 0, 0, 10 * HOUR), ...budget(200, 0.07, 10 * HOUR, 20 * HOUR)] }),
    ],
    checks: [
      { at: 10 * HOUR, firing: [] },
      {
        at: 19.5 * HOUR,
        firing: [
          'AnthropicErrorBudgetBurning/6h/30m',
          'AnthropicErrorBudgetBurning/1d/2h',
          'AnthropicErrorBudgetBurning/3d/6h',
          'AnthropicHighErrorRate',
          'AnthropicRetriesElevated/anthropic',
        ],
      },
    ],
  },
  {
    name: '0.9 % of the calls fail for a day, within the objective',
    budget: true,
    scrape: 60,
    evaluate: 300,
    processes: [pod('pod-1', { calls: budget(200, 0.009, 0, 24 * HOUR) })],
    checks: silent(4 * HOUR, 23 * HOUR, 7200),
  },
  {
    name: '9 of 30 calls failed within a day: too few',
    budget: true,
    scrape: 60,
    evaluate: 300,
    processes: [
      pod('pod-1', {
        calls: Array.from({ length: 30 }, (_, i) => ({
          at: i * 1800 + 137,
          ...(i % 3 === 0 && i < 27 && { attempts: ['broken_stream'] as const }),
        })),
      }),
    ],
    checks: silent(4 * HOUR, 15 * HOUR, 3600),
  },
  {
    name: 'every call has a 401 for an hour: no page on the budget',
    budget: true,
    scrape: 60,
    processes: [
      pod('pod-1', {
        calls: [
          ...traffic(20, { to: 3 * HOUR }),
          ...traffic(20, { from: 3 * HOUR, to: 4 * HOUR, attempts: ['authentication'] }),
        ],
      }),
    ],
    checks: during(3.2 * HOUR, 4 * HOUR, ['AnthropicAuthenticationFailed'], 600),
    skip: 2 * HOUR,
  },
  overFew(
    'a fifth of the calls fails for 30 minutes: the hour is below the limit',
    [...few(36, 0.2, 20 * HOUR, 20.5 * HOUR), ...few(36, 0, 20.5 * HOUR, 22 * HOUR)],
    [
      { at: 20.4 * HOUR, firing: [] },
      { at: 20.6 * HOUR, firing: [] },
    ],
  ),
];
