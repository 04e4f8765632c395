/** Every way of loading the SDK is observed, once. */
import { describe, test } from 'vitest';
import { expectEachOnce, runWays, WAYS } from '../helpers/ways.ts';

describe('the loader hook', () => {
  test.each(['--import', '--require'])(
    'of %s observes each client once, whatever way it is made',
    async (flag) => {
      expectEachOnce(await runWays(Object.keys(WAYS), flag));
    },
  );
});
