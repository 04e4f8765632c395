/**
 * The demo: a local stand-in for the Claude API, two services started with `--import anthropic-otel/register`, a real
 * Prometheus and a real Alertmanager with the shipped rules, and a webhook receiver. Plays six acts and shows which
 * alert fired, how soon, and which rightly stayed silent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startAnthropicServer } from '../../src/testing/index.ts';
import { ACTS, type Stage } from './acts.ts';
import { startMonitoring } from './monitoring.ts';
import { type ActResult, playAct } from './play.ts';
import { printer } from './print.ts';
import { killAll, stopAll } from './processes.ts';
import { startService } from './service.ts';
import { startWebhook } from './webhook.ts';

const HELP = `Usage: npm run demo -- [--once] [--json]

Plays six acts against a local stand-in for the Claude API, a real Prometheus and a real Alertmanager, then goes
on with light traffic until Ctrl-C, so that you can look around. Everything listens on loopback.

  --once   end after the last act; exit 0 only if every act ended as it should
  --json   print a JSON summary as the last line of standard output, everything else on standard error
  --help   print this`;

/** What `--json` prints. */
interface Summary {
  readonly acts: readonly ActResult[];
  readonly calls: number;
  readonly attempts: number;
  readonly ok: boolean;
}

const { values: flags } = parseArguments();
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}
const print = printer(flags.json ? process.stderr : process.stdout);
const stopping = new AbortController();
process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort(signal));

const summary = await run().catch((error: unknown) => {
  if (!stopping.signal.aborted) print.problem(error);
  return undefined;
});
if (summary && flags.json) console.log(JSON.stringify(summary));
process.exit(summary?.ok || stopping.signal.aborted ? 0 : 1);

async function run(): Promise<Summary> {
  const cleanUps: (() => unknown)[] = [stopAll];
  try {
    const api = await startAnthropicServer({ retryAfterMs: 150 });
    const webhook = await startWebhook();
    cleanUps.push(
      () => api.close(),
      () => webhook.close(),
    );
    print.step('starting two services with --import anthropic-otel/register');
    const [chat, reports] = await Promise.all([
      startService('chat', api.url),
      startService('reports', api.url),
    ]);
    api.apiKeys = [chat.apiKey, reports.apiKey];
    const stage: Stage = { api, chat, reports };
    print.step('starting Prometheus and Alertmanager with the shipped rules');
    const monitoring = await startMonitoring(
      [chat, reports].map(({ name, metricsPort }) => ({ job: name, port: metricsPort })),
      webhook.url,
      print.step,
    );
    cleanUps.push(monitoring.cleanUp);
    print.urls(stage, monitoring, webhook.url);

    const acts: ActResult[] = [];
    for (const [index, act] of ACTS.entries()) {
      print.act(index + 1, ACTS.length, act);
      const result = await unlessStopped(playAct(act, stage, monitoring, webhook, print.fired));
      acts.push(result);
      print.result(result);
    }
    const { calls, attempts } = api.sent;
    const seen = {
      calls: await monitoring.query('sum(anthropic_client_calls_total)'),
      attempts: await monitoring.query('sum(anthropic_client_attempts_total)'),
    };
    const exact = seen.calls === calls && seen.attempts === attempts;
    const warnings = monitoring.warnings();
    const ok = exact && warnings.length === 0 && acts.every((act) => act.ok);
    print.total({ calls, attempts }, seen, warnings, ok);
    if (!flags.once) {
      print.open();
      while (!stopping.signal.aborted) {
        await chat.askMany(2, 2);
        await sleep(1000, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
    return { acts, calls, attempts, ok };
  } finally {
    for (const cleanUp of cleanUps) await cleanUp();
  }
}

/** `work`, unless Ctrl-C comes first. */
function unlessStopped<Result>(work: Promise<Result>): Promise<Result> {
  const { signal } = stopping;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

function parseArguments(): { values: { once?: boolean; json?: boolean; help?: boolean } } {
  try {
    return parseArgs({
      options: {
        once: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exit(2);
  }
}
