/** Rehearses the whole path: a simulated service, a scrape, the rules, Alertmanager. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { SIMULATION_JOB } from '../../mixin/alerts/text.ts';
import { EXIT, UserError } from '../command.ts';
import { send } from '../http.ts';
import type { Io } from '../io.ts';
import { PACKAGE_ROOT } from '../package-files.ts';
import { receivedAlerts } from './alertmanager.ts';
import type { Plan } from './plans.ts';

/** The settings of a rehearsal. */
export interface ChainOptions {
  readonly plan: Plan;
  readonly prometheus: string;
  readonly alertmanager: string | undefined;
  /** The host on which the simulated service serves its metrics. */
  readonly host: string;
  readonly port: number;
  /** The maximum wait for one step, in milliseconds. */
  readonly patience: number;
  readonly signal: AbortSignal;
}

interface Step {
  readonly step: string;
  readonly seconds: number;
}

/** Runs the service, breaks its API, and reports when each step of the path was reached. Ends everything that it started. */
export async function rehearseChain(io: Io, options: ChainOptions): Promise<number> {
  const { plan, prometheus, alertmanager, host, port } = options;
  const { startAnthropicServer, respond } = (await import(
    'anthropic-otel/testing' as string
  )) as typeof import('../../testing/index.ts');
  const api = await startAnthropicServer({ retryAfterMs: 100 });
  const service = startService(api.url, host, port);
  const steps: Step[] = [];
  try {
    io.note(
      `The simulated service has its metrics at http://${host}:${port}/metrics. Add this job to your Prometheus:`,
    );
    io.note(`  - { job_name: ${SIMULATION_JOB}, static_configs: [{ targets: ['${host}:${port}'] }] }`);
    const reach = async (step: string, condition: () => Promise<boolean>, since: number): Promise<void> => {
      const reached = await io.progress(`waiting: ${step}`, poll(condition, options));
      if (!reached)
        throw new UserError(
          `not reached within ${options.patience / 1000} s: ${step}`,
          'To find out why, run: npx anthropic-otel doctor',
        );
      const seconds = Math.round((Date.now() - since) / 100) / 10;
      steps.push({ step, seconds });
      io.print(`${io.style('green', '✓')} ${step} ${io.style('dim', `(${seconds} s)`)}`);
    };
    const selector = `{job="${SIMULATION_JOB}"}`;
    await reach(
      'Prometheus scrapes the service',
      () => hasSeries(prometheus, `anthropic_client_start_time${selector}`),
      Date.now(),
    );
    const broken = Date.now();
    plan.breakApi(api, respond);
    io.print(`  ${plan.story}`);
    for (const alert of plan.alerts) {
      const firing = `ALERTS{alertname="${alert}",job="${SIMULATION_JOB}",alertstate="firing"}`;
      await reach(`${alert} fires in Prometheus`, () => hasSeries(prometheus, firing), broken);
      if (!(await hasSeries(prometheus, `${firing} and ALERTS{simulated="true"}`)))
        io.note(
          `${alert} has no label simulated="true", because the rules in Prometheus come from an older version.`,
        );
      if (!alertmanager) continue;
      const arrived = async (): Promise<boolean> =>
        (await receivedAlerts(alertmanager)).some(({ labels }) => labels['alertname'] === alert);
      await reach(`${alert} arrives at Alertmanager`, arrived, broken);
    }
    io.printJson({ steps });
    return EXIT.ok;
  } finally {
    await endService(service);
    await api.close();
    io.note(
      'The service has stopped. Its alerts resolve after Prometheus has not seen it for 5 minutes. Remove the job again.',
    );
  }
}

function startService(apiUrl: string, host: string, port: number): ChildProcess {
  const register = pathToFileURL(join(PACKAGE_ROOT, 'dist/register.mjs')).href;
  return spawn(
    process.execPath,
    [`--import=${register}`, join(PACKAGE_ROOT, 'dist/cli/simulated-service.mjs')],
    {
      // The process ends when its standard input does, even if this process is killed.
      stdio: ['pipe', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ANTHROPIC_API_KEY: 'simulated-key',
        ANTHROPIC_BASE_URL: apiUrl,
        ANTHROPIC_OTEL_LOG: 'none',
        OTEL_SERVICE_NAME: SIMULATION_JOB,
        OTEL_METRICS_EXPORTER: 'prometheus',
        OTEL_EXPORTER_PROMETHEUS_HOST: host,
        OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      },
    },
  );
}

async function endService(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const ended = once(service, 'exit');
  service.kill();
  await ended;
}

async function hasSeries(prometheus: string, query: string): Promise<boolean> {
  const { status, body } = await send(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`);
  const result = (body as { data?: { result?: unknown[] } }).data?.result;
  if (status !== 200 || !result)
    throw new UserError(`${prometheus} is not a Prometheus: it responded with ${status} to a query`);
  return result.length > 0;
}

/** Whether `condition` became true within the patience. */
async function poll(condition: () => Promise<boolean>, { patience, signal }: ChainOptions): Promise<boolean> {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    if (await condition()) return true;
    await sleep(500, undefined, { signal }).catch(() => {
      throw new UserError('interrupted');
    });
  }
  return false;
}
