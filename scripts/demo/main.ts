/**
 * The demo: a local stand-in for the Claude API, the two services of `docker-compose.yml`, a real Prometheus and a real
 * Alertmanager with the shipped configurations, and a webhook receiver. Plays six acts and shows which alert fired, how
 * soon, and which rightly stayed silent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUsage, readOptions } from '../../dev/command-line.ts';
import { killAll } from '../../dev/processes.ts';
import { installPreview, openPreview, previewCommand } from '../dashboards/preview.ts';
import { type RunningDemo, runDemo, type Summary } from './demo.ts';
import { printer } from './print.ts';

const HELP = `Usage: npm run demo -- [--once] [--json] [--preview]

Plays six acts against a local stand-in for the Claude API, a real Prometheus and a real Alertmanager, then goes
on with light traffic until Ctrl-C, so that you can look around. Everything listens on loopback.

  --once      end after the last act; exit 0 only if every act ended as it should
  --json      print a JSON summary as the last line of standard output, everything else on standard error
  --preview   after the last act, serve the dashboards with this data too, without a Grafana
  --help      print this

NO_COLOR=1 turns colors off.`;

const flags = readOptions(HELP, {
  once: { type: 'boolean' },
  json: { type: 'boolean' },
  preview: { type: 'boolean' },
});
if (flags.once && flags.preview) endWithUsage('--once and --preview exclude each other', HELP);
const print = printer(flags.json ? process.stderr : process.stdout);
const stopping = new AbortController();
const { signal } = stopping;
process.on('exit', killAll);
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(name));

const summary = await play().catch((error: unknown) => {
  if (!signal.aborted) print.problem(error);
  return undefined;
});
if (summary && flags.json) console.log(JSON.stringify(summary));
process.exit(summary?.ok || signal.aborted ? 0 : 1);

async function play(): Promise<Summary> {
  // Before the acts: who waits for them wants to see the dashboards at once.
  if (flags.preview) await installPreview(print.step);
  return runDemo(print, signal, flags.once ? undefined : lookAround);
}

/** Light traffic until Ctrl-C. */
async function lookAround(demo: RunningDemo): Promise<void> {
  await demo.startTraffic();
  const preview = flags.preview ? await openPreview(previewOf(demo), print.step) : undefined;
  if (preview) print.step(`the dashboards: ${preview.url}`);
  else print.open(previewCommand(previewOf(demo)));
  while (!signal.aborted) await sleep(1000, undefined, { signal }).catch(() => {});
  await preview?.stop();
}

/** The whole demo, however long it goes on. */
function previewOf({ prometheusUrl, since }: RunningDemo): { prometheusUrl: string; from: string } {
  return { prometheusUrl, from: new Date(since).toISOString() };
}
