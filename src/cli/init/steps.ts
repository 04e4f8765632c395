/** The next three steps for a project. */
import type { Project } from './project.ts';

/** One step: what to do, and the lines to run or to write. */
export interface Step {
  readonly title: string;
  readonly lines: readonly string[];
}

const ADD = {
  npm: 'npm install anthropic-otel',
  pnpm: 'pnpm add --allow-build=protobufjs anthropic-otel',
  yarn: 'yarn add anthropic-otel',
  bun: 'bun add anthropic-otel',
} as const;

/** The steps for `project`. */
export function nextSteps(project: Project, out: string): readonly [Step, Step, Step] {
  return [registerStep(project), loadStep(project, out), checkStep(project)];
}

function registerStep(project: Project): Step {
  const lines = [...(project.installed ? [] : [ADD[project.packageManager]]), ...startLines(project)];
  const beside = project.neighbors.length > 0 ? `, beside ${project.neighbors.join(' and ')}` : '';
  return { title: `Register it at startup${beside}`, lines };
}

function startLines({ frameworks, typescript, startScript, packageManager }: Project): string[] {
  if (frameworks.includes('Next.js')) {
    return [
      "next.config: serverExternalPackages: ['@anthropic-ai/sdk', 'anthropic-otel']",
      'NODE_OPTIONS=--import=anthropic-otel/register npx next start',
    ];
  }
  const direct = /^(node|tsx)\s+(.*)$/.exec(startScript ?? '');
  if (direct) return [`${direct[1]} --import=anthropic-otel/register ${direct[2]}`];
  if (startScript) return [`NODE_OPTIONS=--import=anthropic-otel/register ${packageManager} start`];
  return [`node --import=anthropic-otel/register ${typescript ? 'src/app.ts' : 'app.js'}`];
}

function loadStep({ docker, kubernetes }: Project, out: string): Step {
  const lines = ['npx anthropic-otel export'];
  if (kubernetes) {
    lines.push(
      `kubectl apply -f ${out}/alerts/anthropic.prometheusrule.yaml -f ${out}/grafana-provisioning/kubernetes/dashboards.configmap.yaml`,
    );
  } else if (docker) {
    lines.push(
      `mount ${out}/alerts into Prometheus, ${out}/alertmanager into Alertmanager, ${out}/dashboards and ${out}/grafana-provisioning into Grafana`,
    );
  } else {
    lines.push(`prometheus --config.file=${out}/prometheus.yaml`);
    lines.push(`alertmanager --config.file=${out}/alertmanager/alertmanager.yaml --cluster.listen-address=`);
  }
  return { title: 'Generate the dashboards and rules, then load them', lines };
}

function checkStep({ docker, kubernetes }: Project): Step {
  const lines = [
    'npx anthropic-otel doctor --prometheus http://localhost:9090 --alertmanager http://localhost:9093',
  ];
  if (docker || kubernetes) {
    lines.unshift(
      'set OTEL_EXPORTER_PROMETHEUS_HOST=0.0.0.0 in the container, so that Prometheus can reach port 9464',
    );
  }
  return { title: 'Check that everything arrives', lines };
}
