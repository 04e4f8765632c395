/** Cases of the alerts on the error budget. Shares are exact: 0.144 of the calls is 144 of 1000. */
import { type AlertCase, type Check, firing, OF_MODEL } from '../support/case.ts';
import { accumulates, world } from '../support/world.ts';

const HOUR = 3600;
const DAY = 86_400;
const calls = (outcome: string) => `anthropic_client_calls_total{${OF_MODEL},anthropic_outcome="${outcome}"}`;

/** What happens between two scrapes, at a time. */
type Traffic = (time: number) => { readonly ok?: number; readonly failed?: number };

function service(step: number, traffic: Traffic, until: number) {
  const metrics = {
    [calls('ok')]: accumulates(step, (time) => traffic(time).ok ?? 0),
    [calls('error')]: accumulates(step, (time) => traffic(time).failed ?? 0),
    // Canceled calls are neither good nor bad.
    [calls('canceled')]: accumulates(step, () => 50),
  };
  return world([{ start: -30 * DAY, metrics }], { until, step });
}

const fast = (share: string) =>
  firing({
    alert: 'AnthropicErrorBudgetBurningFast',
    labels: { severity: 'critical', fault: 'unknown', job: 'app' },
    summary: 'The error budget of the Claude calls of app burns fast.',
    description:
      `${share} of the calls of app failed over the last 1h or 6h. The objective of 99 % leaves 1 % for failures. At ` +
      'this speed it is spent within days or sooner.',
    dashboard: 'anthropic-errors',
    vars: 'var-job=app',
  });

const slow = (share: string) =>
  firing({
    alert: 'AnthropicErrorBudgetBurningSlow',
    labels: { severity: 'warning', fault: 'unknown', job: 'app' },
    summary: 'The error budget of the Claude calls of app will not last.',
    description:
      `${share} of the calls of app failed over the last 1d or 3d. The objective of 99 % leaves 1 % for failures. At ` +
      'this speed it does not last for the month.',
    dashboard: 'anthropic-errors',
    vars: 'var-job=app',
  });

function fires(
  speed: 'Fast' | 'Slow',
  name: string,
  step: number,
  traffic: Traffic,
  checks: Check[],
): AlertCase {
  const alert = `AnthropicErrorBudgetBurning${speed}`;
  const until = Math.max(...checks.map(({ at }) => at));
  return {
    alert,
    name: `${alert}: ${name}`,
    proves: checks.at(-1)?.alerts.length === 0 ? ['fires', 'resolves'] : ['fires'],
    series: service(step, traffic, until),
    step,
    checks,
  };
}

/** A case without any alert from `from` to `until`. */
function silent(
  speed: 'Fast' | 'Slow',
  name: string,
  step: number,
  traffic: Traffic,
  until: number,
  from = 0,
): AlertCase {
  const checks: Check[] = [];
  const every = Math.max(1, Math.floor((until - from) / step / 50)) * step;
  for (let at = from; at <= until; at += every) checks.push({ at, alerts: [] });
  return {
    ...fires(speed, name, step, traffic, [...checks, { at: until, alerts: [] }]),
    proves: ['silent below'],
  };
}

/** `failed` of 1000 calls between two scrapes, from `from` to `to`. */
const share =
  (failed: number, from = 0, to: number = Infinity): Traffic =>
  (time) =>
    time >= from && time < to ? { ok: 1000 - failed, failed } : { ok: 1000 };

/** A quiet service: one call at every `every`th scrape, of which the given ones fail (by scrape, from `from` on); busy before. */
function handful(
  step: number,
  every: number,
  from: number,
  failing: readonly number[],
  busyUntil = 0,
): Traffic {
  return (time) => {
    if (time < busyUntil) return { ok: 10_000 };
    const scrape = (time - from) / step;
    if (failing.includes(scrape)) return { failed: 1 };
    return scrape % every === 0 ? { ok: 1 } : {};
  };
}

/** Bursts of calls: when, in seconds before `at`, how many, and how many of them fail. */
type Bursts = readonly (readonly [before: number, calls: number, failed: number])[];

/** Nothing but `bursts`, and no alert around `at`: some window is exactly at its threshold then. */
function boundary(speed: 'Fast' | 'Slow', name: string, at: number, bursts: Bursts): AlertCase {
  const traffic: Traffic = (time) => {
    const [, all = 0, failed = 0] = bursts.find(([before]) => time === at - before) ?? [];
    return { ok: all - failed, failed };
  };
  return silent(speed, name, 300, traffic, at + 1500, at - 1500);
}

/** So many good calls that the windows which see them stay far below their thresholds. */
const MANY = 1_000_000;

/** Errors so rare or so slow that only the long pair of windows sees them, and the reverse. */
const FAST_CASES: readonly AlertCase[] = [
  fires('Fast', '15 % fail for 70 minutes after 7 healthy hours', 60, share(150, 7 * HOUR, 8 * HOUR + 600), [
    { at: 7 * HOUR, alerts: [] },
    { at: 7 * HOUR + 50 * 60, alerts: [] },
    { at: 8 * HOUR + 300, alerts: [fast('15%')] },
    { at: 8 * HOUR + 600 + 480, alerts: 'one' },
    { at: 8 * HOUR + 600 + 660, alerts: [] },
  ]),
  silent(
    'Fast',
    '14.4 % fail for 75 minutes after 7 healthy hours',
    60,
    share(144, 7 * HOUR, 8 * HOUR + 900),
    9 * HOUR,
  ),
  fires('Fast', '8 % fail for half a day', 60, share(80, 0, 13 * HOUR), [
    { at: 0, alerts: [] },
    { at: 600, alerts: [fast('8%')] },
    { at: 13 * HOUR - 60, alerts: [fast('8%')] },
    { at: 13 * HOUR + 1020, alerts: 'one' },
    { at: 13 * HOUR + 1200, alerts: [] },
  ]),
  silent('Fast', '6 % fail for half a day', 60, share(60), 12 * HOUR),
  fires(
    'Fast',
    '10 calls of a quiet service fail within the hour',
    60,
    handful(60, 2, 7 * HOUR, [3, 5, 7, 9, 11, 13, 15, 17, 56, 58], 6 * HOUR + 3000),
    [
      { at: 8 * HOUR - 300, alerts: [] },
      { at: 8 * HOUR, alerts: 'one' },
    ],
  ),
  silent(
    'Fast',
    '9 calls of a quiet service fail within the hour, 5 before',
    60,
    handful(60, 2, 7 * HOUR, [-50, -48, -46, -44, -42, 5, 7, 9, 11, 13, 15, 17, 56, 58], 6 * HOUR),
    8 * HOUR,
  ),
  fires(
    'Fast',
    '10 calls of a quiet service fail within 6 hours',
    60,
    handful(60, 3, 6 * HOUR, [30, 37, 44, 51, 58, 65, 72, 79, 339, 354], 6 * HOUR - 600),
    [
      { at: 12 * HOUR - 900, alerts: [] },
      { at: 12 * HOUR, alerts: 'one' },
    ],
  ),
  silent(
    'Fast',
    '9 calls of a quiet service fail within 6 hours, 5 before',
    60,
    handful(60, 3, 6 * HOUR, [-90, -80, -70, -60, -50, 37, 44, 51, 58, 65, 72, 79, 339, 354], 4 * HOUR),
    12 * HOUR,
  ),
  boundary('Fast', '14.4 % of the hour, more of the last 5 minutes', 8 * HOUR, [
    [3 * HOUR, MANY, 0],
    [1800, 990, 135],
    [0, 10, 9],
  ]),
  boundary('Fast', '14.4 % of 5 minutes, more of the hour', 8 * HOUR, [
    [3 * HOUR, MANY, 0],
    [HOUR + 300, 10_000, 0],
    [3000, 100, 100],
    [0, 125, 18],
  ]),
  boundary('Fast', '6 % of 6 hours, more of the last 30 minutes', 8 * HOUR, [
    [2 * HOUR, 900, 50],
    [0, 100, 10],
  ]),
  boundary('Fast', '6 % of 30 minutes, more of 6 hours', 8 * HOUR, [
    [6.5 * HOUR, 10_000, 0],
    [5 * HOUR, 1000, 120],
    [0, 100, 6],
  ]),
  {
    ...silent('Fast', 'no call ever failed', 60, () => ({}), 2 * HOUR),
    series: world([{ start: -30 * DAY, metrics: { [calls('ok')]: accumulates(60, () => 1000) } }], {
      until: 2 * HOUR,
      step: 60,
    }),
  },
];

const SLOW_CASES: readonly AlertCase[] = [
  fires(
    'Slow',
    '4 % fail for a day after three busy days',
    300,
    (time) => (time < 3 * DAY ? { ok: 10_000 } : share(40, 0, 4 * DAY + HOUR)(time)),
    [
      { at: 3 * DAY + 20 * HOUR, alerts: [] },
      { at: 4 * DAY + 1800, alerts: [slow('4%')] },
      { at: 4 * DAY + HOUR + 1800, alerts: 'one' },
      { at: 4 * DAY + HOUR + 2700, alerts: [] },
    ],
  ),
  silent(
    'Slow',
    '3 % fail for a day after three busy days',
    300,
    (time) => (time < 3 * DAY ? { ok: 10_000 } : share(30)(time)),
    4 * DAY + 2 * HOUR,
  ),
  fires('Slow', '2 % fail for 4 days', 300, share(20, 0, 4 * DAY), [
    { at: 0, alerts: [] },
    { at: 3 * HOUR, alerts: [slow('2%')] },
    { at: 4 * DAY - 300, alerts: [slow('2%')] },
    { at: 4 * DAY + 10_800, alerts: 'one' },
    { at: 4 * DAY + 11_700, alerts: [] },
  ]),
  silent('Slow', '1 % fail for 4 days', 300, share(10), 4 * DAY),
  fires(
    'Slow',
    '10 calls of a quiet service fail within a day',
    300,
    handful(300, 1, 3 * DAY, [20, 25, 30, 35, 40, 45, 50, 55, 270, 281], 3 * DAY - 600),
    [
      { at: 4 * DAY - 2 * HOUR, alerts: [] },
      { at: 4 * DAY, alerts: 'one' },
    ],
  ),
  silent(
    'Slow',
    '9 calls of a quiet service fail within a day, 5 before',
    300,
    handful(
      300,
      1,
      3 * DAY,
      [-100, -85, -70, -55, -40, 25, 30, 35, 40, 45, 50, 55, 270, 281],
      3 * DAY - 36_000,
    ),
    4 * DAY,
  ),
  fires(
    'Slow',
    '10 calls of a quiet service fail within 3 days',
    300,
    handful(300, 1, DAY, [100, 125, 150, 175, 200, 225, 250, 275, 800, 831]),
    [
      { at: 4 * DAY - 6 * HOUR, alerts: [] },
      { at: 4 * DAY, alerts: 'one' },
    ],
  ),
  silent(
    'Slow',
    '9 calls of a quiet service fail within 3 days, 5 before',
    300,
    handful(300, 1, DAY, [-200, -165, -130, -95, -60, 125, 150, 175, 200, 225, 250, 275, 800, 831]),
    4 * DAY,
    4 * DAY - 3000,
  ),
  fires(
    'Slow',
    'every call fails for 3 hours, and then nobody calls',
    60,
    (time) => ({ failed: time < 3 * HOUR ? 10 : 0 }),
    [
      { at: 3 * HOUR, alerts: 'one' },
      { at: 9 * HOUR + 600, alerts: 'one' },
      { at: 9 * HOUR + 960, alerts: [] },
    ],
  ),
  boundary('Slow', '3 % of the day, more of the last 2 hours', 4 * DAY, [
    [2 * DAY, MANY, 0],
    [12 * HOUR, 900, 20],
    [0, 100, 10],
  ]),
  boundary('Slow', '3 % of 2 hours, more of the day', 4 * DAY, [
    [2 * DAY, MANY, 0],
    [25 * HOUR, 10_000, 0],
    [20 * HOUR, 100, 100],
    [0, 100, 3],
  ]),
  boundary('Slow', '1 % of 3 days, more of the last 6 hours', 4 * DAY, [
    [1.5 * DAY, 900, 8],
    [0, 100, 2],
  ]),
  boundary('Slow', '1 % of 6 hours, more of 3 days', 4 * DAY, [
    [3 * DAY + 2 * HOUR, 100_000, 0],
    [2 * DAY, 1000, 28],
    [0, 100, 1],
  ]),
];

export const ERROR_BUDGET_CASES: readonly AlertCase[] = [...FAST_CASES, ...SLOW_CASES];
