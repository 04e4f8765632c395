/** The simulator of the scenarios states what the package states: the same series, and the same counts. */
import { expect, it } from 'vitest';
import { METRICS, type MetricKey } from '../../src/signals/catalogue.ts';
import { prometheusLabel, prometheusName } from '../../src/signals/metric-definition.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, rejection, startHarness } from '../helpers/harness.ts';
import { type CallSpec, type Kind, simulate } from './support/simulate.ts';

/** The gauges that rules detect with; of an age, only whether it is there is compared. */
const COUNTS: readonly MetricKey[] = [
  'recentCalls',
  'recentAttempts',
  'recentRetriesExhausted',
  'authenticationFailing',
];
const AGES: readonly MetricKey[] = ['recentCost', 'authenticationFailureAge', 'serverErrorRunAge'];

const statuses: readonly (readonly [Kind, number])[] = [
  ['server_error', 500],
  ['server_error', 503],
  ['authentication', 401],
  ['rate_limit', 429],
  ['overloaded', 529],
  ['permission', 403],
  ['not_found', 404],
  ['invalid', 400],
  ['billing', 402],
];

it('gives the series of the package, with the same labels and counts', async () => {
  const { server, client, newClient, allPoints } = await startHarness({ client: { maxRetries: 0 } });
  const calls: Omit<CallSpec, 'at'>[] = [];

  for (let i = 0; i < 3; i++) {
    await client.messages.create(HELLO);
    calls.push({ usd: 1 });
  }
  for (const [kind, status] of statuses) {
    server.plan([respond.error(status)]);
    await rejection(client.messages.create(HELLO));
    calls.push({ attempts: [kind] });
  }
  server.plan([respond.error(529)]);
  await newClient({ maxRetries: 1 }).messages.create(HELLO);
  calls.push({ attempts: ['overloaded', 'ok'], usd: 1 });
  server.plan([respond.hang(), respond.hang()]);
  await rejection(client.messages.create(HELLO, { signal: AbortSignal.timeout(100) }));
  calls.push({ canceledBy: 'timeout' });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  await rejection(client.messages.create(HELLO, { signal: controller.signal }));
  calls.push({ canceledBy: 'application' });

  const real = await realSeries(await allPoints());
  const simulated = simulate([{ labels: {}, calls: calls.map((call, i) => ({ at: i, ...call })) }], {
    from: 60,
    until: 60,
    step: 15,
  });
  const ofGauges = simulated.filter(({ series }) =>
    [...COUNTS, ...AGES].some((key) => series.startsWith(`${prometheusName(METRICS[key])}{`)),
  );
  const expected = new Map(
    ofGauges.map(({ series, values }) => [sorted(series), isAge(series) ? 'there' : values]),
  );
  expect(Object.fromEntries(real)).toEqual(Object.fromEntries(expected));
});

function realSeries(
  points: ReadonlyMap<string, readonly { attributes: object; value: unknown }[]>,
): Map<string, string> {
  const series = new Map<string, string>();
  for (const key of [...COUNTS, ...AGES]) {
    for (const { attributes, value } of points.get(METRICS[key].name) ?? []) {
      const labels = Object.entries(attributes).map(([name, label]) => `${prometheusLabel(name)}="${label}"`);
      const name = sorted(`${prometheusName(METRICS[key])}{${labels.join(',')}}`);
      series.set(name, isAge(name) ? 'there' : String(value));
    }
  }
  return series;
}

function isAge(series: string): boolean {
  return AGES.some((key) => series.startsWith(prometheusName(METRICS[key])));
}

/** A series with its labels in alphabetical order, whenever its process was created. */
function sorted(series: string): string {
  const [, name = '', labels = ''] = /^([^{]+)\{(.*)\}$/.exec(series) ?? [];
  const alike = labels.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'then');
  return `${name}{${alike.split(',').filter(Boolean).sort().join(',')}}`;
}
