/**
 * Cases for alerts that count events: a burst of events in one instant, seen by processes in every stage of
 * life. Each alert that counts goes through all of them, so each copy of the counting expression is tested.
 */
import { DEFAULT_CONFIG, seconds } from '../../../src/mixin/alerts/config.ts';
import { type AlertCase, type Check, type Expected, firing } from './case.ts';
import {
  back,
  bystanders,
  isBurst,
  type Load,
  MIDDLE_AGED,
  NEW,
  OLD,
  RESTARTED,
  STAGES,
  STEP,
  type Stage,
  split,
} from './stages.ts';
import { world } from './world.ts';

const KEEP = seconds(DEFAULT_CONFIG.keepFiringFor);
/** When the first scrape shows the burst: late enough to look back twice the window. */
const seenAt = (window: number) => Math.max(735, 2.5 * window + 75);

/** What the cases of an alert are made of. */
export interface BurstSpec {
  readonly expected: Expected;
  /** The window of the alert, in seconds. */
  readonly window: number;
  /** Its longest window, where it has more than one. */
  readonly longest?: number;
  /** The `for` of the alert, in seconds. */
  readonly hold?: number;
  /** Loads that fire, by what they show. All give the same text. */
  readonly fires: Readonly<Record<string, Load>>;
  /** Loads that do not, by what they show. */
  readonly silent: Readonly<Record<string, Load>>;
  /** For an alert on a share: the series of good and of failed events, and a load exactly at the threshold. */
  readonly share?: { readonly good: string; readonly failed: string; readonly limit: Load };
}

/** The cases of an alert that counts events. */
export function burstCases(spec: BurstSpec): AlertCase[] {
  return [
    ...Object.entries(spec.fires).flatMap(([what, load], index) =>
      // Every load on an old process; the first one in every stage of life.
      (index === 0 ? STAGES : [OLD]).map((stage) => firingCase(spec, what, load, stage)),
    ),
    ...Object.entries(spec.silent).flatMap(([what, load]) =>
      // What happened long before cannot have happened to a newborn.
      [OLD, RESTARTED, ...(isBurst(load) ? [NEW] : [])].flatMap((stage) => [
        silentCase(spec, what, load, stage),
        // Its bystanders are too young for the longest window: only good where the shorter one decides.
        ...(spec.longest && isBurst(load)
          ? [silentCase({ ...spec, longest: spec.window }, what, load, stage)]
          : []),
      ]),
    ),
    ...shareCases(spec),
  ];
}

/** What happened before the window counts neither in the failed events nor in all of them. */
function shareCases(spec: BurstSpec): AlertCase[] {
  const { share, fires, window } = spec;
  const load = Object.values(fires)[0];
  if (!share || !load) return [];
  const before = -1.3 * window;
  const { good, failed, limit } = share;
  const busy = {
    ...load,
    [good]: [
      [before, 5000],
      [0, atBurst(load, good)],
    ],
  } satisfies Load;
  const many = {
    ...limit,
    [good]: [
      [before, 100_000],
      [0, atBurst(limit, good)],
    ],
    [failed]: [
      [before, 500],
      [0, atBurst(limit, failed)],
    ],
  } satisfies Load;
  return [
    ...[OLD, MIDDLE_AGED].flatMap((stage) => [
      firingCase(spec, 'after busy healthy traffic', busy, stage),
      silentCase(spec, 'at the threshold, after many failures in busy traffic', many, stage),
    ]),
    silentCase(spec, 'at the threshold', limit, split(limit, good), spec.window - 30),
  ];
}

function atBurst(load: Load, series: string): number {
  const events = load[series];
  if (typeof events !== 'number') throw new Error(`${series} must be a number of events`);
  return events;
}

function firingCase(spec: BurstSpec, what: string, load: Load, stage: Stage): AlertCase {
  const { expected, window, longest = window, hold = 0 } = spec;
  const seen = seenAt(longest);
  const alerts = [firing(expected)];
  const end = seen + window - (stage.early ?? 0) + KEEP;
  const bystanderBack = seen + back(window);
  const checks: Check[] = [
    { at: seen - STEP, alerts: [] },
    ...(hold > 0 ? [{ at: seen + hold - STEP, alerts: [] }] : []),
    { at: seen + hold, alerts },
    ...(bystanderBack > seen + hold ? [{ at: bystanderBack, alerts }] : []),
    { at: end - STEP, alerts },
    { at: end, alerts: [] },
  ];
  return {
    alert: expected.alert,
    name: `${expected.alert}: ${what}, ${stage.name}`,
    proves: ['fires', 'resolves'],
    series: world([...stage.process(load, seen, longest), ...bystanders(load, window, seen, longest)], {
      until: end,
    }),
    step: STEP,
    checks,
  };
}

/** A case without any alert for `during` seconds after the burst. */
function silentCase(
  spec: BurstSpec,
  what: string,
  load: Load,
  stage: Stage,
  during: number = spec.window + (spec.hold ?? 0) + 2 * STEP,
): AlertCase {
  const { expected, window, longest = window } = spec;
  const seen = seenAt(longest);
  const until = seen + during;
  const checks: Check[] = [];
  for (let at = seen - STEP; at <= until; at += STEP) checks.push({ at, alerts: [] });
  return {
    alert: expected.alert,
    name: `${expected.alert}: ${what}, ${stage.name}`,
    proves: ['silent below'],
    series: world([...stage.process(load, seen, longest), ...bystanders(load, window, seen, longest)], {
      until,
    }),
    step: STEP,
    checks,
  };
}
