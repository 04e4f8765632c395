/**
 * The settings of the rule pack. Every threshold, window and budget of the rules is here and nowhere else:
 * change one, run `npm run generate`, and rules, routing and the text of the notifications follow.
 */

/** A Prometheus duration: `30s`, `5m`, `1h`, `3d`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}`;

/** One pair of windows of an error-budget alert: both must burn faster than `factor` times the budget allows. */
export interface BurnWindow {
  /** The window that gives the alert its weight. */
  readonly long: Duration;
  /** The window that ends the alert soon after the errors end. */
  readonly short: Duration;
  /** Speed of burning: 1 spends exactly the whole budget in the SLO period. */
  readonly factor: number;
}

/** All settings of the rule pack. */
export interface AlertConfig {
  /** Label matchers that every query of a metric of ours gets, such as `env="prod"`. */
  readonly selector: string;
  /** Labels that say which service a series belongs to. Add `cluster` or `namespace` where jobs repeat. */
  readonly serviceLabels: readonly string[];
  /** Labels that say which target a series belongs to. Add `cluster` where the same pair repeats. */
  readonly targetLabels: readonly string[];
  /** Where the runbooks are read; the file name of the runbook is appended. */
  readonly runbookUrl: string;
  /** The Grafana that the dashboards were imported into. */
  readonly grafanaUrl: string;
  /**
   * How long an alert goes on firing after its condition ended. Must be longer than `group_wait` plus
   * `group_interval` of the routing, or a short event may never be notified.
   */
  readonly keepFiringFor: Duration;
  /** The longest time from the start of a process to its first scrape or export. */
  readonly birthGrace: Duration;

  /** Any 401. */
  readonly authentication: { readonly window: Duration };
  /** Two or more consecutive 5xx answers (529 apart) on one path. */
  readonly serverErrorStreak: { readonly window: Duration };
  /** Share of the calls that failed after all retries. */
  readonly errorRate: {
    readonly window: Duration;
    /** Fires above this share. */
    readonly ratio: number;
    /** Fewer calls than this in the window are too few to speak of a rate. At least 1 / `ratio`, so that one failed call is never enough. */
    readonly minCalls: number;
  };
  /** The SLA budget: calls that may run out of retries. Both must be exceeded. */
  readonly retriesExhausted: {
    readonly window: Duration;
    /** So many calls may run out of retries in the window whatever the traffic. */
    readonly allowedCalls: number;
    /** And this share of the calls, where the traffic is high. */
    readonly allowedRatio: number;
  };
  /** The error budget: multi-window, multi-burn-rate, as in the SRE workbook. */
  readonly errorBudget: {
    /** Share of the calls that must succeed. */
    readonly objective: number;
    /** Wakes somebody up. */
    readonly page: readonly BurnWindow[];
    /** Opens a ticket. */
    readonly ticket: readonly BurnWindow[];
    /** Fewer failed calls than this in the long window never fire. */
    readonly minFailedCalls: number;
  };

  /** A sudden flood of 429: a loop without backoff, a batch job, a lowered limit. */
  readonly rateLimitSpike: {
    readonly window: Duration;
    /** Fires at so many 429 answers in the window... */
    readonly minAttempts: number;
    /** ...when more than this share of those of the longer window came in it: a steady rate is no spike. */
    readonly share: number;
    readonly longerWindow: Duration;
  };
  /** Rate limiting that lasts. */
  readonly rateLimited: {
    readonly window: Duration;
    readonly ratio: number;
    readonly minAttempts: number;
  };
  /** Little left of a limit. */
  readonly headroom: {
    /** Fires below this share of the limit. The counter of crossings is made at 10 %, in the instrumentation. */
    readonly ratio: number;
    readonly window: Duration;
    /** Fires also at so many crossings in the window, which a gauge may miss between two scrapes. */
    readonly crossings: number;
    readonly for: Duration;
  };
  /** A limit that will be used up soon if the trend of the window goes on. */
  readonly exhaustionForecast: {
    readonly window: Duration;
    /** Fires when it will be used up within this time. */
    readonly horizon: Duration;
    /** Above this share of the limit there is no reason to look ahead. */
    readonly below: number;
    readonly for: Duration;
  };

  /** 529 answers. */
  readonly overloaded: {
    readonly window: Duration;
    readonly ratio: number;
    readonly minAttempts: number;
  };
  /** 5xx answers (529 apart) that retries still hide from the users. */
  readonly serverErrors: {
    readonly window: Duration;
    readonly ratio: number;
    readonly minAttempts: number;
  };
  /** Streams that broke after they had begun. */
  readonly interruptedStreams: {
    readonly window: Duration;
    readonly ratio: number;
    readonly minCalls: number;
  };
  /** Slower than usual. */
  readonly latency: {
    readonly window: Duration;
    /** Which quantile is watched. */
    readonly quantile: number;
    /** The usual value: the median of the quantile over this long... */
    readonly baseline: Duration;
    /** ...that ended so long ago. */
    readonly baselineOffset: Duration;
    /** Fires when this many times slower than usual. */
    readonly factor: number;
    /** A usual time shorter than this counts as this: twice of very little is very little. */
    readonly floorSeconds: number;
    readonly minCalls: number;
    readonly for: Duration;
  };

  /** 402, and a spend limit that was reached. */
  readonly billing: { readonly window: Duration };
  /** 403. */
  readonly permission: { readonly window: Duration };
  /** 404 for a model. */
  readonly modelNotFound: { readonly window: Duration };
  /** 400, 413, 422: requests that the application made wrongly. */
  readonly invalidRequests: {
    readonly window: Duration;
    readonly ratio: number;
    readonly minAttempts: number;
  };

  /** Estimated cost. */
  readonly spend: {
    /** What a service may spend a day, in USD, before a ticket is opened. Set it to yours. */
    readonly dailyBudgetUsd: number;
    /** A spike is an hour that costs so many times the most expensive hour of the day before... */
    readonly spikeFactor: number;
    /** ...and at least so many USD. */
    readonly spikeMinUsd: number;
  };
  /** Calls without a known price. */
  readonly unpriced: { readonly window: Duration };

  /** Our own health. */
  readonly telemetry: {
    /** How long a target may be down, or a job silent, before it is told. */
    readonly absentFor: Duration;
    /** A job is expected to have telemetry once a process of it has run for so long: a script that ends sooner is not missed... */
    readonly expectedAfter: Duration;
    /** ...and for so long after: later it counts as retired. */
    readonly rememberedFor: Duration;
    readonly errorWindow: Duration;
    /** More telemetry failures than this in the window are told. */
    readonly allowedErrors: number;
  };
}

/** The settings that the committed files are made with. */
export const DEFAULT_CONFIG: AlertConfig = {
  selector: '',
  serviceLabels: ['job'],
  targetLabels: ['job', 'instance'],
  runbookUrl: 'https://github.com/anthropic-otel/anthropic-otel/blob/main/runbooks',
  grafanaUrl: 'http://localhost:3000',
  keepFiringFor: '10m',
  birthGrace: '2m',

  authentication: { window: '5m' },
  serverErrorStreak: { window: '5m' },
  errorRate: { window: '5m', ratio: 0.05, minCalls: 20 },
  retriesExhausted: { window: '5m', allowedCalls: 3, allowedRatio: 0.01 },
  errorBudget: {
    objective: 0.99,
    page: [
      { long: '1h', short: '5m', factor: 14.4 },
      { long: '6h', short: '30m', factor: 6 },
    ],
    ticket: [
      { long: '1d', short: '2h', factor: 3 },
      { long: '3d', short: '6h', factor: 1 },
    ],
    minFailedCalls: 10,
  },

  rateLimitSpike: { window: '1m', minAttempts: 100, share: 0.5, longerWindow: '10m' },
  rateLimited: { window: '10m', ratio: 0.1, minAttempts: 50 },
  headroom: { ratio: 0.1, window: '5m', crossings: 2, for: '1m' },
  exhaustionForecast: { window: '10m', horizon: '10m', below: 0.5, for: '3m' },

  overloaded: { window: '10m', ratio: 0.05, minAttempts: 40 },
  serverErrors: { window: '10m', ratio: 0.02, minAttempts: 100 },
  interruptedStreams: { window: '10m', ratio: 0.02, minCalls: 100 },
  latency: {
    window: '5m',
    quantile: 0.95,
    baseline: '1d',
    baselineOffset: '1h',
    factor: 2,
    floorSeconds: 0.5,
    minCalls: 20,
    for: '10m',
  },

  billing: { window: '5m' },
  permission: { window: '5m' },
  modelNotFound: { window: '5m' },
  invalidRequests: { window: '15m', ratio: 0.05, minAttempts: 40 },

  spend: { dailyBudgetUsd: 600, spikeFactor: 2, spikeMinUsd: 5 },
  unpriced: { window: '15m' },

  telemetry: {
    absentFor: '10m',
    expectedAfter: '1h',
    rememberedFor: '1d',
    errorWindow: '15m',
    allowedErrors: 5,
  },
};

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A Prometheus duration in seconds. */
export function seconds(duration: Duration): number {
  return Number(duration.slice(0, -1)) * SECONDS[duration.slice(-1) as keyof typeof SECONDS];
}
