/** The settings of the alerts. `config.ts` has their defaults. */

/** A Prometheus duration: `30s`, `5m`, `1h`, `3d`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}`;

/** The severity of an alert: `critical` pages, `warning` opens a ticket, `info` is only recorded, `none` is for the watchdog. */
export type Severity = 'critical' | 'warning' | 'info' | 'none';

/** One pair of windows of an error-budget alert. The budget must burn faster than `factor` times the allowed rate in both. */
export interface BurnWindow {
  /** The window that decides how serious the alert is. */
  readonly long: Duration;
  /** The window that ends the alert soon after the errors end. */
  readonly short: Duration;
  /** The burn rate: 1 spends exactly the whole budget in the SLO period. */
  readonly factor: number;
}

/** The daily budget of one value of an attribution key, such as the team `search`. */
export interface AttributionBudget {
  /** An attribution key of the application, as declared in its telemetry options, such as `team`. */
  readonly key: string;
  readonly value: string;
  readonly dailyUsd: number;
}

/** Where notifications go. Alertmanager reads secrets from files; no generated file contains them. */
export interface Receivers {
  /** Notifications are posted to this URL followed by `/page`, `/ticket`, `/info` or `/watchdog`. */
  readonly webhook?: string;
  /** Pages and tickets go to these channels. `apiUrlFile` contains the URL of the incoming webhook. */
  readonly slack?: {
    readonly apiUrlFile: string;
    readonly pageChannel: string;
    readonly ticketChannel: string;
  };
  /** Pages go to this service. `routingKeyFile` contains the integration key (Events API v2). */
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
  /** A dead man's switch, such as a healthchecks URL, which raises an alarm if the watchdog stops calling. */
  readonly watchdog?: string;
}

/** All settings of the alerts. Counts and shares without their own window are for the last 5 minutes, which the processes count. */
export interface AlertConfig {
  /** Label matchers for every query of this package's metrics, such as `env="prod"`. Default: none. */
  readonly selector: string;
  /**
   * Labels that distinguish services, in every aggregation, link, notification and inhibition. Labels that your series do not
   * have do no harm. Default: `cluster`, `namespace`, `job`.
   */
  readonly groupingLabels: readonly string[];
  /** Labels that distinguish the processes of a service, in addition to the grouping labels. Default: `instance`. */
  readonly instanceLabels: readonly string[];
  /** Labels that every alert gets, such as `{ team: 'ai-platform' }`, for your own routes. Default: none. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Another severity for single alerts or conditions, such as `{ AnthropicBillingFailed: 'warning', 'AnthropicRequestsRejected/permission': 'critical' }`.
   * Default: none.
   */
  readonly severities: Readonly<Record<string, Severity>>;
  /** Alerts or conditions to omit, such as `['AnthropicReplicaFailing', 'AnthropicResponsesChanged/cache_hits']`. Default: none. */
  readonly disabled: readonly string[];
  /** Where links lead, without a slash at the end. */
  readonly urls: {
    /** The Grafana with the dashboards. Default: `http://localhost:3000`. */
    readonly grafana: string;
    /** The address of the runbooks. The alert's name and `.md` are appended. Default: this package on GitHub. */
    readonly runbooks: string;
  };
  /**
   * How long a series without a new sample counts with its last value. The counts of a process stay visible for this time after its end.
   * Use at least twice your scrape interval. The default is a second less than 5 minutes, so that a sample is in only one window of 5 minutes.
   * Default: `299s`.
   */
  readonly lastSeen: Duration;
  /** How long an alert keeps firing after its condition ends, so that it does not flap. Default: `5m`. */
  readonly keepFiringFor: Duration;
  /** Minimum counts for shares. Below them, no share is evaluated: one failed call of two is not an error rate. */
  readonly minimumTraffic: {
    /** Calls in 5 minutes. At least 1 / `errorRate.ratio`, so that one failed call is never enough. Default: 20. */
    readonly calls: number;
    /** Attempts in 5 minutes. Default: 40. */
    readonly attempts: number;
  };

  /** AnthropicAuthenticationFailed. */
  readonly authentication: {
    /** A 401 pages for at least this long, even if a later attempt was accepted. Longer than a gap between two scrapes. Default: `10m`. */
    readonly window: Duration;
    /** After this time without an attempt, a process with a 401 no longer counts. Default: `1d`. */
    readonly forgetAfter: Duration;
  };
  /** AnthropicConsecutiveServerErrors. */
  readonly consecutiveServerErrors: {
    /** How long after its last 5xx a run of two or more pages. Default: `10m`. */
    readonly window: Duration;
    /**
     * Pages only if at least this share of the service's attempts fails with a server error. 0 pages for every run. A large
     * fleet has runs by chance: 100 processes with 2 calls per second and 0.1 % random 5xx have about 17 a day. Default: 0.
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
    /** The number of calls that may run out of retries in 5 minutes, whatever the traffic. Default: 3. */
    readonly allowedCalls: number;
    /** The share of calls that may also run out of retries, if traffic is high. Default: 0.01. */
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
    /** A call hangs if it waits for the first byte longer than this many times its model's 99th percentile... Default: 2. */
    readonly factor: number;
    /** ...and longer than this, in seconds. Default: 120. */
    readonly floorSeconds: number;
    /** The limit of a model that has not completed a call yet, in seconds. Default: 300. */
    readonly unknownSeconds: number;
    /** A call also hangs if it waits for `retry-after` longer than this, in seconds. Default: 300. */
    readonly retryWaitSeconds: number;
    /** Fires if this share of the processes that use the model has a hanging call. Default: 0.25. */
    readonly processes: number;
    /** Fires if the application's own timeout ends more than this share of the calls. Default: 0.2. */
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
    /** ...or if the headroom of a limit is below this share, for all of `headroomFor`. Default: 0.1. */
    readonly headroom: number;
    readonly headroomFor: Duration;
  };
  /** AnthropicPoliciesDegraded: what the policies of `anthropic-otel/resilience` do. */
  readonly policies: {
    /** Fires if a fallback serves more than this share of a model's calls... Default: 0.1. */
    readonly fallbackRatio: number;
    /** ...or if a call waits longer than this before it is sent, in seconds. Default: 30. */
    readonly queueSeconds: number;
    /** ...or if a deferred request waits longer than this for its result, in hours. Default: 25, because a batch may take 24. */
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
    /** Seconds for each output token, including thinking. Default: 0.05 (20 tokens per second). */
    readonly secondsPerToken: number;
    /** The allowed time to the first chunk of a stream, in seconds. Default: 10. */
    readonly firstChunkSeconds: number;
    readonly for: Duration;
  };
  /** AnthropicSpendHigh. */
  readonly spend: {
    /** The budget of a service for 24 hours, in USD, estimated from list prices. Set it to your own. Default: 600. */
    readonly dailyBudgetUsd: number;
    /** Budgets of individual teams, features or customers. Default: none. */
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
    /** The minimum number of calls in the last hour for a share. Default: 50. */
    readonly minCalls: number;
  };
  /** AnthropicResponsesChanged, `condition="cache_hits"`. */
  readonly cacheHits: {
    /** Fires when the share of input tokens read from the cache in the last hour is below this share of the median of a week. Default: 0.5. */
    readonly ratio: number;
    /** No alert fires if the usual share is below this. Default: 0.2. */
    readonly minUsual: number;
    /** The minimum number of input tokens in the last hour for a share. Default: 100,000. */
    readonly minTokens: number;
  };
  /** AnthropicModelRetiring: opens a ticket `ticketDays` before a model in use retires, and is `info` from `infoDays` before. */
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
    /** Fires if telemetry fails more often than this in `errorWindow`. Default: 5. */
    readonly allowedErrors: number;
    /** Default: `15m`. */
    readonly errorWindow: Duration;
  };
  /** Where notifications go. Default: the receiver of `docker-compose.yml`. */
  readonly receivers: Receivers;
}
