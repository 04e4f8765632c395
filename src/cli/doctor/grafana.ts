/** Checks a Grafana: whether it has the dashboards, and a Prometheus data source. */
import type { CliConfig } from '../config/config.ts';
import { filesOf } from '../export/targets.ts';
import { type Dashboard, Grafana, isSame } from '../push/grafana.ts';
import type { Finding } from './finding.ts';

/** Checks the Grafana at `url`. */
export async function checkGrafana(
  url: string,
  token: string | undefined,
  config: CliConfig,
): Promise<Finding[]> {
  const grafana = new Grafana(url, token);
  try {
    return [...(await checkDashboards(grafana, config)), ...(await checkDataSources(grafana))];
  } catch (error) {
    return [
      {
        id: 'grafana-unreachable',
        problem: `Grafana at ${url} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        fix: 'Use the address of its start page, and set GRAFANA_TOKEN to the token of a service account.',
      },
    ];
  }
}

async function checkDashboards(grafana: Grafana, config: CliConfig): Promise<Finding[]> {
  const absent: string[] = [];
  const old: string[] = [];
  for (const { content } of await filesOf('dashboards', config)) {
    const dashboard = JSON.parse(content) as Dashboard;
    const stored = await grafana.dashboard(dashboard.uid);
    if (!stored) absent.push(dashboard.uid);
    else if (!isSame(stored.dashboard, dashboard)) old.push(dashboard.uid);
  }
  const fix = `Run: npx anthropic-otel push --grafana ${grafana.url}`;
  return [
    ...(absent.length > 0
      ? [{ id: 'dashboards-absent', problem: `Grafana has no dashboard ${absent.join(', ')}.`, fix }]
      : []),
    ...(old.length > 0
      ? [
          {
            id: 'dashboards-old',
            problem: `The dashboards ${old.join(', ')} in Grafana come from another version or configuration.`,
            fix: `${fix}, or keep your own changes in a copy with another uid.`,
          },
        ]
      : []),
  ];
}

async function checkDataSources(grafana: Grafana): Promise<Finding[]> {
  const types = await grafana.dataSourceTypes();
  if (!types || types.some((type) => /prometheus/.test(type))) return [];
  return [
    {
      id: 'datasource-missing',
      problem: 'Grafana has no Prometheus data source, so the dashboards have no data.',
      fix: 'Add one under Connections → Data sources → Prometheus, or use grafana-provisioning from npx anthropic-otel export.',
    },
  ];
}
