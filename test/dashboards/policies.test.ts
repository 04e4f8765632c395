/**
 * Processes whose policies retry, open circuits, queue and defer, as many times as a generator makes up. One of them is killed, and one starts again in its place. Every
 * panel of the row "What did the policies do?" must show what they did. `SEED=1 npx vitest run test/dashboards/policies.test.ts` repeats a run.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Prometheus, startPrometheus } from '../../dev/prometheus.ts';
import { type AnthropicServer, startAnthropicServer } from '../../src/testing/index.ts';
import { type Answers, evaluate } from './support/evaluate.ts';
import { group } from './support/ledger.ts';
import { Random } from './support/moves.ts';
import { PANELS } from './support/panels.ts';
import { type Amount, PolicyPods } from './support/policies.ts';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6));
const INTERVAL = 2;
const PODS = ['policies-a', 'policies-b', 'policies-c', 'policies-d'] as const;
const now = (): number => Math.floor(Date.now() / 1000);
/** The panels of all metrics of policies. */
const panels = PANELS.filter(({ targets }) =>
  targets.some(({ expr }) => expr.includes('anthropic_resilience_')),
);

let server: AnthropicServer;
let prometheus: Prometheus;
let policies: PolicyPods;
let end: number;
let answers: Answers;

beforeAll(async () => {
  server = await startAnthropicServer({ retryAfterMs: 1, apiKeys: ['good-key'] });
  policies = await PolicyPods.create(server, new Random(SEED), PODS);
  prometheus = await startPrometheus({
    config: { global: { scrape_interval: `${INTERVAL}s` }, scrape_configs: [policies.scrapeConfig] },
  });
  const start = now() - 5;
  for (const pod of PODS) await policies.start(pod);
  while ((await prometheus.number('count(anthropic_client_start_time)')) !== PODS.length) await sleep(200);
  for (const pod of PODS) await policies.work(pod);
  await sleep(3.6 * 1000 * INTERVAL);
  await policies.kill('policies-a');
  await policies.kill('policies-b');
  await policies.start('policies-b');
  await policies.work('policies-b');
  await sleep(4.6 * 1000 * INTERVAL);
  end = now();
  answers = await evaluate(prometheus, start, end, {}, INTERVAL, panels);
});

afterAll(async () => {
  await policies[Symbol.asyncDispose]();
  await prometheus[Symbol.asyncDispose]();
  await server.close();
});

it('every panel of policies shows what each process decided, and what waits in it', () => {
  const expected = policies.expectations(end, INTERVAL);
  const queries = panels.flatMap(({ name, targets }) => targets.map(({ refId }) => `${name} [${refId}]`));
  const compared = expected.flatMap(({ title, refIds }) =>
    refIds.map((id) => `anthropic-errors: ${title} [${id}]`),
  );
  expect(compared.toSorted()).toEqual(queries.toSorted());

  for (const { title, refIds, by, groups, how } of expected) {
    for (const refId of refIds) {
      const series = answers.of('anthropic-errors', title, refId);
      // Of a graph, what its end shows: a series may have ended before.
      const last = Math.max(...series.map(({ values }) => values.at(-1)?.[0] ?? 0));
      const shown = group(
        series.map(({ metric, values }) => [
          by.map((label) => metric[label] ?? ''),
          how === 'count'
            ? values.reduce((sum, [, value]) => sum + value, 0)
            : (values.find(([time]) => time === last)?.[1] ?? 0),
        ]),
      );
      const wrong = [...new Set([...Object.keys(shown), ...Object.keys(groups)])].filter(
        (key) => !isWithin(shown[key] ?? 0, groups[key] ?? 0),
      );
      const difference = wrong.map((key) => `${key}: ${shown[key]}, not ${groups[key]}`);
      expect(difference, `SEED=${SEED} ${title} [${refId}]`).toEqual([]);
    }
  }
});

function isWithin(value: number, amount: Amount): boolean {
  const [low, high] = typeof amount === 'number' ? [amount, amount] : amount;
  return value >= low - 1e-6 && value <= high + 1e-6;
}
