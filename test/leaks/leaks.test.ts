/**
 * Many calls of every ending leave nothing behind. `LEAK_CALLS` is how many of each; the full table is
 * `LEAK_CALLS=100000 npx vitest run test/leaks`.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT, runNode } from '../helpers/process.ts';
import type { Left, Objects } from './child.ts';
import { ENDINGS } from './endings.ts';

const CALLS = Number(process.env['LEAK_CALLS'] ?? 200);
/** What the process may grow by on its own account: compiled code, pools, the noise of garbage collection. */
const NOISE = 2 * 1024 * 1024;
const BYTES_PER_CALL = 64;
/** Connections that are kept alive remember the call that opened them. */
const CONNECTIONS = 25;
const HOUR = 3_600_000;

/** The figures of one ending, as a row of the table in `docs/compliance.md`. */
function figures({ name, calls, heap, handles, openCalls, openSpans, series }: Left): string {
  const mebibytes = heap.map((bytes) => (bytes / 1024 ** 2).toFixed(2)).join(' → ');
  return `| ${[name, calls, mebibytes, handles.join(' → '), openCalls, openSpans, series.join(' → ')].join(' | ')} |`;
}

let left: ReadonlyMap<string, Left>;
let objects: { readonly before: Objects; readonly after: Objects } | undefined;
let code: number | null;
let warnings: readonly string[];

beforeAll(async () => {
  const ended = await runNode([
    '--no-warnings',
    '--expose-gc',
    join(ROOT, 'test/leaks/child.ts'),
    String(CALLS),
  ]);
  ({ code, warnings } = ended);
  const lines = ended.stdout.split('\n').filter(Boolean);
  const reported = lines.map((line) => JSON.parse(line) as Left & NonNullable<typeof objects>);
  objects = reported.find(({ after }) => after !== undefined);
  left = new Map(reported.filter(({ name }) => name !== undefined).map((each) => [each.name, each]));
  for (const each of left.values()) process.stdout.write(`${figures(each)}\n`);
}, 12 * HOUR);

describe.each(ENDINGS.map((ending) => [ending.name, ending] as const))('%s', (name, { outcome }) => {
  test('is recorded once for each call', () => {
    expect(left.get(name)?.outcomes).toEqual({ [outcome]: CALLS });
  });

  test('leaves no call and no span open', () => {
    expect(left.get(name)).toMatchObject({ openCalls: 0, openSpans: 0, timers: 0, errors: 0 });
  });

  test('leaves the heap as it was', () => {
    const [before, after] = left.get(name)?.heap ?? [0, Number.NaN];
    expect(after - before).toBeLessThan(NOISE + BYTES_PER_CALL * CALLS);
  });

  test('leaves no handle open but for connections that are kept alive', () => {
    const [before, after] = left.get(name)?.handles ?? [0, Number.NaN];
    expect(after - before).toBeLessThanOrEqual(CONNECTIONS);
  });
});

test('no call, promise or stream is left behind', () => {
  for (const kind of ['calls', 'promises', 'streams'] as const) {
    expect(objects?.after[kind]).toBeLessThanOrEqual((objects?.before[kind] ?? 0) + CONNECTIONS);
  }
});

test('the process ends by itself, without a warning', () => {
  expect([code, warnings]).toEqual([0, []]);
});

test('the number of series does not depend on the number of calls', () => {
  expect(Math.max(...[...left.values()].map(({ series }) => series[1]))).toBeLessThan(200);
});
