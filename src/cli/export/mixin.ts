/** What the generators of this package make of a configuration. */
import * as build from '../../mixin/alerts/build.ts';
import { dashboards } from '../../mixin/dashboards/build.ts';
import { dashboardRecordsYaml } from '../../mixin/dashboards/records.ts';
import type { CliConfig } from '../config/config.ts';
import type { File } from '../package-files.ts';

/** The first line of each file names what to change. */
function written(text: string): string {
  return text.replace(
    /made by `npm run generate`.*/,
    'written by `npx anthropic-otel export`. Change anthropic-otel.config.*, not this file.',
  );
}

/** The rules, for Prometheus and what reads its rule files. */
export const rulesYaml = (config: CliConfig): string => written(build.rulesYaml(config));
/** The recording rules alone, for Grafana-managed alerts. */
export const recordingYaml = (config: CliConfig): string => written(build.recordingYaml(config));
/** Records that make dashboards of large fleets and long time ranges faster; optional. */
export const dashboardsYaml = (config: CliConfig): string => written(dashboardRecordsYaml(config));
/** The rules as a resource of the Prometheus operator. */
export const prometheusRuleYaml = (config: CliConfig): string => written(build.prometheusRuleYaml(config));
/** The alerts for Grafana's own alerting. */
export const grafanaYaml = (config: CliConfig): string => written(build.grafanaYaml(config));
/** A complete Alertmanager configuration. */
export const alertmanagerYaml = (config: CliConfig): string => written(build.alertmanagerYaml(config));
/** One with every kind of receiver, to take from. */
export const exampleYaml = (config: CliConfig): string => written(build.exampleYaml(config));
/** The part of it to paste into another configuration. */
export const routingYaml = (config: CliConfig): string => written(build.routingYaml(config));
/** The dashboards, below `dashboards/`. */
export const dashboardFiles = (config: CliConfig): readonly File[] => dashboards(config);
