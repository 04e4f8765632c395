/** The settings of `anthropic-otel.config.*`: those of the dashboards and alerts, and where `export` writes them. */
import { type AlertConfig, DEFAULT_CONFIG } from '../../mixin/alerts/config.ts';

/** Settings that only the command line has. */
export interface ExportSettings {
  /**
   * The folder that `export` writes, relative to the working directory.
   * @default 'monitoring'
   */
  readonly out: string;
  /** The objects for Kubernetes. */
  readonly kubernetes: {
    /**
     * Their namespace.
     * @default 'monitoring'
     */
    readonly namespace: string;
    /**
     * Labels of the `PrometheusRule`, which the `ruleSelector` of your Prometheus asks for.
     * @default { release: 'prometheus' }
     */
    readonly ruleLabels: Readonly<Record<string, string>>;
    /**
     * The label by which the sidecar of Grafana finds the dashboards.
     * @default { grafana_dashboard: '1' }
     */
    readonly dashboardLabels: Readonly<Record<string, string>>;
  };
  /** The processes that the example of a Prometheus configuration scrapes, as `host:port`. */
  readonly scrape: {
    /**
     * The name of the job, which is the name of the service in dashboards and alerts.
     * @default 'my-service'
     */
    readonly job: string;
    /** @default ['localhost:9464'] */
    readonly targets: readonly string[];
  };
}

/** All settings, with their defaults filled in. */
export type CliConfig = AlertConfig & ExportSettings;

type Loose<Value> = Value extends readonly (infer Item)[]
  ? readonly Item[]
  : Value extends object
    ? { readonly [Key in keyof Value]?: Loose<Value[Key]> }
    : Value;

/**
 * What `anthropic-otel.config.*` exports: any of the settings. Those left out have their defaults.
 *
 * @example
 * ```ts
 * import type { MonitoringConfig } from 'anthropic-otel';
 *
 * export default { errorRate: { ratio: 0.02 } } satisfies MonitoringConfig;
 * ```
 */
export type MonitoringConfig = Loose<CliConfig>;

/** The defaults of all settings. */
export const DEFAULTS: CliConfig = {
  ...DEFAULT_CONFIG,
  out: 'monitoring',
  kubernetes: {
    namespace: 'monitoring',
    ruleLabels: { release: 'prometheus' },
    dashboardLabels: { grafana_dashboard: '1' },
  },
  scrape: { job: 'my-service', targets: ['localhost:9464'] },
};
