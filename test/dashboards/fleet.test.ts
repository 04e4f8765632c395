/**
 * Thirty services of two pods each, whose calls a generator makes up. Every query of every panel must show what was done, label by label: for the whole
 * fleet, for a cluster, for a service and for a pod. `SEED=1 npx vitest run --project soak test/dashboards/fleet.test.ts` repeats a run.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECORDED } from '../../src/mixin/dashboards/lib/counts.ts';
import { FAULTS } from '../../src/model/errors.ts';
import { ofBatches, ofCalls, ofFleet, ofPods } from './expected/all.ts';
import type { Comparison, Expectation } from './expected/collected.ts';
import { differences, panelsOf } from './support/compare.ts';
import type { Results } from './support/evaluate.ts';
import { Fleet, INTERVAL } from './support/fleet.ts';
import { PANELS } from './support/panels.ts';
import type { PodName } from './support/pods.ts';
import { failedCall, ofLast5Minutes, Sums } from './support/sums.ts';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6));
const SERVICES = Number(process.env['SERVICES'] ?? 30);

/** What no ledger knows. */
const NOT_COMPARED: Readonly<Record<string, string>> = {
  'anthropic-rate-limits: Used up in: the 10 soonest [A]': 'a forecast, which is in nothing that was sent',
  'anthropic-cost: USD an hour, this week and a week ago [B]': 'needs a Prometheus that is a week old',
};

let fleet: Fleet;
let whole: Results;

beforeAll(async () => {
  fleet = await Fleet.start(SEED, SERVICES);
  await fleet.play();
  whole = await fleet.ask();
});

afterAll(() => fleet[Symbol.asyncDispose]());

function check(results: Results, expected: readonly Expectation[], ...hows: Comparison[]): void {
  expect(differences(results, expected, hows), `SEED=${SEED}`).toEqual([]);
}

describe('the whole fleet', () => {
  it('is shown by bars and totals from the counters, and by what processes state', () => {
    check(whole, [...ofPods(fleet.ledger, {}, 1), ...ofFleet(fleet)], 'count', 'now');
  });

  it('is shown by one bar from the records', async () => {
    const results = await fleet.ask({ oneBar: true, variables: { recorded: RECORDED.window } });
    check(results, ofPods(fleet.ledger, {}, results.step), 'count', 'quotient', 'rate');
  });

  it('is shown for a range that begins in the middle', async () => {
    const { middle: from, ledger } = fleet;
    const calls = ledger.lives.flatMap((life) => life.calls).filter(({ at }) => at > from);
    const expected = ofCalls(calls, { ...ledger, from }, 1).filter(({ how }) => how === 'count');
    check(await fleet.ask({ from, panels: panelsOf(expected) }), expected, 'count');
  });
});

describe.each([
  ['a cluster', { cluster: 'eu' }],
  ['a service that lost a pod in one cluster and restarted one in the other', { job: 'service-00' }],
  ['a pod that restarted', { cluster: 'eu', instance: 'service-00-b' }],
])('%s alone', (_, variables: Partial<PodName>) => {
  it('is shown by every panel', async () => {
    const expected = ofPods(fleet.ledger, variables, 1).filter(({ how }) => how === 'count' || how === 'now');
    check(await fleet.ask({ variables, panels: panelsOf(expected) }), expected, 'count', 'now');
  });
});

it('policies are shown with what each of their processes decided and keeps waiting', async () => {
  const expected = fleet.policies.expectations(fleet.ledger.end, INTERVAL);
  const results = await fleet.ask({ variables: { job: 'policies' }, panels: panelsOf(expected) });
  check(results, expected, 'count', 'now');
});

it('results of batches are those that the application read', async () => {
  const expected = ofBatches(fleet);
  check(await fleet.ask({ variables: { job: 'batches' }, panels: panelsOf(expected) }), expected, 'count');
});

describe('the triage dashboard', () => {
  const made = () => fleet.ledger.lives.flatMap(({ calls }) => calls);
  const failures = (of: Sums) => of.ofCalls(failedCall, 'service', 'anthropic_error_fault');

  it('names the service and the fault of most failed calls, of services with a firing page first', () => {
    const paged = fleet.alerts.filter(({ severity }) => severity === 'critical');
    const named = ({ job, cluster, namespace }: Readonly<Record<string, string>>) =>
      `${job} (${cluster}/${namespace})`;
    const pages = new Set(paged.map(named));
    const byFault = paged.map((alert) => [`${named(alert)} ${alert['fault']}`, 0] as const);
    const scores = Object.entries({ ...Object.fromEntries(byFault), ...failures(new Sums(made())) }).map(
      ([key, calls]) => [key, calls + (pages.has(key.slice(0, key.lastIndexOf(' '))) ? 1e9 : 0)] as const,
    );
    const most = Math.max(...scores.map(([, score]) => score));
    const [verdict] = whole.of('anthropic-triage', 'Who has to act?');
    const worst = scores.filter(([, score]) => score === most).map(([key]) => key.replace(/ (\w+)$/, ': $1'));
    expect(worst, `SEED=${SEED}`).toContain(verdict?.metric['verdict']);
    expect(verdict?.values[0]?.[1]).toBe(most % 1e9);
  });

  it('lists each service with the fault of most of its failed calls, or else of its firing alert', () => {
    const rows = whole.of('anthropic-triage', 'Services (last 5 minutes)', 'A');
    expect(rows).toHaveLength(fleet.services.length);
    for (const { metric, values } of rows) {
      const { cluster, job } = metric;
      expect(metric).toMatchObject({ namespace: 'shop', link_cluster: cluster, link_namespace: 'shop' });
      const isOfService = ([key]: [string, number]) => key.startsWith(`${job} (${cluster}/shop) `);
      const [surely, maybe] = ofLast5Minutes(made(), fleet.ledger).map((sums) =>
        Object.entries(failures(sums)).filter(isOfService),
      ) as [[string, number][], [string, number][]];
      const value = values[0]?.[1] ?? 0;
      const most = (entries: [string, number][]) => Math.max(0, ...entries.map(([, failed]) => failed));
      expect(value, `SEED=${SEED} ${job}`).toBeGreaterThanOrEqual(most(surely));
      expect(value, `SEED=${SEED} ${job}`).toBeLessThanOrEqual(most(maybe));
      const faults = maybe.filter(([, failed]) => failed >= value).map(([key]) => key.split(' ').at(-1));
      const alerted = fleet.alerts.filter((alert) => alert['job'] === job && alert['cluster'] === cluster);
      const known = alerted
        .map(({ fault = '' }) => fault)
        .filter((fault) => FAULTS.some((each) => each === fault));
      const expected = value > 0 ? faults : known.length > 0 ? known : ['none'];
      expect(expected, `SEED=${SEED} ${job}`).toContain(metric['anthropic_error_fault']);
    }
  });
});

it('every query of every panel is compared, or listed with the reason', () => {
  const compared = [
    ...ofPods(fleet.ledger, {}, 1),
    ...ofFleet(fleet),
    ...ofBatches(fleet),
    ...fleet.policies.expectations(0, 0),
  ];
  const names = new Set([
    'anthropic-triage: Who has to act? [A]',
    'anthropic-triage: Services (last 5 minutes) [A]',
    ...compared.flatMap(({ uid, title, refIds }) => refIds.map((refId) => `${uid}: ${title} [${refId}]`)),
  ]);
  const queries = PANELS.flatMap(({ name, targets }) => targets.map(({ refId }) => `${name} [${refId}]`));
  expect(queries.filter((name) => !names.has(name))).toEqual(Object.keys(NOT_COMPARED));
});

it('no panel shows an empty name, and no value is NaN, infinite or -0', () => {
  for (const { name, panel, targets } of PANELS) {
    for (const { refId, legendFormat } of targets) {
      for (const results of [fleet.silent, fleet.idle, whole]) {
        for (const { metric, values } of results?.all.get(`${name} [${refId}]`) ?? []) {
          const legend = legendFormat.replaceAll(/{{(\w+)}}/g, (_, label) => metric[label] ?? '').trim();
          if (panel.type !== 'table') expect(legend, name).not.toBe('');
          for (const [, value] of values) {
            expect(value, name).toSatisfy(Number.isFinite);
            expect(Object.is(value, -0), name).toBe(false);
          }
        }
      }
    }
  }
});

it('without telemetry, every panel shows its text for no data', () => {
  // The states of the alerts are known as soon as the rules are loaded: nothing fires. A threshold is a threshold without data too.
  const known = /^anthropic-triage: (Pages \[[A-D]\]|Error rate after retries, by model \[B\])$|Rules/;
  const filled = [...(fleet.silent?.all ?? [])]
    .filter(([, series]) => series.length > 0)
    .map(([name]) => name);
  expect(filled.filter((name) => !known.test(name))).toEqual([]);
});

describe('without traffic', () => {
  it('nothing but the telemetry of the telemetry has a value other than zero', () => {
    const other = /^anthropic-telemetry:|by model \[B\]$/;
    for (const [name, found] of fleet.idle?.all ?? []) {
      if (other.test(name)) continue;
      const values = found.flatMap((series) => series.values).filter(([, value]) => value !== 0);
      expect(values, name).toEqual([]);
    }
  });

  it('counts are zero, and the verdict is that no action is needed', () => {
    const value = (uid: string, title: string) =>
      fleet.idle?.of(uid, title).map(({ values }) => values[0]?.[1]);
    expect(value('anthropic-triage', 'In the time range')).toEqual([0]);
    expect(value('anthropic-errors', 'Failed attempts')).toEqual([0]);
    expect(value('anthropic-cost', 'Calls')).toEqual([0]);
    expect(value('anthropic-triage', 'Error rate (5m)')).toEqual([]);
    const verdict = fleet.idle?.of('anthropic-triage', 'Who has to act?')[0]?.metric;
    expect(verdict).toEqual({ verdict: 'No action needed' });
  });
});
