/** `anthropic-otel push`: stores the dashboards in Grafana. */
import { defineCommand, EXIT } from '../command.ts';
import { loadConfig } from '../config/load.ts';
import { filesOf } from '../export/targets.ts';
import { serverUrl } from '../http.ts';
import { type Dashboard, Grafana, isSame } from './grafana.ts';

const FOLDER = { uid: 'anthropic-otel', title: 'Claude' };

export const push = defineCommand({
  name: 'push',
  summary: 'Store the dashboards in Grafana through its HTTP API.',
  options: {
    grafana: {
      type: 'string',
      value: 'URL',
      description: 'the Grafana (default: urls.grafana of the configuration)',
    },
    config: {
      type: 'string',
      value: 'FILE',
      description: 'the configuration (default: anthropic-otel.config.*)',
    },
    folder: { type: 'string', value: 'UID', description: `the folder (default: ${FOLDER.uid})` },
    'dry-run': { type: 'boolean', description: 'change nothing; print what would change' },
  },
  details: `GRAFANA_TOKEN is the token of a service account with the role Editor. A dashboard that Grafana has already as it is
is left alone, so a second push changes nothing.`,
  async run({ values }, io) {
    const { config } = await loadConfig(io.cwd, values.config);
    const grafana = new Grafana(
      serverUrl('--grafana', values.grafana ?? config.urls.grafana),
      io.env['GRAFANA_TOKEN'],
    );
    const dryRun = values['dry-run'] ?? false;
    const folder = values.folder ?? FOLDER.uid;
    const files = await filesOf('dashboards', config);
    const results = await io.progress(
      `pushing ${files.length} dashboards`,
      pushAll(
        grafana,
        files.map(({ content }) => JSON.parse(content) as Dashboard),
        folder,
        dryRun,
      ),
    );
    io.printJson({ grafana: grafana.url, folder, dryRun, dashboards: results });
    for (const { title, uid, result } of results) {
      const word = dryRun && result !== 'unchanged' ? `would be ${result}` : result;
      io.print(
        `${result === 'unchanged' ? ' ' : '~'} ${title}: ${word}  ${io.style('dim', `${grafana.url}/d/${uid}`)}`,
      );
    }
    return EXIT.ok;
  },
});

interface Result {
  readonly uid: string;
  readonly title: string;
  readonly result: 'created' | 'updated' | 'unchanged';
}

async function pushAll(
  grafana: Grafana,
  dashboards: readonly Dashboard[],
  folder: string,
  dryRun: boolean,
): Promise<Result[]> {
  if (!dryRun) await grafana.ensureFolder(folder, folder === FOLDER.uid ? FOLDER.title : folder);
  const results: Result[] = [];
  for (const dashboard of dashboards) {
    const { uid, title } = dashboard;
    const stored = await grafana.dashboard(uid);
    const same = stored && isSame(stored.dashboard, dashboard) && stored.folder === folder;
    if (!same && !dryRun) await grafana.saveDashboard(dashboard, folder, 'anthropic-otel push');
    results.push({ uid, title, result: same ? 'unchanged' : stored ? 'updated' : 'created' });
  }
  return results;
}
