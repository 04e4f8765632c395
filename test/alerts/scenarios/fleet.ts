/** Fleets: restarts, gaps, short-lived processes, clusters, a fresh Prometheus. */
import { during, type Scenario, silent } from '../support/scenario.ts';
import { type CallSpec, type ProcessSpec, traffic } from '../support/simulate.ts';

const pod = (instance: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  labels: { job: 'app', instance },
  ...more,
});
const exhausted = (perMinute: number, from: number, to: number): CallSpec[] =>
  traffic(perMinute, { from, to, attempts: ['overloaded'] });

const LIVES: readonly Scenario[] = [
  {
    name: 'in-place restarts every 2 minutes, and 2 calls of each life that run out of retries',
    processes: Array.from({ length: 20 }, (_, i) =>
      pod('pod-1', {
        start: i * 120,
        end: (i + 1) * 120 - 5,
        calls: [
          ...traffic(30, { from: i * 120, to: i * 120 + 110 }),
          ...(i >= 10 ? [{ at: i * 120 + 20, count: 2, attempts: ['overloaded'] as const }] : []),
        ],
      }),
    ),
    checks: [...silent(600, 1200, 300), ...during(1350, 2300, ['AnthropicRetriesExhausted'], 190)],
    skip: 600,
  },
  {
    name: 'one restart in place of a busy service that fails 3 % of its calls, within every limit',
    processes: [
      pod('pod-1', {
        end: 1200,
        calls: [...traffic(97, { to: 1200 }), ...traffic(3, { to: 1200, attempts: ['invalid'] })],
      }),
      pod('pod-1', {
        start: 1205,
        calls: [
          ...traffic(97, { from: 1205, to: 2400 }),
          ...traffic(3, { from: 1205, to: 2400, attempts: ['invalid'] }),
        ],
      }),
    ],
    checks: silent(900, 2400, 15),
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

/** Fleets. */
export const FLEETS: readonly Scenario[] = [...LIVES, ...CLUSTERS];
