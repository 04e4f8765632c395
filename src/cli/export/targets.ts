/** The files that `export` can write, by target. */
import type { CliConfig } from '../config/config.ts';
import { type File, shippedFiles } from '../package-files.ts';
import { alertFiles, alertmanagerFiles } from './alerts.ts';
import { dashboardConfigMaps } from './kubernetes.ts';
import { dashboardFiles } from './mixin.ts';
import { dashboardProvider, dataSources, prometheusExample } from './provisioning.ts';

/** The files of each target, relative to the output folder. */
export const TARGETS = {
  dashboards: async (config) => dashboardFiles(config),
  alerts: async (config) => alertFiles(config),
  alertmanager: async (config) => alertmanagerFiles(config),
  runbooks: async () => shippedFiles('runbooks', 'runbooks', '.md'),
  'grafana-provisioning': async (config) => [
    dashboardProvider(),
    dataSources(config),
    dashboardConfigMaps(config, dashboardFiles(config)),
  ],
  prometheus: async (config) => [prometheusExample(config)],
} as const satisfies Record<string, (config: CliConfig) => Promise<readonly File[]>>;

/** The name of a target. */
export type Target = keyof typeof TARGETS;

/** The files of one target. */
export function filesOf(target: Target, config: CliConfig): Promise<readonly File[]> {
  return TARGETS[target](config);
}
