/** What the settings of the alerts are; `config.ts` has their defaults. */

/** A Prometheus duration: `30s`, `5m`, `1h`, `3d`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}`;

/** How loud an alert is: `critical` pages, `warning` opens a ticket, `info` is only kept, `none` is for the watchdog. */
export type Severity = 'critical' | 'warning' | 'info' | 'none';

/** One pair of windows of an error-budget alert: in both, the budget must burn faster than `factor` times what it allows. */
export interface BurnWindow {
  /** The window that gives the alert its weight. */
  readonly long: Duration;
  /** The window that ends the alert soon after the errors end. */
  readonly short: Duration;
  /** Speed of burning: 1 spends exactly the whole budget in the SLO period. */
  readonly factor: number;
}

/** What one value of an attribution key may cost a day, such as the team `search`. */
export interface AttributionBudget {
  /** An attribution key of the application, as declared in its telemetry options, such as `team`. */
  readonly key: string;
  readonly value: string;
  readonly dailyUsd: number;
}

/** Where notifications go. Secrets are read from files by Alertmanager, and are never part of a generated file. */
export interface Receivers {
  /** Notifications are posted to this URL followed by `/page`, `/ticket`, `/info` or `/watchdog`. */
  readonly webhook?: string;
  /** Pages and tickets go to these channels; `apiUrlFile` holds the URL of the incoming webhook. */
  readonly slack?: {
    readonly apiUrlFile: string;
    readonly pageChannel: string;
    readonly ticketChannel: string;
  };
  /** Pages go to this service; `routingKeyFile` holds the integration key (Events API v2). */
  readonly pagerduty?: { readonly routingKeyFile: string };
  /** Pages go to this team. */
  readonly opsgenie?: { readonly apiKeyFile: string; readonly team: string };
  /** Tickets go to this address. */
  readonly email?: {
    readonly to: string;
    readonly from: string;
    /** `host:port` of the mail server. */
    readonly smarthost: string;
    readonly username?: string;
    readonly passwordFile?: string;
  };
  /** A dead man's switch, such as a healthchecks URL: it alarms when the watchdog stops calling. */
  readonly watchdog?: string;
}

/** All settings of the alerts. Counts and shares without a window of their own are of the last 5 minutes, which the processes count. */
export interface AlertConfig {
  /** Label matchers that every query of a metric of this package gets, such as `env="prod"`. Default: none. */
  readonly selector: string;
  /**
   * Labels that distinguish services, in every aggregation, link, notification and inhibition. A label that your series do not
   * have is harmless. Default: `cluster`, `namespace`, `job`.
   */
  readonly groupingLabels: readonly string[];
  /** Labels that distinguish the processes of a service, beside the grouping labels. Default: `instance`. */
  readonly instanceLabels: readonly string[];
  /** Labels that every alert gets, such as `{ team: 'ai-platform' }`, for your own routes. Default: none. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Another severity for single alerts or conditions, such as `{ AnthropicBillingFailed: 'warning', 'AnthropicRequestsRejected/permission': 'critical' }`.
   * Default: none.
   */
  readonly severities: Readonly<Record<string, Severity>>;
  /** Alerts or conditions to leave out, such as `['AnthropicReplicaFailing', 'AnthropicResponsesChanged/cache_hits']`. Default: none. */
  readonly disabled: readonly string[];
  /** Where links lead, without a slash at the end. */
  readonly urls: {
    /** The Grafana that has the dashboards. Default: `http://localhost:3000`. */
    readonly grafana: string;
    /** Where runbooks are read; the name of the alert and `.md` are appended. Default: this package on GitHub. */
    readonly runbooks: string;
  };
  /**
   * How long a series without a new sample still counts with its last value. What a process counted before it ended stays visible for so
   * long. At least twice your scrape interval. A second less than 5 minutes, so that a sample is in one window of 5 minutes and not in two.
   * Default: `299s`.
   */
  readonly lastSeen: Duration;
  /** How long an alert keeps firing after its condition ended, so that it does not flap. Default: `5m`. */
  readonly keepFiringFor: Duration;
  /** Shares of fewer than these are not judged: one failed call of two is no error rate. */
  readonly minimumTraffic: {
    /** Calls in 5 minutes. At least 1 / `errorRate.ratio`, so that one failed call is never enough. Default: 20. */
    readonly calls: number;
    /** Attempts in 5 minutes. Default: 40. */
    readonly attempts: number;
  };

  /** AnthropicAuthenticationFailed. */
  readonly authentication: {
    /** A 401 pages for at least so long, also where a later attempt was accepted: longer than a gap between two scrapes. Default: `10m`. */
    readonly window: Duration;
    /** A process that got a 401 so long ago and has made no attempt since is forgotten. Default: `1d`. */
    readonly forgetAfter: Duration;
  };
  /** AnthropicConsecutiveServerErrors. */
  readonly consecutiveServerErrors: {
    /** How long after its last 5xx a run of two or more pages. Default: `10m`. */
    readonly window: Duration;
    /**
     * Pages only where at least this share of the attempts of the service fails with a server error. 0 pages for every run. A large
     * fleet has chance runs: 100 processes with 2 calls a second and 0.1 % random 5xx have some 17 a day. Default: 0.
     */
    readonly minRatio: number;
  };
  /** AnthropicHighErrorRate: the share of calls that failed after all retries. */
  readonly errorRate: {
    /** Fires above this share. Default: 0.05. */
    readonly ratio: number;
  };
  /** AnthropicRetriesExhausted: both must be exceeded. */
  readonly retriesExhausted: {
    /** So many calls may run out of retries in 5 minutes, whatever the traffic. Default: 3. */
    readonly allowedCalls: number;
    /** And this share of the calls, where traffic is high. Default: 0.01. */
    readonly allowedRatio: number;
  };
  /** AnthropicErrorBudgetBurning: multi-window, multi-burn-rate, as in the SRE workbook. */
  readonly errorBudget: {
    /** Share of the calls that must succeed. Default: 0.99. */
    readonly objective: number;
    /** Windows that page. Default: 14.4 times over 1 h and 5 m, 6 times over 6 h and 30 m. */
    readonly page: readonly BurnWindow[];
    /** Windows that open a ticket. Default: 3 times over 1 d and 2 h, once over 3 d and 6 h. */
    readonly ticket: readonly BurnWindow[];
    /** Fewer failed calls than this in the long window never fire. Default: 10. */
    readonly minFailedCalls: number;
  };
  /** AnthropicCallsHanging. */
  readonly hanging: {
    /** A call hangs when it waits for the first byte longer than so many times the 99th percentile of its model... Default: 2. */
    readonly factor: number;
    /** ...and longer than this, in seconds. Default: 120. */
    readonly floorSeconds: number;
    /** The limit of a model that has not completed a call yet, in seconds. Default: 300. */
    readonly unknownSeconds: number;
    /** A wait for `retry-after` longer than this hangs as well, in seconds. Default: 300. */
    readonly retryWaitSeconds: number;
    /** Fires where so large a share of the processes that use the model has a call that hangs. Default: 0.25. */
    readonly processes: number;
    /** Fires where the application's own timeout ends so large a share of the calls. Default: 0.2. */
    readonly timeoutRatio: number;
  };
  /** AnthropicReplicaFailing: one process fails while the service is healthy. */
  readonly replica: {
    /** Fires above this share of failed attempts of one process. Default: 0.5. */
    readonly ratio: number;
    /** Fewer failed attempts of the process than this never fire. Default: 5. */
    readonly minFailed: number;
    /** Default: `2m`. */
    readonly for: Duration;
  };
  /** AnthropicRetriesElevated: attempts that fail, which retries may hide from users. */
  readonly retries: {
    /** Fires above this share of attempts that fail for one reason. Default: 0.05. */
    readonly ratio: number;
    readonly for: Duration;
  };
  /** AnthropicRateLimitPressure. */
  readonly rateLimit: {
    /** Fires above this share of attempts with a 429... Default: 0.1. */
    readonly ratio: number;
    /** ...or when less than this share of a limit is left, for all of `headroomFor`. Default: 0.1. */
    readonly headroom: number;
    readonly headroomFor: Duration;
  };
  /** AnthropicPoliciesDegraded: what the policies of `anthropic-otel/resilience` do. */
  readonly policies: {
    /** Fires above this share of the calls of a model that a fallback serves... Default: 0.1. */
    readonly fallbackRatio: number;
    /** ...or when a call waits longer than this before it is sent, in seconds. Default: 30. */
    readonly queueSeconds: number;
    /** ...or when a deferred request waits longer than this for its result, in hours. Default: 25, as a batch may take 24. */
    readonly deferredHours: number;
    /** How long each condition must last. Default: `5m`. */
    readonly for: Duration;
  };
  /** AnthropicRequestsRejected, `condition="invalid"`: requests that the API rejects as wrong or too large. */
  readonly invalidRequests: {
    /** Fires above this share of the attempts. Default: 0.05. */
    readonly ratio: number;
  };
  /** AnthropicSlowCalls: a call may take `callSeconds` plus `secondsPerToken` for each output token, so a long response is not slow. */
  readonly latency: {
    /** Seconds for a call before its tokens are counted. Default: 10. */
    readonly callSeconds: number;
    /** Seconds for each output token, thinking included. Default: 0.05 (20 tokens a second). */
    readonly secondsPerToken: number;
    /** What the first chunk of a stream may take, in seconds. Default: 10. */
    readonly firstChunkSeconds: number;
    readonly for: Duration;
  };
  /** AnthropicSpendHigh. */
  readonly spend: {
    /** What a service may cost in 24 hours, in USD, estimated by list prices. Set it to yours. Default: 600. */
    readonly dailyBudgetUsd: number;
    /** Budgets of single teams, features or customers. Default: none. */
    readonly attribution: readonly AttributionBudget[];
  };
  /** AnthropicResponsesChanged, `condition="stop_reasons"`. */
  readonly stopReasons: {
    /** Stop reasons that cut or withhold a response. */
    readonly reasons: readonly string[];
    /** Fires when the share of calls of the last hour exceeds `factor` times the median of a week, plus `ratio`. Default: 0.05. */
    readonly ratio: number;
    /** Default: 2. */
    readonly factor: number;
    /** Calls of the last hour below which no share is judged. Default: 50. */
    readonly minCalls: number;
  };
  /** AnthropicResponsesChanged, `condition="cache_hits"`. */
  readonly cacheHits: {
    /** Fires when the share of input tokens read from the cache in the last hour is below this share of the median of a week. Default: 0.5. */
    readonly ratio: number;
    /** A usual share below this is not worth an alert. Default: 0.2. */
    readonly minUsual: number;
    /** Input tokens of the last hour below which no share is judged. Default: 100,000. */
    readonly minTokens: number;
  };
  /** AnthropicModelRetiring: opens a ticket `ticketDays` before the retirement of a model that is used, and is kept as `info` from `infoDays` on. */
  readonly retirement: { readonly infoDays: number; readonly ticketDays: number };
  /** AnthropicTelemetryAbsent, AnthropicTelemetryDegraded. */
  readonly telemetry: {
    /** How long a target may be down, or a service silent. Default: `10m`. */
    readonly absentFor: Duration;
    /**
     * A service is expected to report once it has reported for so long within the last day: a nightly batch has not. For a service that is scaled to zero
     * every evening, more than its hours of work, such as `14h`. Default: `4h`.
     */
    readonly expectedAfter: Duration;
    /** More failures of telemetry than this in `errorWindow` fire. Default: 5. */
    readonly allowedErrors: number;
    /** Default: `15m`. */
    readonly errorWindow: Duration;
  };
  /** Where notifications go. Default: the receiver of `docker-compose.yml`. */
  readonly receivers: Receivers;
}
