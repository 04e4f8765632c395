/** The settings of `anthropic-otel.config.*`: those of the alerts and dashboards, and those of `export`. */
import { type AlertConfig, DEFAULT_CONFIG } from '../../mixin/config.ts';
import type { DeepPartial } from '../../mixin/config-check.ts';

/** Settings that only the command line has. */
export interface ExportConfig {
  /** The folder that `export` writes, relative to the working directory. Default: `monitoring`. */
  readonly out: string;
  /** Settings of the objects for Kubernetes. */
  readonly kubernetes: {
    /** Their namespace. Default: `monitoring`. */
    readonly namespace: string;
    /** Labels of the `PrometheusRule` that the `ruleSelector` of your Prometheus selects. Default: `{ release: 'prometheus' }`. */
    readonly ruleLabels: Readonly<Record<string, string>>;
    /** Labels by which Grafana's sidecar finds dashboards. Default: `{ grafana_dashboard: '1' }`. */
    readonly dashboardLabels: Readonly<Record<string, string>>;
  };
  /** Settings of the example Prometheus configuration: what it scrapes and where it sends alerts. */
  readonly prometheus: {
    /** The address of your Prometheus, for Grafana's data source. Default: `http://localhost:9090`. */
    readonly url: string;
    /** The job, which is the name of the service in dashboards and alerts. Default: `my-service`. */
    readonly job: string;
    /** The addresses of its metrics, as `host:port`. Default: `localhost:9464`. */
    readonly targets: readonly string[];
    /** The addresses of the Alertmanagers, as `host:port`. Default: `localhost:9093`. */
    readonly alertmanagers: readonly string[];
    /** The scrape and evaluation interval. Default: `15s`. */
    readonly interval: string;
  };
}

/** All settings, with their defaults filled in. */
export type CliConfig = AlertConfig & ExportConfig;

/**
 * The type of the default export of `anthropic-otel.config.*`: any of the settings. Missing settings have their defaults. Lists are
 * replaced, and objects are merged.
 *
 * @example
 * ```ts
 * import type { MonitoringConfig } from 'anthropic-otel';
 *
 * export default { errorRate: { ratio: 0.02 } } satisfies MonitoringConfig;
 * ```
 */
export type MonitoringConfig = DeepPartial<CliConfig>;

/** The defaults of all settings. */
export const DEFAULTS: CliConfig = {
  ...DEFAULT_CONFIG,
  // The default is a host of docker-compose.yml, which does not exist on this machine.
  receivers: { webhook: 'http://localhost:5001' },
  out: 'monitoring',
  kubernetes: {
    namespace: 'monitoring',
    ruleLabels: { release: 'prometheus' },
    dashboardLabels: { grafana_dashboard: '1' },
  },
  prometheus: {
    url: 'http://localhost:9090',
    job: 'my-service',
    targets: ['localhost:9464'],
    alertmanagers: ['localhost:9093'],
    interval: '15s',
  },
};
