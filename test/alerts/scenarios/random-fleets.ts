/** Random fleets, which a seed repeats: healthy ones and ones in trouble. */
import { random } from '../support/random.ts';
import { during, type Scenario, silent } from '../support/scenario.ts';
import { type CallSpec, HAIKU, OPUS, type ProcessSpec, traffic } from '../support/simulate.ts';

/**
 * A random fleet: services in clusters, processes that restart in place or are replaced, gaps, any scrape interval, a 429 or a failed call now and
 * then. One service gets `trouble` from second 1800 on.
 */
function randomFleet(
  seed: number,
  trouble?: (from: number, to: number, every: number) => CallSpec[],
): Scenario {
  const next = random(seed);
  const between = (from: number, to: number) => Math.floor(from + next() * (to - from));
  const scrape = [15, 30, 60][between(0, 3)] ?? 15;
  const until = 3600;
  const processes: ProcessSpec[] = [];
  const services = Array.from({ length: between(2, 6) }, (_, i) => ({
    cluster: ['eu', 'us', ''][between(0, 3)] ?? '',
    job: `service-${i}`,
  }));
  const models = [OPUS, HAIKU, ''];
  for (const [s, { cluster, job }] of services.entries()) {
    const troubled = trouble && s === 0;
    for (let p = 0; p < between(1, 5); p++) {
      const inPlace = next() < 0.5;
      const model = models[between(0, 2)] ?? OPUS;
      const perMinute = between(20, 200);
      for (let life = 0, start = between(-5000, 600); start < until; life++) {
        const end = start + between(300, 4000);
        const gap = between(Math.max(0, start), end);
        processes.push({
          labels: { ...(cluster && { cluster }), job, instance: inPlace ? `pod-${p}` : `pod-${p}-${life}` },
          start,
          end,
          unseen: next() < 0.3 ? [[gap, gap + between(60, 300)]] : [],
          calls: [
            ...traffic(perMinute, {
              from: Math.max(start, -400),
              to: Math.min(end, troubled ? 1800 : until),
              model,
            }),
            ...(troubled && end > 1800 ? trouble(Math.max(start, 1800), Math.min(end, until), 15) : []),
            // One failed attempt in a while, which its retry makes good.
            ...(life % 2 === 0 ? [{ at: start + 120, attempts: ['rate_limit', 'ok'] as const, model }] : []),
          ],
        });
        start = end + between(0, 40);
      }
    }
  }
  return {
    name: `random fleet ${seed}`,
    processes,
    scrape,
    shows: ['cluster', 'job'],
    checks: silent(900, until, 60),
    skip: 600,
  };
}

/** Healthy random fleets, in which nothing may fire. */
export const healthyFleets = (seeds: readonly number[]): Scenario[] => seeds.map((seed) => randomFleet(seed));

/** Random fleets with one service in trouble: it alone pages, for the right thing. */
export function troubledFleets(seeds: readonly number[]): Scenario[] {
  return seeds.map((seed) => {
    const [firing, trouble] = TROUBLES[seed % TROUBLES.length] as (typeof TROUBLES)[number];
    const fleet = randomFleet(seed, trouble);
    const { cluster } = fleet.processes[0]?.labels ?? {};
    const where = `${cluster ? ` cluster=${cluster}` : ''} job=service-0`;
    return {
      ...fleet,
      name: `${fleet.name}: ${firing.join(', ')}`,
      checks: [
        ...silent(900, 1740, 120),
        ...during(
          2700,
          3540,
          firing.map((name) => name + where),
          120,
        ),
      ],
    };
  });
}

const failing =
  (attempts: CallSpec['attempts'] & object, perMinute: number) =>
  (from: number, to: number): CallSpec[] =>
    traffic(perMinute, { from, to, attempts });
const TROUBLES: readonly (readonly [string[], (from: number, to: number, every: number) => CallSpec[]])[] = [
  [['AnthropicAuthenticationFailed'], failing(['authentication'], 40)],
  [
    ['AnthropicHighErrorRate', 'AnthropicRetriesElevated/anthropic', 'AnthropicRetriesExhausted'],
    failing(['overloaded', 'overloaded', 'overloaded'], 40),
  ],
  [['AnthropicHighErrorRate', 'AnthropicRequestsRejected/invalid'], failing(['invalid'], 40)],
  [['AnthropicBillingFailed', 'AnthropicHighErrorRate'], failing(['billing'], 40)],
  [['AnthropicCallsHanging/timed_out'], (from, to) => traffic(40, { from, to, canceledBy: 'timeout' })],
];
