/** Alertmanager routing for the pack: a complete example, and the part of it to paste into a configuration. */
import type { AlertConfig, Duration, Severity } from '../config.ts';
import { type RouteName, receiver } from './receivers.ts';

/** Alerts that inhibit others, which they cause, where the grouping labels are equal. */
export interface Inhibition {
  readonly source: AlertMatch;
  readonly target: AlertMatch;
}

/** Which alerts: by name, and by severity where an alert has several. */
export interface AlertMatch {
  readonly alertname: string;
  readonly severity: Severity;
}

/**
 * What inhibits what, within one service of one cluster. Source and target stand in one rule group, the source first and with no longer `for`:
 * otherwise a target can be notified before Alertmanager learns of the source. Where an alert is caused by another one only in part, its
 * expression leaves that part out instead: calls with a rejected key are in no error rate. Loss of telemetry inhibits nothing.
 */
export const INHIBITIONS: readonly Inhibition[] = [
  {
    source: { alertname: 'AnthropicErrorBudgetBurning', severity: 'critical' },
    target: { alertname: 'AnthropicErrorBudgetBurning', severity: 'warning' },
  },
];

/** Times of a route. */
interface RouteTimes {
  readonly group_wait: Duration;
  readonly group_interval: Duration;
  readonly repeat_interval: Duration;
}

/** The receivers, and how soon and how often each is notified. */
export const ROUTES: Record<RouteName, { match: string; times: RouteTimes }> = {
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

/** A complete Alertmanager configuration. */
export function alertmanagerConfig(config: AlertConfig): object {
  return {
    templates: ['templates/*.tmpl'],
    route: {
      receiver: 'ticket',
      group_by: groupBy(config),
      ...ROUTES.ticket.times,
      routes: childRoutes(),
    },
    inhibit_rules: inhibitRules(config),
    receivers: (Object.keys(ROUTES) as RouteName[]).map((name) => receiver(name, config.receivers)),
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
  return ['alertname', ...config.groupingLabels];
}

function childRoutes(): object[] {
  return Object.entries(ROUTES).map(([receiver, { match, times }]) => ({
    matchers: [match],
    receiver,
    ...times,
  }));
}

function inhibitRules(config: AlertConfig): object[] {
  return INHIBITIONS.map(({ source, target }) => ({
    source_matchers: matchers(source),
    target_matchers: matchers(target),
    equal: config.groupingLabels,
  }));
}

function matchers(match: AlertMatch): string[] {
  return Object.entries(match).map(([label, value]) => `${label} = ${JSON.stringify(value)}`);
}
