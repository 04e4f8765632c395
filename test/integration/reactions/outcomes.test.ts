/** How calls end where nothing fails, and where the application or its budget ends them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { respond } from '../../../src/testing/index.ts';
import { expectCall } from '../../helpers/expect-calls.ts';
import { OK_ATTEMPT, OK_CALL } from '../../helpers/expected-call.ts';
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
    ['a timeout of the application', (): AbortSignal => AbortSignal.timeout(50), 'timeout'],
    [
      'a timeout among other signals',
      (): AbortSignal => AbortSignal.any([never(), AbortSignal.timeout(50)]),
      'timeout',
    ],
    [
      'the application itself',
      (): AbortSignal => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 50);
        return controller.signal;
      },
      'application',
    ],
  ] as const)('by %s is recorded as such, before its response', async (_, signal, canceledBy) => {
    const harness = await startHarness();
    harness.server.plan([respond.hang()]);
    await rejection(harness.client.messages.create(HELLO, { signal: signal() }));
    await expectCall(harness, { outcome: 'canceled', canceledBy, attempts: [{ disposition: 'canceled' }] });
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

  test('by a reader that leaves its stream is canceled by the application', async () => {
    const harness = await startHarness({ server: { eventDelayMs: 10 } });
    for await (const _ of await harness.client.messages.create({ ...HELLO, stream: true })) break;
    await sleep(0);
    const canceled = { 'anthropic.outcome': 'canceled', 'anthropic.canceled_by': 'application' };
    expect(await harness.metric('anthropic.client.calls', canceled)).toBe(1);
  });
});

describe('a spend limit', () => {
  const BILLING = {
    errorType: 'rate_limit_error',
    errorCode: 'enforced_spend_limit_reached',
    fault: 'config',
  } as const;

  test('that responds with 429 is a matter of configuration, and not of retries', async () => {
    const harness = await startHarness({ client: { maxRetries: 0 } });
    const code = 'enforced_spend_limit_reached';
    harness.server.plan([
      respond.error(429, { code, retryAfter: null, headers: { 'retry-after-ms': null } }),
    ]);
    await rejection(harness.client.messages.create(HELLO));
    expect(await harness.metric('anthropic.client.retries_exhausted')).toBe(0);
    await expectCall(harness, {
      outcome: 'error',
      errorType: 'rate_limit_error',
      fault: 'config',
      attempts: [{ status: 429, disposition: 'final', ...BILLING }],
    });
  });

  test('is no streak and no lasting failure: the next call goes well', async () => {
    const harness = await startHarness({ client: { maxRetries: 0 } });
    await harness.client.messages.create(HELLO);
    await expectCall(harness, { ...OK_CALL, attempts: [OK_ATTEMPT] });
  });
});
