import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { expectCall } from '../helpers/expect-calls.ts';
import { HELLO, rejection, startHarness } from '../helpers/harness.ts';

describe('an abort by the application', () => {
  test('before the call is a canceled call without an attempt', async () => {
    const harness = await startHarness();
    const error = await rejection(harness.client.messages.create(HELLO, { signal: AbortSignal.abort() }));
    expect(error.constructor.name).toBe('APIUserAbortError');
    expect(harness.server.requests).toEqual([]);
    await expectCall(harness, { outcome: 'canceled', canceledBy: null, attempts: [] });
  });

  test('while it waits for a retry is a canceled call', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(529, { retryAfter: 60, headers: { 'retry-after-ms': null } })]);
    const controller = new AbortController();
    const call = harness.client.messages.create(HELLO, { signal: controller.signal });
    void harness.server.waitForRequests(1).then(() => setTimeout(() => controller.abort(), 30));
    await rejection(call);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'canceled' })).toBe(1);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
    expect(await harness.metric('anthropic.client.retries_exhausted')).toBe(0);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
    expect(await harness.metric('anthropic.client.attempts', { 'error.type': 'overloaded_error' })).toBe(1);
  });

  test('after the response changes nothing', async () => {
    const harness = await startHarness();
    const controller = new AbortController();
    await harness.client.messages.create(HELLO, { signal: controller.signal });
    controller.abort();
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
  });

  test('is neither an error line nor an error span', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.hang()]);
    const controller = new AbortController();
    const call = harness.client.messages.create(HELLO, { signal: controller.signal });
    void harness.server.waitForRequests(1).then(() => controller.abort());
    await rejection(call);
    expect(harness.logs().map(({ level }) => level)).toEqual(['info']);
    expect(harness.spans().map((span) => span.status.code)).toEqual([0, 0]);
  });
});
