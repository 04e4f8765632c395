/** The settings of `anthropic-otel.config.*`: those of the alerts and dashboards, and what `export` writes for whom. */
import { type AlertConfig, DEFAULT_CONFIG } from '../../mixin/config.ts';
import type { DeepPartial } from '../../mixin/config-check.ts';

/** Settings that only the command line has. */
export interface ExportConfig {
  /** The folder that `export` writes, relative to the working directory. Default: `monitoring`. */
  readonly out: string;
  /** Objects for Kubernetes. */
  readonly kubernetes: {
    /** Their namespace. Default: `monitoring`. */
    readonly namespace: string;
    /** Labels of the `PrometheusRule`, which the `ruleSelector` of your Prometheus asks for. Default: `{ release: 'prometheus' }`. */
    readonly ruleLabels: Readonly<Record<string, string>>;
    /** Labels by which the sidecar of Grafana finds dashboards. Default: `{ grafana_dashboard: '1' }`. */
    readonly dashboardLabels: Readonly<Record<string, string>>;
  };
  /** What the example of a Prometheus configuration scrapes and notifies. */
  readonly prometheus: {
    /** The address of your Prometheus, for the data source of Grafana. Default: `http://localhost:9090`. */
    readonly url: string;
    /** The job, which is the name of the service in dashboards and alerts. Default: `my-service`. */
    readonly job: string;
    /** Where its metrics are, as `host:port`. Default: `localhost:9464`. */
    readonly targets: readonly string[];
    /** Alertmanagers, as `host:port`. Default: `localhost:9093`. */
    readonly alertmanagers: readonly string[];
    /** How often it scrapes and evaluates. Default: `15s`. */
    readonly interval: string;
  };
}

/** All settings, with their defaults filled in. */
export type CliConfig = AlertConfig & ExportConfig;

/**
 * What `anthropic-otel.config.*` exports: any of the settings. Those left out have their defaults. Lists are replaced, objects are merged.
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
  // On this machine there is no host of docker-compose.yml.
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
