/** The generated files for a configuration. */
import * as build from '../../mixin/alerts/build.ts';
import { dashboards } from '../../mixin/dashboards/build.ts';
import { dashboardRecordsYaml } from '../../mixin/dashboards/records.ts';
import type { CliConfig } from '../config/config.ts';
import type { File } from '../package-files.ts';

/** Sets the first line of the file, which states what to change instead. */
function written(text: string): string {
  return text.replace(
    /made by `npm run generate`.*/,
    'written by `npx anthropic-otel export`. Change anthropic-otel.config.*, not this file.',
  );
}

/** The rules, for Prometheus and engines that read its rule files. */
export const rulesYaml = (config: CliConfig): string => written(build.rulesYaml(config));
/** Only the recording rules, for Grafana-managed alerts. */
export const recordingYaml = (config: CliConfig): string => written(build.recordingYaml(config));
/** Optional recording rules that make dashboards of large fleets and long time ranges faster. */
export const dashboardsYaml = (config: CliConfig): string => written(dashboardRecordsYaml(config));
/** The rules as a resource of the Prometheus Operator. */
export const prometheusRuleYaml = (config: CliConfig): string => written(build.prometheusRuleYaml(config));
/** The alerts for Grafana's own alerting. */
export const grafanaYaml = (config: CliConfig): string => written(build.grafanaYaml(config));
/** A complete Alertmanager configuration. */
export const alertmanagerYaml = (config: CliConfig): string => written(build.alertmanagerYaml(config));
/** An Alertmanager configuration with every kind of receiver, to copy from. */
export const exampleYaml = (config: CliConfig): string => written(build.exampleYaml(config));
/** The part of the Alertmanager configuration to paste into another one. */
export const routingYaml = (config: CliConfig): string => written(build.routingYaml(config));
/** The dashboards, in `dashboards/`. */
export const dashboardFiles = (config: CliConfig): readonly File[] => dashboards(config);
