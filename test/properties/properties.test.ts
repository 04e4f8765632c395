/**
 * Random sessions against random and broken replies: the application and the wire see the same with telemetry and without, and what is
 * recorded is what server and application know.
 *
 * `PROPERTY_CALLS` is how many calls each SDK makes, `PROPERTY_SEED` where they begin, `PROPERTY_SDK` which SDK makes them. Of each
 * kind of mismatch the smallest session is printed, and the command that shows it again.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Findings } from './findings.ts';
import { report } from './report.ts';
import { SDK_NAMES } from './sdks.ts';

const { PROPERTY_CALLS: calls = '400', PROPERTY_SEED: seed = '1', PROPERTY_SDK: only } = process.env;
const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

/** Node's own `fetch` fails an assertion when a response that is never read ends; so it does without telemetry. */
const OF_NODE = /assert\(!this\.paused\)/;

describe.each(only ? [only] : SDK_NAMES)('SDK %s', (sdk) => {
  test(`${calls} random calls are the same with telemetry, and none is miscounted`, {
    timeout: 1_800_000,
  }, async () => {
    const found = await findings(sdk);
    process.stdout.write(`properties: ${report(found)}\n`);
    expect(found.unhandled.filter((text) => !OF_NODE.test(text))).toEqual([]);
    expect(found.found.map(({ kind }) => kind)).toEqual([]);
  });
});

async function findings(sdk: string): Promise<Findings> {
  const child = spawn(process.execPath, [CHILD, sdk, seed, calls], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let complaints = '';
  child.stdout.on('data', (data) => {
    printed += data;
  });
  child.stderr.on('data', (data) => {
    complaints += data;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the process of SDK ${sdk} ended with ${code}: ${complaints}`);
  return JSON.parse(printed) as Findings;
}
