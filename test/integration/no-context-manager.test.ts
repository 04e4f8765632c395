/** Nothing registers a context manager here, as in an application that set up no OpenTelemetry at all. More is in `every-sdk.test.ts` and `middleware.test.ts`. */
import { describe, expect, test } from 'vitest';
import { HELLO, startHarness } from '../helpers/harness.ts';

const contextManager = false;

describe('without a context manager', () => {
  test('parallel calls with retries do not mix their attempts', async () => {
    const harness = await startHarness({ contextManager, client: { maxRetries: 5 } });
    harness.server.faults({ rate: 0.3, seed: 3 });
    await Promise.all(Array.from({ length: 30 }, () => harness.client.messages.create(HELLO)));
    const byCall = new Map<string, number[]>();
    for (const span of harness.attemptSpans()) {
      const parent = span.parentSpanContext?.spanId ?? 'none';
      byCall.set(parent, [
        ...(byCall.get(parent) ?? []),
        Number(span.attributes['anthropic.attempt.number']),
      ]);
    }
    expect(byCall.size).toBe(30);
    for (const numbers of byCall.values()) expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(await harness.metric('anthropic.client.attempts')).toBe(harness.server.sent.attempts);
  });

  test('a request options object that the application reuses is a call each time', async () => {
    const harness = await startHarness({ contextManager });
    const options = { timeout: 5000 };
    for (let call = 0; call < 2; call++) await harness.client.messages.create(HELLO, options);
    expect(await harness.metric('anthropic.client.calls')).toBe(2);
    const numbers = harness.attemptSpans().map((span) => span.attributes['anthropic.attempt.number']);
    expect(numbers).toEqual([1, 1]);
  });
});
