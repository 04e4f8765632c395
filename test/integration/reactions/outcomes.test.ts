/** How calls end where nothing fails, and where the application or its budget ends them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { respond } from '../../../src/testing/index.ts';
import { expectCall, expectCalls } from '../../helpers/expect-calls.ts';
import { failedCall, final, OK_CALL } from '../../helpers/expected-call.ts';
import { HELLO, rejection, startHarness } from '../../helpers/harness.ts';

describe.each([false, true])('the stop reason, stream: %s', (stream) => {
  test.each([
    ['max_tokens', 'max_tokens'],
    ['model_context_window_exceeded', 'model_context_window_exceeded'],
    ['pause_turn', 'pause_turn'],
    ['refusal', 'refusal'],
    ['something new', '_OTHER'],
  ])('%s is one of a closed set on calls', async (stopReason, recorded) => {
    const harness = await startHarness();
    harness.server.plan([respond.ok({ text: 'Hi', stopReason })]);
    if (!stream) await harness.client.messages.create(HELLO);
    else for await (const _ of await harness.client.messages.create({ ...HELLO, stream }));
    const [call] = await harness.points('anthropic.client.calls');
    expect(call?.attributes).toMatchObject({
      'anthropic.outcome': 'ok',
      'anthropic.stop_reason': recorded,
      'anthropic.served_by': 'api',
    });
    expect(harness.logs()[0]?.fields['stop_reason']).toBe(stopReason);
  });
});

describe('a call that is canceled', () => {
  const never = (): AbortSignal => new AbortController().signal;

  test.each([
    ['a timeout of the application', (): AbortSignal => AbortSignal.timeout(50)],
    ['a timeout among other signals', (): AbortSignal => AbortSignal.any([never(), AbortSignal.timeout(50)])],
  ])('by %s is recorded as such, before its response', async (_, signal) => {
    const harness = await startHarness();
    harness.server.plan([respond.hang()]);
    await rejection(harness.client.messages.create(HELLO, { signal: signal() }));
    await expectCall(harness, {
      outcome: 'canceled',
      canceledBy: 'timeout',
      attempts: [{ disposition: 'canceled' }],
    });
  });

  /** What `AbortSignal.timeout` aborts with, at a time that the test chooses. */
  const timeOut = (controller: AbortController): void =>
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));

  test('by a timeout while it waits for a retry is recorded as such', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(529, { headers: { 'retry-after': '30', 'retry-after-ms': null } })]);
    const controller = new AbortController();
    const call = rejection(harness.client.messages.create(HELLO, { signal: controller.signal }));
    await harness.server.idle();
    await sleep(20);
    timeOut(controller);
    await call;
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.canceled_by': 'timeout' })).toBe(1);
  });

  test('by a timeout in the middle of its stream is recorded as such', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.hangBody(2)]);
    const controller = new AbortController();
    const params = { ...HELLO, stream: true } as const;
    const stream = await harness.client.messages.create(params, { signal: controller.signal });
    for await (const _ of stream) timeOut(controller);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.canceled_by': 'timeout' })).toBe(1);
  });
});

test('a spend limit that the API reports with 429 is a matter of configuration, of no retries, and does not last', async () => {
  const harness = await startHarness({ client: { maxRetries: 0 } });
  const code = 'enforced_spend_limit_reached';
  harness.server.plan([respond.error(429, { code, retryAfter: null, headers: { 'retry-after-ms': null } })]);
  await rejection(harness.client.messages.create(HELLO));
  await harness.client.messages.create(HELLO);
  const limit = { fault: 'config', errorCode: code, retryAfter: undefined };
  await expectCalls(harness, [failedCall(final(429, limit)), OK_CALL]);
});
