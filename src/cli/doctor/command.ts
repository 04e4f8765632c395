/** `anthropic-otel doctor`: reports problems between the application and the pager, and how to fix them. */
import { defineCommand, EXIT } from '../command.ts';
import { loadConfig } from '../config/load.ts';
import { serverUrl } from '../http.ts';
import { checkAlertmanager } from './alertmanager.ts';
import { serviceName } from './environment.ts';
import type { Finding } from './finding.ts';
import { checkGrafana } from './grafana.ts';
import { installedPackages } from './packages.ts';
import { checkPage } from './page.ts';
import { checkProject } from './project.ts';
import { checkPrometheus } from './prometheus.ts';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Find problems between your application and your pager, and how to fix them.',
  options: {
    metrics: {
      type: 'string',
      value: 'URL',
      description: 'the metrics endpoint of the application: http://localhost:9464/metrics',
    },
    prometheus: { type: 'string', value: 'URL', description: 'your Prometheus: http://localhost:9090' },
    alertmanager: { type: 'string', value: 'URL', description: 'your Alertmanager: http://localhost:9093' },
    grafana: { type: 'string', value: 'URL', description: 'your Grafana (token in GRAFANA_TOKEN)' },
    config: {
      type: 'string',
      value: 'FILE',
      description: 'the configuration (default: anthropic-otel.config.*)',
    },
  },
  details: `Checks the packages and settings in the working directory, and each address that is given. Prints nothing on standard output and
exits with 0 where nothing is wrong. Each finding has a name: look it up in docs/troubleshooting.md.`,
  async run({ values }, io) {
    const { config } = await loadConfig(io.cwd, values.config);
    const url = (option: 'metrics' | 'prometheus' | 'alertmanager' | 'grafana'): string | undefined => {
      const given = values[option];
      return given === undefined ? undefined : serverUrl(`--${option}`, given);
    };
    const [metrics, prometheus, alertmanager, grafana] = [
      url('metrics'),
      url('prometheus'),
      url('alertmanager'),
      url('grafana'),
    ];
    const checks: [string, Promise<Finding[]> | Finding[]][] = [
      ['packages', checkProject(io.cwd, io.env, prometheus !== undefined)],
    ];
    if (metrics) checks.push([metrics, checkPage(metrics, serviceName(io.cwd, io.env))]);
    if (prometheus) checks.push([prometheus, checkPrometheus(prometheus, config, metrics)]);
    if (alertmanager) checks.push([alertmanager, checkAlertmanager(alertmanager, config)]);
    if (grafana) checks.push([grafana, checkGrafana(grafana, io.env['GRAFANA_TOKEN'], config)]);

    const names = checks.map(([name]) => name).join(', ');
    const results = await io.progress(
      `checking ${names}`,
      Promise.all(checks.map(([, findings]) => findings)),
    );
    const findings = results.flat();
    io.printJson({ checked: checks.map(([name]) => name), findings });
    for (const { id, problem, fix } of findings) {
      io.print(`${io.style('red', '✗')} ${problem} ${io.style('dim', `[${id}]`)}`);
      io.print(`  ${fix}`);
    }
    if (findings.length > 0) return EXIT.problem;
    if (!io.json) {
      io.note(`No problems found in ${names}.`);
      if (installedPackages(io.cwd).length === 0)
        io.note('No packages found here. To check them too, run doctor in the folder of the application.');
    }
    return EXIT.ok;
  },
});
