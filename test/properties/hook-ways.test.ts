import fc from 'fast-check';
import { test } from 'vitest';
import { expectEachOnce, runWays, WAYS } from '../helpers/ways.ts';

test('the loader hook observes each client once, whatever way comes first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(Object.keys(WAYS), { minLength: 4 }),
      fc.constantFrom('--import', '--require'),
      async (ways, flag) => expectEachOnce(await runWays(ways, flag)),
    ),
    { numRuns: 20, endOnFailure: true },
  );
});
