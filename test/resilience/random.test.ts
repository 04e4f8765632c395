import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resilience } from '../../src/resilience/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, MODEL } from '../helpers/harness.ts';
import { passTime, setup } from './support/setup.ts';

/** One failure or success of the API. */
const step = fc.oneof(
  fc.constant(respond.ok()),
  fc.constant(respond.resetConnection()),
  fc
    .record({
      status: fc.constantFrom(400, 401, 402, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504, 529),
      retryAfter: fc.constantFrom(null, 1, 7, 59, 61, 3_600),
      shouldRetry: fc.constantFrom(undefined, true, false),
    })
    .map(({ status, retryAfter, shouldRetry }) =>
      respond.error(status, { retryAfter, ...(shouldRetry !== undefined && { shouldRetry }) }),
    ),
);

/** Attempts of one model: one, and as many retries as all rules together allow. */
const MOST_ATTEMPTS = 1 + 4 + 3 + 1 + 2 + 2 + 2;

test('whatever the API does, every call ends with a message or an error class of the SDK, within its bounds', async () => {
  const kinds = fc.array(fc.array(step, { maxLength: 12 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(kinds, async (plans) => {
      const { server, client, clock } = await setup((common) =>
        resilience({ ...common, deadline: 300_000, fallback: { chain: [{ model: 'claude-sonnet-5-5' }] } }),
      );
      for (const plan of plans) {
        server.reset();
        server.plan(plan);
        const startedAt = clock.now();
        const call = client.messages.create(HELLO).then(
          (message) => message.type,
          (error: unknown) => error,
        );
        const result = await passTime(clock, call);
        if (result !== 'message') expect(result).toBeInstanceOf(Anthropic.APIError);
        expect(server.sent.models[MODEL]?.attempts ?? 0).toBeLessThanOrEqual(MOST_ATTEMPTS);
        expect(server.sent.attempts).toBeLessThanOrEqual(2 * MOST_ATTEMPTS);
        expect(clock.now() - startedAt).toBeLessThanOrEqual(301_000);
      }
    }),
    { numRuns: 40, seed: 20_261_127 },
  );
});
