/**
 * Plays the scenarios with each rule engine that can be had, and checks the Alertmanager configurations with each Alertmanager. Prints a table; exits 1 when a check
 * fails.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endWithUsage, readOptions } from '../../dev/command-line.ts';
import { type Engine, findEngines, versionOf } from '../../dev/engines.ts';
import { randomScenarios, SCENARIOS } from './scenarios/index.ts';
import { type Failure, failuresOf, lengthOf } from './support/suite.ts';

const HELP = `Usage: npm run test:engines -- [--random N] [--only TEXT] [--limit SECONDS] [--json]

Runs the alert scenarios with Prometheus 2.42, 2.53 and 3.5 and with vmalert, and checks the configurations with Alertmanager 0.25, 0.28 and 0.33, each from
the Debian suite that has it. Prints a line as soon as an engine is done. Downloads 130 MB on first use. Takes some five minutes.

  --random N        random fleets of each kind (default 5)
  --only TEXT       engines whose line contains TEXT, such as "3.5"
  --limit SECONDS   the longest that one engine may take (default 600)
  --json            print JSON
  --help            print this`;

const flags = readOptions(HELP, {
  random: { type: 'string', default: '5' },
  only: { type: 'string', default: '' },
  limit: { type: 'string', default: '600' },
  json: { type: 'boolean' },
});
const count = Number(flags.random);
if (!Number.isInteger(count) || count < 0)
  endWithUsage(`--random takes a number, not "${flags.random}"`, HELP);
const limit = Number(flags.limit);
if (!(limit > 0)) endWithUsage(`--limit takes a number of seconds, not "${flags.limit}"`, HELP);

/** Seconds of a scenario above which vmalert is not asked: its test runner takes minutes for days that are evaluated once a minute. */
const VMALERT_LONGEST = 4 * 3600;

const run = promisify(execFile);
const alerts = fileURLToPath(new URL('../../alerts', import.meta.url));
const scenarios = [...SCENARIOS, ...randomScenarios(count)];

interface Row {
  readonly engine: string;
  readonly checked: string;
  readonly seconds: number;
  readonly failures: readonly Failure[];
}
const rows: Row[] = [];

async function row(
  engine: string,
  checked: string,
  play: (signal: AbortSignal) => Promise<readonly Failure[]>,
): Promise<void> {
  if (!engine.includes(flags.only)) return;
  console.error(`${engine}: ${checked}`);
  const began = performance.now();
  const failures = await play(AbortSignal.timeout(limit * 1000)).catch((error: Error) => [
    { scenario: engine, text: error.name === 'TimeoutError' ? `not done after ${limit} s` : error.message },
  ]);
  const done = { engine, checked, seconds: Math.round((performance.now() - began) / 1000), failures };
  rows.push(done);
  if (!flags.json) print(done);
}

/** One line of the table, as soon as its engine is done: a slow engine hides no other. */
function print({ engine, checked, seconds, failures }: Row): void {
  const result = failures.length === 0 ? 'ok' : `${failures.length} failed`;
  console.log(`${engine.padEnd(24)}  ${result.padEnd(9)}  ${`${seconds} s`.padStart(5)}  ${checked}`);
  for (const { scenario, text } of failures.slice(0, 20)) console.log(`  ${scenario}: ${text}`);
}

for (const engine of await findEngines((line) => console.error(line))) {
  const promtool = engine.program('promtool');
  await row(`Prometheus ${await versionOf(promtool)}`, `${scenarios.length} scenarios`, (signal) =>
    failuresOf(scenarios, { tester: { promtool, signal } }),
  );
  const amtool = engine.program('amtool');
  await row(`Alertmanager ${await versionOf(amtool)}`, '2 configurations, routes and templates', () =>
    checkConfigs(amtool),
  );
  if (engine.suite === 'sid') await vmalert(engine);
}

async function vmalert(engine: Engine): Promise<void> {
  const short = scenarios.filter((scenario) => lengthOf(scenario) <= VMALERT_LONGEST);
  const left = scenarios.length - short.length;
  // Debian's build does not report its version.
  await row(
    `vmalert of Debian ${engine.suite}`,
    `${short.length} scenarios (${left} that last more than ${VMALERT_LONGEST / 3600} hours are left out)`,
    (signal) => failuresOf(short, { tester: { vmalertTool: engine.program('vmalert-tool'), signal } }),
  );
}

/** Parses both configurations, and sends an alert of each severity through the routes. */
async function checkConfigs(amtool: string): Promise<Failure[]> {
  const failures: Failure[] = [];
  const check = async (...args: string[]): Promise<void> => {
    await run(amtool, args, { cwd: alerts }).catch((error: Error) =>
      failures.push({ scenario: `amtool ${args.join(' ')}`, text: error.message.slice(0, 500) }),
    );
  };
  for (const file of ['alertmanager.yaml', 'alertmanager.example.yaml']) {
    await check('check-config', file);
    for (const [severity, receiver] of Object.entries({
      critical: 'page',
      warning: 'ticket',
      info: 'info',
    })) {
      const labels = ['alertname=AnthropicTest', `severity=${severity}`];
      await check(
        'config',
        'routes',
        'test',
        '--config.file',
        file,
        `--verify.receivers=${receiver}`,
        ...labels,
      );
    }
  }
  return failures;
}

if (flags.json) console.log(JSON.stringify(rows));
if (rows.length === 0 || rows.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
