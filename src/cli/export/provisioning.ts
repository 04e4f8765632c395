/** Writes files that start a Grafana and a Prometheus with the exported files. */
import { Document } from 'yaml';
import type { CliConfig } from '../config/config.ts';
import type { File } from '../package-files.ts';
import { YAML } from './alerts.ts';

function file(path: string, comment: readonly string[], value: object): File {
  const document = new Document(value);
  document.commentBefore = comment.map((line) => ` ${line}`).join('\n');
  return { path, content: document.toString(YAML) };
}

/** The provider that reads the dashboards from files. */
export function dashboardProvider(): File {
  return file(
    'grafana-provisioning/dashboards/anthropic-otel.yaml',
    [
      'Copy this file to /etc/grafana/provisioning/dashboards. Mount the folder `dashboards` at the path below.',
      'With Kubernetes, apply ../kubernetes/dashboards.configmap.yaml instead.',
    ],
    {
      apiVersion: 1,
      providers: [
        {
          name: 'anthropic-otel',
          folder: 'Claude',
          type: 'file',
          options: { path: '/var/lib/grafana/dashboards/anthropic-otel' },
        },
      ],
    },
  );
}

/** The data source that the dashboards and the Grafana-managed alerts read. */
export function dataSources({ prometheus }: CliConfig): File {
  return file(
    'grafana-provisioning/datasources/anthropic-otel.yaml',
    [
      'Copy this file to /etc/grafana/provisioning/datasources. Skip it if Grafana already has your Prometheus.',
    ],
    {
      apiVersion: 1,
      datasources: [
        {
          name: 'Prometheus',
          uid: 'prometheus',
          type: 'prometheus',
          url: prometheus.url,
          jsonData: { httpMethod: 'POST', timeInterval: prometheus.interval },
        },
      ],
    },
  );
}

/** A complete Prometheus configuration, for users without one. */
export function prometheusExample({ prometheus }: CliConfig): File {
  return file(
    'prometheus.yaml',
    [
      'An example. Run it with: prometheus --config.file=prometheus.yaml. For an existing Prometheus, copy the job and the rule files.',
    ],
    {
      global: { scrape_interval: prometheus.interval, evaluation_interval: prometheus.interval },
      rule_files: ['alerts/anthropic.rules.yaml', 'alerts/anthropic.dashboards.yaml'],
      alerting: { alertmanagers: [{ static_configs: [{ targets: prometheus.alertmanagers }] }] },
      scrape_configs: [{ job_name: prometheus.job, static_configs: [{ targets: prometheus.targets }] }],
    },
  );
}
