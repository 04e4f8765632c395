/** `anthropic-otel simulate`: rehearses a page, so that a team sees that its own pager works. */
import { defineCommand, usageError } from '../command.ts';
import { loadConfig } from '../config/load.ts';
import { serverUrl } from '../http.ts';
import { type SimulatedAlert, simulatedAlerts } from './alertmanager.ts';
import { rehearseChain } from './chain.ts';
import { rehearsePage } from './page.ts';
import { PLANS } from './plans.ts';

export const simulate = defineCommand({
  name: 'simulate',
  summary: 'Rehearse a page on your running stack, so that your team can check its own pager.',
  argumentsHelp: 'PLAN',
  options: {
    alertmanager: {
      type: 'string',
      value: 'URL',
      description: 'your Alertmanager; without --listen, alerts go straight to it',
    },
    prometheus: { type: 'string', value: 'URL', description: 'your Prometheus, for --listen' },
    listen: {
      type: 'string',
      value: 'HOST:PORT',
      description: 'serve the metrics of a test service here, to test the whole path',
    },
    for: {
      type: 'string',
      value: 'SECONDS',
      description: 'how long alerts fire, or the longest wait for a step (default: 60; 300 with --listen)',
    },
    config: {
      type: 'string',
      value: 'FILE',
      description: 'the configuration (default: anthropic-otel.config.*)',
    },
  },
  details: `Plans:
${Object.entries(PLANS)
  .map(([name, { story }]) => `  ${name.padEnd(16)}${story}`)
  .join('\n')}
  AnthropicXyz    the alert of this name (without --listen)

Without --listen, the alerts of the plan are sent to Alertmanager with the label simulated="true", and are resolved at the
end. It shows that routes, receivers and the pager work. With --listen, a test service calls a local stand-in for the API, which
fails as the plan states: Prometheus has to scrape the service, evaluate the rules and notify. No call leaves the machine.`,
  async run({ values, positionals }, io) {
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0)
      throw usageError('expected one plan', `Use one of: ${Object.keys(PLANS).join(', ')}`);
    const { config } = await loadConfig(io.cwd, values.config);
    const alertmanager =
      values.alertmanager === undefined ? undefined : serverUrl('--alertmanager', values.alertmanager);
    const plan = Object.hasOwn(PLANS, name) ? PLANS[name] : undefined;
    const signal = interruption();

    if (values.listen !== undefined) {
      if (!plan) throw usageError(`unknown plan "${name}"`, `There are: ${Object.keys(PLANS).join(', ')}`);
      if (!values.prometheus) throw usageError('--listen needs --prometheus URL');
      const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(values.listen) ?? [];
      if (!host) throw usageError(`expected --listen to be HOST:PORT, got "${values.listen}"`);
      const prometheus = serverUrl('--prometheus', values.prometheus);
      const patience = milliseconds(values.for, 300);
      return rehearseChain(io, {
        plan,
        prometheus,
        alertmanager,
        host,
        port: Number(port),
        patience,
        signal,
      });
    }
    if (!alertmanager)
      throw usageError('expected --alertmanager URL, or --listen HOST:PORT with --prometheus URL');
    const known = simulatedAlerts(config);
    const alerts = (plan?.alerts ?? [name]).map((alert): SimulatedAlert => {
      const found = known.get(alert);
      if (!found)
        throw usageError(
          `unknown plan or alert "${alert}"`,
          `There are: ${[...Object.keys(PLANS), ...known.keys()].join(', ')}`,
        );
      return found;
    });
    return rehearsePage(io, { alertmanager, alerts, duration: milliseconds(values.for, 60), signal });
  },
});

function milliseconds(given: string | undefined, otherwise: number): number {
  const seconds = given === undefined ? otherwise : Number(given);
  if (!(seconds > 0 && seconds <= 86_400))
    throw usageError(`expected --for to be a number of seconds, at most 86400, got "${given}"`);
  return seconds * 1000;
}

/** Aborts at the first Ctrl-C or SIGTERM, so that the command ends everything that it started. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}
