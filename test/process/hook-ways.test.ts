/** Every way of loading the SDK is observed, once. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startApi } from '../helpers/api.ts';
import { createApp, type Ended, run } from '../helpers/process.ts';
import { appOfWays, WAYS } from '../helpers/ways.ts';

const QUIET = { OTEL_METRICS_EXPORTER: 'none' };

async function runWays(ways: readonly string[], flag: string): Promise<Ended> {
  const api = await startApi();
  const folder = createApp({ 'app.mjs': appOfWays(ways) });
  return run(folder, [flag, 'anthropic-otel/register', 'app.mjs'], { BASE_URL: api.url, ...QUIET });
}

function expectEachOnce(ended: Ended): void {
  expect(ended).toMatchObject({ code: 0, warnings: [], stdout: expect.stringMatching(/^calls \d+\n$/) });
  const calls = Number(ended.stdout.slice('calls '.length));
  const once = { event: 'anthropic.call', outcome: 'ok', attempts: 1, output_tokens: 27 };
  expect(ended.records).toMatchObject(Array.from({ length: calls }, () => once));
}

describe('the loader hook', () => {
  test.each(['--import', '--require'])(
    'of %s observes each client once, whatever way it is made',
    async (flag) => {
      expectEachOnce(await runWays(Object.keys(WAYS), flag));
    },
  );

  test('observes each client once, whatever way comes first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(Object.keys(WAYS), { minLength: 4 }),
        fc.constantFrom('--import', '--require'),
        async (ways, flag) => expectEachOnce(await runWays(ways, flag)),
      ),
      { numRuns: 8, endOnFailure: true },
    );
  });
});
