/** Writes the dashboards as Kubernetes objects. */
import { Document } from 'yaml';
import type { CliConfig } from '../config/config.ts';
import type { File } from '../package-files.ts';
import { YAML } from './alerts.ts';

/** One ConfigMap per dashboard, with the label that Grafana's sidecar watches. A single object would exceed the limit of 1 MiB. */
export function dashboardConfigMaps({ kubernetes }: CliConfig, dashboards: readonly File[]): File {
  const documents = dashboards.map(({ path, content }) => {
    const file = path.slice(path.lastIndexOf('/') + 1);
    return new Document({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `grafana-${file.replace('.json', '')}`,
        namespace: kubernetes.namespace,
        labels: { 'app.kubernetes.io/name': 'anthropic-otel', ...kubernetes.dashboardLabels },
        annotations: { grafana_folder: 'Claude' },
      },
      data: { [file]: content },
    });
  });
  return {
    path: 'grafana-provisioning/kubernetes/dashboards.configmap.yaml',
    content: documents.map((document) => document.toString({ ...YAML, directives: true })).join(''),
  };
}
