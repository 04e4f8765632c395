/** What the generators of this package make of a configuration. */
import * as build from '../../mixin/alerts/build.ts';
import { DEFAULT_CONFIG as OLD, type AlertConfig as OldConfig } from '../../mixin/alerts/config.ts';
import { dashboards } from '../../mixin/dashboards/build.ts';
import type { CliConfig } from '../config/config.ts';
import type { File } from '../package-files.ts';

/** The alerts still read their former settings. */
function former(config: CliConfig): OldConfig {
  return {
    ...OLD,
    selector: config.selector,
    runbookUrl: config.urls.runbooks,
    grafanaUrl: config.urls.grafana,
    errorRate: { ...OLD.errorRate, ratio: config.errorRate.ratio, minCalls: config.minimumTraffic.calls },
    retriesExhausted: { ...OLD.retriesExhausted, ...config.retriesExhausted },
    errorBudget: { ...OLD.errorBudget, objective: config.errorBudget.objective },
    spend: { ...OLD.spend, dailyBudgetUsd: config.spend.dailyBudgetUsd },
  };
}

/** The first line of each file names what to change. */
function written(text: string): string {
  return text.replace(
    /made by `npm run generate`.*/,
    'written by `npx anthropic-otel export`. Change anthropic-otel.config.*, not this file.',
  );
}

/** The rules, for Prometheus and what reads its rule files. */
export const rulesYaml = (config: CliConfig): string => written(build.rulesYaml(former(config)));
/** The recording rules alone, for Grafana-managed alerts. */
export const recordingYaml = (config: CliConfig): string => written(build.recordingYaml(former(config)));
/** The rules as a resource of the Prometheus operator. */
export const prometheusRuleYaml = (config: CliConfig): string =>
  written(build.prometheusRuleYaml(former(config)));
/** The alerts for Grafana's own alerting. */
export const grafanaYaml = (config: CliConfig): string => written(build.grafanaYaml(former(config)));
/** A complete Alertmanager configuration. */
export const alertmanagerYaml = (config: CliConfig): string =>
  written(build.alertmanagerYaml(former(config))).replaceAll(
    'http://alert-receiver:8080',
    config.receivers.webhook ?? '',
  );
/** The part of it to paste into another configuration. */
export const routingYaml = (config: CliConfig): string => written(build.routingYaml(former(config)));
/** The dashboards, below `dashboards/`. */
export const dashboardFiles = (_config: CliConfig): readonly File[] => dashboards();
