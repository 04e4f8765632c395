/** The stages of life of a process that a burst of events hits, and the processes beside it that must not matter. */
import { DEFAULT_CONFIG, seconds } from '../../../src/mixin/alerts/config.ts';
import { type ProcessSpec, sum, type ValueAt } from './world.ts';

/** Seconds between scrapes. */
export const STEP = 15;
const GRACE = seconds(DEFAULT_CONFIG.birthGrace);

/** Events by series: so many with the burst, or `[seconds after the burst, how many]`. */
export type Load = Readonly<Record<string, number | readonly (readonly [number, number])[]>>;

/** `load` with the events of one series on a process of its own, which is first seen late. */
export function split(load: Load, series: string): Stage {
  const { [series]: events = 0, ...rest } = load;
  return {
    name: 'some of it on a process that is first seen when it is 150 seconds old',
    process: (_, seen, window) => [
      ...OLD.process(rest, seen, window),
      ...LATE.process({ [series]: events }, seen, window).map((late) => ({ ...late, instance: 'pod-2' })),
    ],
  };
}

/** Whether nothing of a load happened before or after the burst. */
export function isBurst(load: Load): boolean {
  return Object.values(load).every((events) => typeof events === 'number');
}

/** A stage of life of the process that the burst hits. */
export interface Stage {
  readonly name: string;
  /** The process, with `load` in its counters; `seen` is when the first scrape shows the burst. */
  process(load: Load, seen: number, window: number): ProcessSpec[];
  /** Seconds by which the burst is forgotten sooner than a window after it was seen. */
  readonly early?: number;
}

/** An old process that has counted before. */
export const OLD: Stage = {
  name: 'an old process that counted 1000 of each before',
  process: (load, seen) => [{ metrics: metrics(load, seen, (value) => 1000 + value) }],
};

/** A process with a past longer than the window, and shorter than twice the window. */
export const MIDDLE_AGED: Stage = {
  name: 'a process that is 1.4 windows old',
  process: (load, seen, window) => [newborn(load, seen, 1.4 * window)],
};

/** A process that has just started. */
export const NEW: Stage = {
  name: 'a process that is 10 seconds old',
  process: (load, seen) => [newborn(load, seen, 10)],
};

/** A process that counted before, restarted within the window, and counts again. */
export const RESTARTED: Stage = {
  name: 'a process that counted 1 of each and restarted 0.7 windows before',
  process: (load, seen, window) => {
    const age = Math.ceil((0.7 * window) / STEP) * STEP;
    return [{ end: seen - age - 2, metrics: metrics(load, seen, () => 1) }, newborn(load, seen, age)];
  },
};

/** A process that is first seen when its counters count already. */
export const LATE: Stage = {
  name: 'a process that is first seen when it is 150 seconds old',
  process: (load, seen) => [{ ...newborn(load, seen, 150), unseen: [[seen - 150, seen]] }],
  // Its counter has no value a window ago for 150 seconds, of which the grace for births covers 120.
  early: Math.max(0, 150 - GRACE - STEP),
};

/** Every stage for a burst without a past. */
export const STAGES: readonly Stage[] = [
  OLD,
  {
    name: 'an old process whose series are born with the burst',
    process: (load, seen) => [{ metrics: metrics(load, seen, born) }],
  },
  NEW,
  {
    name: 'a process that counted 1 of each and restarted 10 seconds before',
    process: (load, seen) => [
      { end: seen - 12, metrics: metrics(load, seen, () => 1) },
      newborn(load, seen, 10),
    ],
  },
  RESTARTED,
  LATE,
  {
    name: 'an old process, beside one that came back after a gap',
    process: (load, seen, window) => [
      ...OLD.process(load, seen, window),
      { instance: 'pod-4', ...gap(seen - back(window), window), metrics: metrics(load, seen, () => 1000) },
    ],
  },
];

/** Seconds after the burst until a bystander comes back from its gap. */
export function back(window: number): number {
  return Math.ceil((0.6 * window) / STEP) * STEP;
}

/**
 * Processes beside it that must not matter: one that counted 1000 of each too long ago to know when, one that
 * did so before the window, some that come back after a gap, and a young one without events. `longest` is the
 * longest window of the alert.
 */
export function bystanders(
  load: Load,
  window: number,
  seen: number,
  longest: number = window,
): ProcessSpec[] {
  const thousand = metrics(load, seen, () => 1000);
  const start = seen - longest - GRACE - 60;
  return [
    { instance: 'pod-6', start, unseen: [[start, seen - 30]], metrics: thousand },
    { instance: 'pod-7', metrics: thousand },
    { instance: 'pod-8', ...gap(seen + back(window), window), metrics: thousand },
    ...(longest > window
      ? [{ instance: 'pod-3', ...gap(seen - back(longest), longest), metrics: thousand }]
      : []),
    {
      instance: 'pod-9',
      start: seen - Math.floor(window / 2 / STEP) * STEP,
      metrics: metrics(load, seen, () => 0),
    },
  ];
}

/** Out of sight for 1.3 windows, until `end`. */
function gap(end: number, window: number): Pick<ProcessSpec, 'unseen'> {
  return { unseen: [[end - 1.3 * window, end]] };
}

/** A process that started `age` seconds before the burst was seen, and whose series are born with it. */
function newborn(load: Load, seen: number, age: number): ProcessSpec {
  // What happened before its start happened to others.
  const since = Object.entries(load).map(
    ([series, events]) =>
      [series, typeof events === 'number' ? events : events.filter(([after]) => after >= -age)] as const,
  );
  return { start: seen - age, metrics: metrics(Object.fromEntries(since), seen, born) };
}

const born = (value: number): number | undefined => value || undefined;

/** The counters of a load, as `see` turns the number of events into a value. */
function metrics(
  load: Load,
  seen: number,
  see: (value: number) => number | undefined,
): Record<string, ValueAt> {
  return Object.fromEntries(
    Object.entries(load).map(([series, events]) => {
      const list = typeof events === 'number' ? ([[0, events]] as const) : events;
      // Five seconds before the scrape that shows it.
      const value = sum(
        ...list.map(
          ([after, count]) =>
            (now: number) =>
              now >= seen + after - 5 ? count : 0,
        ),
      );
      return [series, (now: number) => see(value(now) ?? 0)];
    }),
  );
}
