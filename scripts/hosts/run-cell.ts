/** Runs one cell: without this package for the comparison, then with it. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Cell, type Expected, type Result, USUAL } from '../../dev/hosts/cell.ts';
import { freePort } from '../../dev/processes.ts';
import type { Api } from './api.ts';
import { type End, fetchText, type Host, listenerOn, startHost } from './host.ts';
import { environmentOf, install, installsWithoutUs, type Tarball } from './install.ts';
import { differences, readCounts, times } from './metrics.ts';
import { readOutput, unlike } from './output.ts';

const run = promisify(execFile);
/** A word of the command that registers this package. */
const REGISTERS = /anthropic-otel\/(dist\/)?register/;
const END_LIMIT_MS = 12_000;
/** What an exit may take longer than without this package: the flush has 3 s, and nothing to flush to. */
const EXIT_SLACK_MS = 2_000;
const OWN_LINE = /(^|\| |\] )anthropic-otel: /;

/** A run of the host, with or without this package. */
interface Ran {
  readonly problems: readonly string[];
  readonly end: End;
  readonly output: { readonly stdout: string; readonly stderr: string };
  readonly spans: Readonly<Record<string, number>>;
}

/** Runs `cell`. Never rejects. */
export async function runCell(
  cell: Cell,
  tarball: Tarball,
  api: Api,
  progress: (line: string) => void,
): Promise<Result> {
  const begin = performance.now();
  const result = (outcome: Result['outcome'], notes: readonly string[]): Result => ({
    name: cell.name,
    outcome,
    notes,
    seconds: Math.round((performance.now() - begin) / 100) / 10,
  });
  let folder: string;
  try {
    folder = await install(cell, tarball, progress);
  } catch (error) {
    const why = firstLine(error);
    return (await installsWithoutUs(cell))
      ? result('FAILS', [`${why}; installs without this package`])
      : result('not run', [why]);
  }
  try {
    const bare = cell.bare === false ? undefined : await runHost(cell, folder, api, false);
    if (bare && bare.problems.length > 0) {
      return result('not run', ['fails without anthropic-otel too', ...bare.problems]);
    }
    const observed = await runHost(cell, folder, api, true);
    const { printed, problems } = judge(cell, observed, bare);
    const [line] = printed;
    if (problems.length === 0) return result('works', printed);
    if (
      line &&
      cell.reports?.test(line) &&
      observed.problems.every((problem) => TELEMETRY.test(problem)) &&
      problems.length === observed.problems.length
    ) {
      return result('reports', [line]);
    }
    return result('FAILS', [...problems, ...printed.map((text) => `printed: ${text}`)]);
  } catch (error) {
    return result('FAILS', [firstLine(error)]);
  }
}

/** Problems that a line may stand for: what is missing is telemetry. */
const TELEMETRY = /^(calls|attempts|spans|endpoint|log lines)\b/;

function judge(cell: Cell, observed: Ran, bare: Ran | undefined): { printed: string[]; problems: string[] } {
  const problems = [...observed.problems];
  if (bare) {
    if (bare.end.how !== observed.end.how)
      problems.push(`exit: ${observed.end.how}, without this package ${bare.end.how}`);
    const later = Math.round(observed.end.milliseconds - bare.end.milliseconds);
    if (cell.kind !== 'run' && later > EXIT_SLACK_MS)
      problems.push(`exit: ${later} ms later than without this package`);
    for (const [scope, count] of Object.entries(bare.spans)) {
      const now = observed.spans[scope] ?? 0;
      if (now !== count) problems.push(`spans: ${now} of ${scope}, without this package ${count}`);
    }
  }
  const { records: _, lines } = readOutput(observed.output.stderr);
  const extra = unlike(lines, bare ? readOutput(bare.output.stderr).lines : []);
  const printed = [...new Set(extra.filter((line) => OWN_LINE.test(line)))];
  if (printed.length > 1) problems.push(`stderr: ${printed.length} lines of this package`);
  // The output of an application that does not start is among the problems already.
  if (problems.some((problem) => problem.startsWith('application:'))) return { printed, problems };
  const others = extra.filter((line) => !OWN_LINE.test(line) && !cell.noise?.test(line));
  const stack = others.filter((line) => line.startsWith('at '));
  const words = others.filter((line) => !line.startsWith('at ')).slice(0, 4);
  if (stack.length > 0) words.push(`${stack.length} lines of stack traces`);
  if (bare && words.length > 0) problems.push(`stderr: ${words.join(' | ')}`);
  if (bare) {
    const more = unlike(
      readOutput(observed.output.stdout).lines,
      readOutput(bare.output.stdout).lines,
    ).filter((line) => !cell.noise?.test(line));
    if (more.length > 0) problems.push(`stdout: ${more.slice(0, 4).join(' | ')}`);
  }
  return { printed, problems };
}

async function runHost(cell: Cell, folder: string, api: Api, observed: boolean): Promise<Ran> {
  const port = await freePort();
  const metricsPort = await freePort();
  const otherPort = await freePort();
  const env: Record<string, string> = {
    ...(await environmentOf(folder, cell.node ?? 24)),
    ANTHROPIC_API_KEY: 'test-key',
    ANTHROPIC_BASE_URL: api.url,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
    PORT: String(port),
    OTHER_PORT: String(otherPort),
    ...cell.env,
    ...(observed && cell.nodeOptions !== undefined && { NODE_OPTIONS: cell.nodeOptions }),
  };
  await writeFiles(cell, folder, observed);
  if (observed || cell.bare !== false) {
    for (const [file = '', ...args] of cell.build ?? []) {
      try {
        // Built as one builds: the variables of the run are not there.
        await run(file, args, {
          cwd: folder,
          env: await environmentOf(folder, cell.node ?? 24),
          maxBuffer: 1e8,
          timeout: 300_000,
        });
      } catch (error) {
        const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
        const lines = `${stderr}\n${stdout}`
          .split('\n')
          .filter((line) => /error|can't resolve|not found/i.test(line));
        const problem = `build: ${lines.slice(0, 3).join(' | ') || firstLine(error)}`;
        return {
          problems: [problem],
          end: { how: '', milliseconds: 0 },
          output: { stdout: '', stderr: '' },
          spans: {},
        };
      }
    }
  }
  const visits = cell.visits ?? 1;
  const expected = 'expected' in cell ? cell.expected : USUAL;
  await api.plan(visits);
  const command = cell.start.filter((word) => observed || !REGISTERS.test(word));
  const host = startHost(folder, command, env);
  if (cell.kind === 'run') return runToEnd(cell, host, expected, observed);
  const problems: string[] = [];
  const get = (path: string): Promise<string> => fetchText(`http://127.0.0.1:${port}${path}`);
  const scrape = (): Promise<string> =>
    fetchText(`http://127.0.0.1:${metricsPort}/metrics`, 5000).catch(() => '');
  const other = (): Promise<string> =>
    fetchText(`http://127.0.0.1:${otherPort}/metrics`, 5000).catch(() => '');
  const spans: Record<string, number> = {};
  try {
    const limit = cell.startTimeout ?? 30_000;
    await responds(host, () => get('/state'), limit);
    const { ready } = cell;
    if (ready) await responds(host, async () => expectText(host.output.stdout, ready), limit);
    for (let visit = 0; visit < visits; visit++) await get('/work');
    if (observed && expected) {
      problems.push(...(await compareMetrics(times(expected, visits), scrape, metricsPort)));
    }
    if (cell.spans) {
      const state = JSON.parse(await get('/state')) as { spans: { scope: string; path?: string }[] };
      // Scrapes are requests too, and there are more of them with this package.
      for (const { scope, path } of state.spans)
        if (path !== '/metrics') spans[scope] = (spans[scope] ?? 0) + 1;
      if (observed && expected && cell.spans === 'joined')
        problems.push(...compareSpans(spans, times(expected, visits)));
    }
    problems.push(...((await cell.check?.({ get, scrape, other, observed })) ?? []));
  } catch (error) {
    const words = host.output.stderr
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^\s+at |^node:|^\{/.test(line));
    problems.push(`application: ${firstLine(error)}`, ...words.slice(-6));
  }
  for (const [file = '', ...args] of cell.stop ?? []) {
    await run(file, args, { cwd: folder, env: { ...env, NODE_OPTIONS: '' } }).catch(() => {});
  }
  const end = await host.end(END_LIMIT_MS);
  return { problems, end, output: host.output, spans };
}

async function runToEnd(
  cell: Cell,
  host: Host,
  expected: Expected | undefined,
  observed: boolean,
): Promise<Ran> {
  const begin = performance.now();
  const how = await Promise.race([host.ended, sleep(cell.startTimeout ?? 60_000, undefined, { ref: false })]);
  const milliseconds = performance.now() - begin;
  await sleep(50);
  if (how === undefined) await host.end(0);
  const problems = how === undefined ? ['exit: never'] : [];
  if (cell.bare === false && how !== '0') {
    const words = `${host.output.stdout}\n${host.output.stderr}`
      .split('\n')
      .filter((line) => /error|failed/i.test(line));
    problems.push(`exit: ${how}`, ...words.slice(0, 4));
  }
  if (observed && expected) {
    const { records } = readOutput(`${host.output.stderr}\n${host.output.stdout}`);
    const counted = records.filter(({ event }) => event === 'anthropic.call').length;
    const calls = Object.values(expected.calls).reduce((sum, count) => sum + count, 0);
    if (counted !== calls) problems.push(`log lines: ${counted} calls, expected ${calls}`);
  }
  return { problems, end: { how: how ?? 'never', milliseconds }, output: host.output, spans: {} };
}

/** Waits until the metrics are as expected: a call is recorded when its response has been read. */
async function compareMetrics(
  expected: Expected,
  scrape: () => Promise<string>,
  port: number,
): Promise<string[]> {
  let problems: string[] = [];
  let text = '';
  for (let tries = 0; tries < 8; tries++) {
    text = await scrape();
    problems = differences(expected, readCounts(text));
    if (problems.length === 0) break;
    await sleep(250);
  }
  // Each scrape has to show the same: behind one port may be many processes.
  for (let more = 0; problems.length === 0 && more < 3; more++) {
    text = await scrape();
    problems = differences(expected, readCounts(text)).map((problem) => `${problem} at a later scrape`);
  }
  if (problems.length === 0) return [];
  const owner = listenerOn(port);
  if (!owner) return ['endpoint: no listener', ...problems];
  return [
    ...problems,
    `endpoint: ${text === '' ? 'no response from' : 'served by'} ${owner.replaceAll(/\/\S*\//g, '').slice(0, 120)}`,
  ];
}

function compareSpans(spans: Readonly<Record<string, number>>, expected: Expected): string[] {
  const attempts = Object.values(expected.attempts).reduce((sum, count) => sum + count, 0);
  const found = spans['anthropic-otel'] ?? 0;
  return found === attempts ? [] : [`spans: ${found} of anthropic-otel, expected ${attempts}`];
}

async function responds(host: Host, ask: () => Promise<unknown>, limit: number): Promise<void> {
  const deadline = performance.now() + limit;
  let ended: string | undefined;
  void host.ended.then((how) => {
    ended = how;
  });
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (ended !== undefined) throw new Error(`ended with ${ended} at start`);
      if (performance.now() > deadline) throw new Error(`does not respond: ${firstLine(error)}`);
    }
    await sleep(200);
  }
}

function expectText(text: string, pattern: RegExp): void {
  if (!pattern.test(text)) throw new Error(`did not print ${pattern}`);
}

async function writeFiles({ files }: Cell, folder: string, observed: boolean): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    const lines = text.split('\n').filter((line) => observed || !line.endsWith('// register'));
    await writeFile(join(folder, path), lines.join('\n'));
  }
}

function firstLine(error: unknown): string {
  return String((error as Error).message ?? error).split('\n')[0] ?? '';
}
