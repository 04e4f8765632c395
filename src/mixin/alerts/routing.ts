/** Alertmanager routing for the pack: a complete example, and the part of it to paste into a configuration. */
import type { AlertConfig, Duration } from './config.ts';
import { MODEL } from './expressions.ts';

/** One alert that silences others, which it causes, for the same labels. */
export interface Inhibition {
  readonly source: string;
  readonly targets: readonly string[];
  /** Labels that source and target both carry, on top of the service labels. */
  readonly equal: readonly string[];
}

/**
 * What silences what. Source and targets stand in one rule group, the source first and with no longer `for`:
 * otherwise a target can be notified before Alertmanager hears of the source. Loss of telemetry silences nothing.
 */
export const INHIBITIONS: readonly Inhibition[] = [
  {
    source: 'AnthropicAuthenticationFailed',
    targets: [
      'AnthropicHighErrorRate',
      // Not AnthropicRetriesExhausted: a 401 is not retried, so those calls failed of something else.
      'AnthropicErrorBudgetBurningFast',
      'AnthropicErrorBudgetBurningSlow',
    ],
    equal: [],
  },
  {
    source: 'AnthropicErrorBudgetBurningFast',
    targets: ['AnthropicErrorBudgetBurningSlow'],
    equal: [],
  },
  {
    source: 'AnthropicRateLimitSpike',
    targets: [
      'AnthropicRateLimited',
      'AnthropicRateLimitHeadroomLow',
      'AnthropicRateLimitExhaustionPredicted',
    ],
    equal: [MODEL],
  },
];

/** Times of a route. */
interface RouteTimes {
  readonly group_wait: Duration;
  readonly group_interval: Duration;
  readonly repeat_interval: Duration;
}

/** The receivers, and how soon and how often each is notified. */
export const ROUTES: Record<'page' | 'ticket' | 'info' | 'watchdog', { match: string; times: RouteTimes }> = {
  // Must keep coming: its receiver is a dead man's switch, whose timeout is at least twice the repeat interval.
  watchdog: {
    match: 'alertname = "AnthropicWatchdog"',
    times: { group_wait: '0s', group_interval: '1m', repeat_interval: '5m' },
  },
  // No wait: the first alert of a group is notified at once, its companions with the next interval.
  page: {
    match: 'severity = "critical"',
    times: { group_wait: '0s', group_interval: '1m', repeat_interval: '1h' },
  },
  ticket: {
    match: 'severity = "warning"',
    times: { group_wait: '30s', group_interval: '5m', repeat_interval: '1d' },
  },
  info: {
    match: 'severity = "info"',
    times: { group_wait: '5m', group_interval: '30m', repeat_interval: '4d' },
  },
};

/** Settings of the complete example. */
export interface AlertmanagerOptions {
  /** Where notifications are posted; `/page`, `/ticket`, `/info` and `/watchdog` are appended. */
  readonly webhookUrl?: string;
  /** Times to use on every route instead of those of {@link ROUTES}, for demonstrations. */
  readonly times?: Partial<RouteTimes>;
}

/** The receiver of the example, as `docker-compose.yml` names it. */
export const WEBHOOK_URL = 'http://alert-receiver:8080';

/** A complete Alertmanager configuration. */
export function alertmanagerConfig(config: AlertConfig, options: AlertmanagerOptions = {}): object {
  const { webhookUrl = WEBHOOK_URL, times } = options;
  return {
    templates: ['templates/*.tmpl'],
    route: {
      receiver: 'ticket',
      group_by: groupBy(config),
      ...ROUTES.ticket.times,
      ...times,
      routes: childRoutes(times),
    },
    inhibit_rules: inhibitRules(config),
    receivers: Object.keys(ROUTES).map((name) => ({
      name,
      webhook_configs: [{ url: `${webhookUrl}/${name}`, send_resolved: name !== 'watchdog' }],
    })),
  };
}

/** The routes and inhibitions alone, under one parent route that takes the alerts of this package. */
export function routingFragment(config: AlertConfig): object {
  return {
    route: {
      routes: [
        { matchers: ['alertname =~ "Anthropic.+"'], group_by: groupBy(config), routes: childRoutes() },
      ],
    },
    inhibit_rules: inhibitRules(config),
  };
}

function groupBy(config: AlertConfig): string[] {
  return ['alertname', ...config.serviceLabels];
}

function childRoutes(times?: Partial<RouteTimes>): object[] {
  return Object.entries(ROUTES).map(([receiver, route]) => ({
    matchers: [route.match],
    receiver,
    ...route.times,
    ...times,
  }));
}

function inhibitRules(config: AlertConfig): object[] {
  return INHIBITIONS.map(({ source, targets, equal }) => ({
    source_matchers: [`alertname = ${JSON.stringify(source)}`],
    target_matchers: [`alertname =~ ${JSON.stringify(targets.join('|'))}`],
    equal: [...config.serviceLabels, ...equal],
  }));
}
