/** Process starts, deploys, restarts and gaps: in each, which events a correct query counts. */
import { PROCESS_LABEL } from '../../../src/signals/names.ts';
import { type ProcessSpec, TARGET, type ValueAt } from '../../alerts/support/simulate.ts';

/** A scenario for one counter. */
export interface CountScenario {
  readonly name: string;
  /** The processes, with `series` as the counter. */
  processes(series: string): ProcessSpec[];
  /** When the events happened that a query must count. */
  readonly events: readonly number[];
  /** The window that it is made for, in seconds; every window when absent. */
  readonly window?: number;
  /** How its processes can be seen; both when absent. Only a scraped target serves several processes. */
  readonly path?: 'scrape';
}

/** How many events of the last `window` seconds a scrape every `step` seconds shows at `time`. */
export function visibleEvents(scenario: CountScenario, time: number, window: number, step: number): number {
  return scenario.events
    .map((event) => Math.ceil(event / step) * step)
    .filter((seen) => seen <= time && seen > time - window).length;
}

/** When a process lives, and its number where one target serves several. The first has none. */
type Life = Pick<ProcessSpec, 'start' | 'end' | 'unseen'> & { readonly process?: string };

const pod = (instance: string, { process, ...life }: Life, series: string, value: ValueAt): ProcessSpec => ({
  labels: { ...TARGET, instance, ...(process && { [PROCESS_LABEL]: process }) },
  ...life,
  metrics: { [series]: value },
});
const until = (times: readonly number[], now: number) => times.filter((time) => time <= now).length;
/** A counter that is zero from the start of its process. */
const counts =
  (...times: readonly number[]): ValueAt =>
  (now) =>
    until(times, now);
/** A counter that does not exist before its first event. */
const appears =
  (...times: readonly number[]): ValueAt =>
  (now) =>
    until(times, now) || undefined;
const flat =
  (value: number): ValueAt =>
  () =>
    value;
const OLD = -86_400;
const pods = ['pod-1', 'pod-2', 'pod-3', 'pod-4', 'pod-5'];
const next = (name: string) => `${name}-new`;
/** A rolling deploy: a pod ends and its successor starts every 40 s from second 1200 on. */
const rolling = (series: string, last: ValueAt): ProcessSpec[] =>
  pods.flatMap((name, i) => [
    pod(name, { end: 1200 + i * 40 }, series, flat(7)),
    pod(next(name), { start: 1200 + i * 40 }, series, i === 4 ? last : counts()),
  ]);

/** The scenarios for a window of `seconds`, seen by scrapes or by pushes. */
export function countScenarios(seconds: number, seen: 'scrape' | 'push'): CountScenario[] {
  return SCENARIOS.filter(({ window = seconds, path = seen }) => window === seconds && path === seen);
}

const SCENARIOS: readonly CountScenario[] = [
  {
    name: 'S1: the series of a known process appears at 1',
    processes: (s) => [pod('pod-1', {}, s, appears(1207))],
    events: [1207],
  },
  {
    name: 'S2: a series at zero counts to 1',
    processes: (s) => [pod('pod-1', {}, s, counts(1207))],
    events: [1207],
  },
  {
    name: 'S3: a deploy resets the counter and nothing happens',
    processes: (s) => [pod('pod-1', { end: 1200 }, s, flat(7)), pod('pod-1', { start: 1205 }, s, counts())],
    events: [],
  },
  {
    name: 'S4: a new pod whose first scrape shows 1',
    processes: (s) => [pod('pod-1', {}, s, flat(0)), pod('pod-2', { start: 1202 }, s, appears(1207))],
    events: [1207],
  },
  {
    name: 'S4b: a new pod at zero counts to 1 within its first window',
    processes: (s) => [pod('pod-1', {}, s, flat(0)), pod('pod-2', { start: 1202 }, s, counts(1307))],
    events: [1307],
  },
  {
    name: 'S4c: a new pod at zero counts to 1 as its first window ends',
    processes: (s) => [pod('pod-1', {}, s, flat(0)), pod('pod-2', { start: 1202 }, s, counts(1503))],
    events: [1503],
  },
  {
    name: 'S5: a target is away for 8 minutes and comes back',
    processes: (s) => [pod('pod-1', { unseen: [[1200, 1680]] }, s, flat(7))],
    events: [],
  },
  {
    name: 'S5b: a fresh Prometheus sees an old counter',
    processes: (s) => [pod('pod-1', { unseen: [[0, 1200]] }, s, flat(7))],
    events: [],
  },
  {
    name: 'S6: three replicas, whose series appear at 1',
    processes: (s) => ['pod-1', 'pod-2', 'pod-3'].map((name) => pod(name, {}, s, appears(1207))),
    events: [1207, 1207, 1207],
  },
  {
    name: 'S7: the series of a known process appears at 5',
    processes: (s) => [pod('pod-1', {}, s, appears(1207, 1208, 1209, 1210, 1211))],
    events: [1207, 1208, 1209, 1210, 1211],
  },
  {
    name: 'S9: 7, a restart, then 1',
    processes: (s) => [
      pod('pod-1', { end: 1200 }, s, flat(7)),
      pod('pod-1', { start: 1201 }, s, appears(1207)),
    ],
    events: [1207],
  },
  {
    name: 'S10: 1, a restart, then 1: a reset that no value shows',
    processes: (s) => [
      pod('pod-1', { end: 1200 }, s, flat(1)),
      pod('pod-1', { start: 1201 }, s, appears(1207)),
    ],
    events: [1207],
  },
  {
    name: 'S11: three events between two scrapes',
    processes: (s) => [pod('pod-1', {}, s, counts(1206, 1207, 1208))],
    events: [1206, 1207, 1208],
  },
  {
    name: 'S12: a rolling deploy of five pods and nothing happens',
    processes: (s) => rolling(s, counts()),
    events: [],
  },
  {
    name: 'S13: a rolling deploy of five pods with an event on the last one',
    processes: (s) => rolling(s, appears(1403)),
    events: [1403],
  },
  {
    name: 'S14: a process that is first seen a minute after its start, and counts as its first window ends',
    processes: (s) => [pod('pod-1', { start: 1201, unseen: [[1201, 1260]] }, s, appears(1480))],
    events: [1480],
  },
  {
    name: 'S15: a process older than the test, whose counter has long been there, counts on',
    processes: (s) => [pod('pod-1', { start: OLD }, s, (now) => 7 + (now >= 1207 ? 2 : 0))],
    events: [1206, 1207],
  },
  {
    name: 'S16: a young target is away for 5 minutes and comes back',
    processes: (s) => [pod('pod-1', { start: 1200, unseen: [[1530, 1850]] }, s, appears(1202, 1203))],
    events: [1202, 1203],
    window: 300,
  },
  {
    name: 'S17: a target is away and comes back beside a young one',
    processes: (s) => [
      pod('pod-1', { unseen: [[1200, 1680]] }, s, flat(7)),
      pod('pod-2', { start: 1500 }, s, counts()),
    ],
    events: [],
  },
  {
    name: 'S18: a worker is killed and starts again in its place, beside one that lives on',
    path: 'scrape',
    processes: (s) => [
      pod('pod-1', {}, s, flat(3)),
      pod('pod-1', { process: '1', end: 1200 }, s, flat(7)),
      pod('pod-1', { process: '1', start: 1202 }, s, appears(1207, 1208)),
    ],
    events: [1207, 1208],
  },
  {
    name: 'S19: a second worker comes, and counts before its first scrape',
    path: 'scrape',
    processes: (s) => [
      pod('pod-1', {}, s, flat(3)),
      pod('pod-1', { process: '1', start: 1202 }, s, appears(1207)),
    ],
    events: [1207],
  },
  {
    name: 'S20: the first worker ends, the second lives on, and a third takes the place of the first',
    path: 'scrape',
    processes: (s) => [
      pod('pod-1', { end: 1200 }, s, flat(7)),
      pod('pod-1', { process: '1' }, s, (now) => 5 + (now >= 1214 ? 1 : 0)),
      pod('pod-1', { start: 1205 }, s, appears(1219)),
    ],
    events: [1214, 1219],
  },
  {
    name: 'S21: a worker is silent for a scrape beside others that respond',
    path: 'scrape',
    processes: (s) => [
      pod('pod-1', {}, s, flat(3)),
      pod('pod-1', { process: '1', unseen: [[1200, 1215]] }, s, flat(7)),
      pod('pod-1', { process: '2', start: 1000 }, s, counts()),
    ],
    events: [],
  },
  {
    name: 'S22: a cluster restarts all of its workers, one after the other',
    path: 'scrape',
    processes: (s) =>
      ['', '1', '2', '3'].flatMap((process, i) => [
        pod('pod-1', { process, end: 1200 + i * 20 }, s, flat(7 - i)),
        pod('pod-1', { process, start: 1205 + i * 20 }, s, i === 3 ? appears(1270) : counts()),
      ]),
    events: [1270],
  },
];
