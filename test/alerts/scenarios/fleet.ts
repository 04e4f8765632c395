/** Fleets: restarts, gaps, short-lived processes, clusters, a fresh Prometheus; and random ones. */
import { random } from '../support/random.ts';
import { during, type Scenario, silent } from '../support/scenario.ts';
import { type CallSpec, HAIKU, OPUS, type ProcessSpec, traffic } from '../support/simulate.ts';

const pod = (instance: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  labels: { job: 'app', instance },
  ...more,
});
const exhausted = (perMinute: number, from: number, to: number): CallSpec[] =>
  traffic(perMinute, { from, to, attempts: ['overloaded'] });

const LIVES: readonly Scenario[] = [
  {
    name: 'in-place restarts every 2 minutes, and calls that run out of retries',
    processes: Array.from({ length: 20 }, (_, i) =>
      pod('pod-1', {
        start: i * 120,
        end: (i + 1) * 120 - 5,
        calls: [
          ...traffic(30, { from: i * 120, to: i * 120 + 110 }),
          ...exhausted(i >= 10 ? 6 : 0, i * 120, i * 120 + 110),
        ],
      }),
    ),
    checks: [
      ...silent(600, 1200, 300),
      ...during(1350, 2300, ['AnthropicHighErrorRate', 'AnthropicRetriesExhausted'], 190),
    ],
    skip: 600,
  },
  {
    name: 'in-place restarts every 2 minutes with a rejected key',
    processes: Array.from({ length: 10 }, (_, i) =>
      pod('pod-1', {
        start: i * 120,
        end: (i + 1) * 120 - 5,
        calls: [{ at: i * 120 + 20, attempts: ['authentication'] }],
      }),
    ),
    checks: during(60, 1100, ['AnthropicAuthenticationFailed'], 130),
  },
  {
    name: 'pods of 40 s, of which every second one fails all its calls',
    processes: Array.from({ length: 60 }, (_, i) =>
      pod(`pod-${i}`, {
        start: i * 40,
        end: (i + 1) * 40,
        calls: traffic(60, {
          from: i * 40,
          to: i * 40 + 35,
          attempts: [i >= 30 && i % 2 === 1 ? 'overloaded' : 'ok'],
        }),
      }),
    ),
    checks: [
      ...silent(600, 1200, 150),
      ...during(1350, 1800, ['AnthropicHighErrorRate', 'AnthropicRetriesExhausted'], 110),
    ],
    skip: 600,
  },
  {
    name: 'the first minute of a fresh Prometheus, during an outage',
    processes: [pod('pod-1', { calls: exhausted(30, -600, 900), unseen: [[0, 600]] })],
    checks: [
      ...silent(0, 540),
      ...during(615, 900, ['AnthropicHighErrorRate', 'AnthropicRetriesExhausted'], 95),
    ],
  },
  {
    name: 'a fresh Prometheus sees a fleet that failed 6 minutes ago',
    processes: [
      pod('pod-1', {
        calls: [...exhausted(30, -600, 240), ...traffic(30, { from: 240, to: 3000 })],
        unseen: [[0, 600]],
      }),
    ],
    checks: silent(0, 1500),
  },
  {
    name: 'a gap of 7 minutes between scrapes in healthy traffic, pushed',
    push: true,
    processes: [pod('pod-1', { calls: traffic(60, { to: 3000 }), unseen: [[1200, 1620]] })],
    checks: silent(600, 2400, 45),
  },
  {
    name: 'an address that rotates over 4 processes, of which one had a 401 once',
    processes: Array.from({ length: 4 }, (_, i) => ({
      ...pod('address', {
        seen: (time: number) => (time / 15) % 4 === i,
        calls: [
          ...(i === 2 ? [{ at: 1201, attempts: ['authentication'] } as const] : []),
          ...traffic(30, { to: 4000 }),
        ],
      }),
    })),
    checks: [
      ...silent(600, 1200),
      ...during(1245, 1800, ['AnthropicAuthenticationFailed'], 95),
      ...silent(2400, 4000, 200),
    ],
  },
  {
    name: 'a rolling deploy of 5 busy pods, with a failed call now and then',
    processes: Array.from({ length: 5 }, (_, i) => [
      pod(`old-${i}`, {
        end: 1200 + i * 60,
        calls: [...traffic(60, { to: 1200 + i * 60 }), { at: 1100, attempts: ['broken_stream'] as const }],
      }),
      pod(`new-${i}`, {
        start: 1200 + i * 60,
        calls: [
          ...traffic(60, { from: 1205 + i * 60, to: 3000 }),
          { at: 1700, attempts: ['overloaded'] as const },
        ],
      }),
    ]).flat(),
    checks: silent(900, 2400, 75),
    skip: 600,
  },
];

/** The same service in two clusters and two namespaces; only `failing` fails. */
const places = [
  { cluster: 'eu', namespace: 'prod' },
  { cluster: 'eu', namespace: 'staging' },
  { cluster: 'us', namespace: 'prod' },
];
const everywhere = (
  failing: (place: { cluster: string; namespace: string }) => CallSpec[] | undefined,
): ProcessSpec[] =>
  places.map((place) => ({
    labels: { ...place, job: 'app', instance: '10.0.0.1:9464' },
    calls: failing(place) ?? traffic(600, { to: 2400 }),
  }));
const isProd = ({ cluster, namespace }: { cluster: string; namespace: string }) =>
  cluster === 'us' && namespace === 'prod';
const CLUSTERS: readonly Scenario[] = [
  {
    name: 'half of the calls fail in one namespace of one cluster, diluted by the others',
    processes: everywhere((place) =>
      isProd(place)
        ? [
            ...traffic(20, { to: 2400 }),
            ...traffic(20, { from: 1200, to: 2400, attempts: ['broken_stream'] }),
          ]
        : undefined,
    ),
    shows: ['cluster', 'namespace', 'job'],
    checks: [
      ...silent(900, 1200, 150),
      ...during(1320, 1800, ['AnthropicHighErrorRate cluster=us namespace=prod job=app'], 120),
    ],
    skip: 600,
  },
  {
    name: 'a rejected key in staging does not hold back the page of production',
    processes: everywhere((place) =>
      isProd(place)
        ? traffic(20, { to: 2400, attempts: ['broken_stream'] })
        : place.namespace === 'staging'
          ? traffic(20, { to: 2400, attempts: ['authentication'] })
          : undefined,
    ),
    shows: ['cluster', 'namespace'],
    checks: [
      {
        at: 900,
        firing: [
          'AnthropicAuthenticationFailed cluster=eu namespace=staging',
          'AnthropicHighErrorRate cluster=us namespace=prod',
        ],
      },
    ],
    skip: 600,
  },
  {
    name: 'two services on one cluster, one of which has a run of server errors',
    processes: [
      {
        labels: { cluster: 'eu', job: 'a', instance: 'x' },
        calls: [{ at: 1201, attempts: ['server_error', 'server_error', 'ok'] }],
      },
      { labels: { cluster: 'eu', job: 'b', instance: 'x' }, calls: [{ at: 1201 }] },
    ],
    shows: ['cluster', 'job'],
    checks: [{ at: 1230, firing: ['AnthropicConsecutiveServerErrors cluster=eu job=a'] }],
    skip: 900,
  },
];

const budget = (perMinute: number, share: number, from: number, to: number): CallSpec[] =>
  share === 0
    ? traffic(perMinute, { from, to, every: 60 })
    : [
        ...traffic(perMinute * (1 - share), { from, to, every: 60 }),
        ...traffic(perMinute * share, { from, to, every: 60, attempts: ['broken_stream'] }),
      ];
const HOUR = 3600;
const BUDGET: readonly Scenario[] = [
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
];

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

export const FLEETS: readonly Scenario[] = [...LIVES, ...CLUSTERS];
export const BUDGETS: readonly Scenario[] = BUDGET;
