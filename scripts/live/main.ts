/**
 * The alert pack end to end, live: services under `anthropic-otel/register`, the shipped configurations in a real Prometheus and
 * Alertmanager, every second, and a webhook receiver. Shows silence over a whole window, how soon pages arrive, that an alert
 * holds back what it causes, and that the watchdog keeps coming.
 */
import { endWithUsage, readOptions } from '../../dev/command-line.ts';
import { killAll } from '../../dev/processes.ts';
import { openStage } from '../../dev/stage/stage.ts';
import { keepWatch } from './checks.ts';
import { Report } from './report.ts';
import { pages, rejectedKey, silence, watchdog } from './steps.ts';

const HELP = `Usage: npm run test:live -- [--silence SECONDS] [--json]

Runs the alert pack against a stand-in for the Claude API on loopback. Takes about seven minutes; exits 1 when anything is
not as it should be.

  --silence SECONDS   how long nothing may fire (default 330: the windows of the pages are 300)
  --json              print a JSON summary as the last line of standard output, everything else on standard error
  --help              print this`;

const flags = readOptions(HELP, {
  silence: { type: 'string', default: '330' },
  json: { type: 'boolean' },
});
const seconds = Number(flags.silence);
if (!Number.isInteger(seconds) || seconds < 1)
  endWithUsage(`--silence takes a number of seconds, not "${flags.silence}"`, HELP);

process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const report = new Report(flags.json ? process.stderr : process.stdout);
const stage = await openStage(50, report.step);
try {
  const watch = keepWatch(stage);
  await silence(stage, report, seconds);
  await pages(stage, report);
  await rejectedKey(stage, report);
  await watchdog(stage, report);
  report.check(
    'neither Prometheus nor Alertmanager warned of anything',
    stage.monitoring.warnings().length === 0,
  );
  for (const warning of stage.monitoring.warnings()) report.step(warning);
  report.check('every notification was well-formed', watch.problems().length === 0);
} catch (problem) {
  report.check(problem instanceof Error ? problem.message : String(problem), false);
} finally {
  await stage.close();
}
report.total();
if (flags.json) console.log(JSON.stringify(report.summary()));
process.exit(report.summary().ok ? 0 : 1);
