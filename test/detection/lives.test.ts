/** The label that tells the lives of a process apart which restarts at the same address. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { createApp, ROOT, runNode } from '../helpers/process.ts';

const SUMS = pathToFileURL(join(ROOT, 'src/signals/metrics/recent-sums.ts'));

/** Prints when the process was created, in its main thread and in two threads that replace each other. */
const APP = `
import { once } from 'node:events';
import { isMainThread, Worker } from 'node:worker_threads';
import { RecentSums } from '${SUMS}';

const sums = new RecentSums(() => performance.now());
sums.add('model', 'key', 1, () => ({}));
sums.observe({ observe: (_, attributes) => console.log(attributes['process.creation.time']) });
for (let thread = 0; isMainThread && thread < 2; thread++) await once(new Worker(new URL(import.meta.url)), 'exit');
`;

test('each process, and each thread of one, has series of its own for the last five minutes', async () => {
  const app = join(createApp({ 'app.mjs': APP }), 'app.mjs');
  const before = Date.now();
  const lives = [await runNode([app]), await runNode([app])].flatMap(({ stdout }) =>
    stdout.trim().split('\n'),
  );
  expect(new Set(lives).size, lives.join()).toBe(6);
  for (const life of lives) {
    expect(new Date(life).toISOString()).toBe(life);
    // A process may count from some milliseconds before this one asked for it: the clocks differ by rounding.
    expect(Date.parse(life)).toBeGreaterThan(before - 1000);
    expect(Date.parse(life)).toBeLessThanOrEqual(Date.now());
  }
});
