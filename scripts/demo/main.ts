/**
 * The demo: a local stand-in for the Claude API, the two services of `docker-compose.yml`, a real Prometheus and a real
 * Alertmanager with the shipped configurations, and a webhook receiver. Plays six acts and shows which alert fired, how
 * soon, and which rightly stayed silent.
 */
import { endWithUsage, readOptions } from '../../dev/command-line.ts';
import { installPreview, openPreview, previewCommand } from '../dashboards/preview.ts';
import type { RunningDemo } from './demo.ts';
import { demo } from './packaged.ts';
import type { Printer } from './print.ts';

const HELP = `Usage: npm run demo -- [--once] [--json] [--preview]

Plays six acts with a local stand-in for the Claude API, and a real Prometheus and Alertmanager, then goes
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
// Before the acts: who waits for them wants to see the dashboards at once.
if (flags.preview) await installPreview((line) => console.error(`… ${line}`));
const { once = false, json = false } = flags;
process.exit((await demo({ once, json, lookAround })) ? 0 : 1);

/** Serves the dashboards, or prints how to. */
async function lookAround(
  { prometheusUrl, since }: RunningDemo,
  print: Printer,
): Promise<(() => Promise<void>) | undefined> {
  // The whole demo, however long it goes on.
  const options = { prometheusUrl, from: new Date(since).toISOString() };
  if (!flags.preview) {
    print.open(previewCommand(options));
    return undefined;
  }
  const preview = await openPreview(options, print.step);
  print.step(`the dashboards: ${preview.url}`);
  return async () => void (await preview.stop());
}
