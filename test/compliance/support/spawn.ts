/** Runs `node` to its end, outside of any test. */
import { spawn } from 'node:child_process';
import { ROOT } from '../../helpers/process.ts';

/** How a process ended, and what it wrote. */
export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  /** The lines of standard error that are log records. */
  readonly records: readonly Record<string, unknown>[];
  /** The other lines of standard error. */
  readonly warnings: readonly string[];
}

/** Variables of the tests that an application does not have. */
const OF_TESTS = /^(OTEL_|ANTHROPIC_|VITEST|NODE_OPTIONS|NODE_V8_COVERAGE|.*_proxy$)/i;

/** Runs `node` with `args`, in the root of the project unless `cwd` is given. */
export function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd: string = ROOT,
): Promise<Output> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_TESTS.test(name)));
  const child = spawn(process.execPath, [...args], {
    cwd,
    env: { ...clean, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const lines = written.stderr.split('\n').filter(Boolean);
      const isRecord = (line: string): boolean => line.startsWith('{"');
      resolve({
        code,
        stdout: written.stdout,
        records: lines.filter(isRecord).map((line) => JSON.parse(line) as Record<string, unknown>),
        warnings: lines.filter((line) => !isRecord(line)),
      });
    });
  });
}
