import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { expectCall } from '../helpers/expect-calls.ts';
import { OK_ATTEMPT, OK_CALL } from '../helpers/expected-call.ts';
import { HELLO, rejection, startHarness } from '../helpers/harness.ts';

const TIMEOUT = { errorType: 'client_timeout_error', fault: 'network' } as const;
const OTHER_ANTHROPIC = { errorType: '_OTHER', fault: 'anthropic' } as const;

const ONCE = { maxRetries: 0 };

describe('a connection that fails', () => {
  test('a timeout that is retried names the timeout as the cause of the wait', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.hang()]);
    await harness.client.messages.create(HELLO, { maxRetries: 1, timeout: 1000 });
    await expectCall(harness, {
      ...OK_CALL,
      attempts: [{ disposition: 'retried', ...TIMEOUT }, OK_ATTEMPT],
    });
  });
});

describe('a response that is none of the API', () => {
  test('the HTML page of a gateway is retried, and is a matter of Anthropic', async () => {
    const harness = await startHarness({ client: { maxRetries: 1 } });
    harness.server.plan([respond.error(502), respond.error(503)]);
    const error = await rejection(harness.client.messages.create(HELLO));
    expect(error).toMatchObject({ status: 503 });
    const retryAfter = 0.001;
    await expectCall(harness, {
      outcome: 'error',
      exhausted: true,
      ...OTHER_ANTHROPIC,
      attempts: [
        { status: 502, disposition: 'retried', retryAfter, ...OTHER_ANTHROPIC },
        { status: 503, disposition: 'final', retryAfter, ...OTHER_ANTHROPIC },
      ],
    });
  });

  test('HTTP 200 with a page of a proxy is what the SDK makes of it: a response without tokens', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.wrongContentType()]);
    const message: unknown = await harness.client.messages.create(HELLO);
    expect(message).toContain('<html>');
    await expectCall(harness, { outcome: 'ok', attempts: [OK_ATTEMPT] });
  });

  test('HTTP 200 with JSON that does not parse is an error on the way', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.malformedJson()]);
    const error = await rejection(harness.client.messages.create(HELLO));
    expect(error).toBeInstanceOf(SyntaxError);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'error' })).toBe(1);
    expect(
      await harness.metric('anthropic.client.attempts', { 'anthropic.attempt.disposition': 'final' }),
    ).toBe(1);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
    expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
  });

  test('HTTP 200 whose JSON is cut is an error on the way', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.cutStream()]);
    await rejection(harness.client.messages.create(HELLO));
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'error' })).toBe(1);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
  });

  test('headers that mean nothing are as if they were not there', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.malformedHeaders()]);
    await harness.client.messages.create(HELLO);
    await expectCall(harness, OK_CALL);
    expect(await harness.points('anthropic.client.rate_limit.limit')).toEqual([]);
    expect(await harness.points('anthropic.client.rate_limit.remaining')).toEqual([]);
    expect(await harness.points('anthropic.client.rate_limit.reset_time')).toEqual([]);
  });

  test('headers that mean nothing on an error are as if they were not there', async () => {
    const harness = await startHarness({ client: ONCE });
    harness.server.plan([respond.malformedHeaders(429)]);
    await rejection(harness.client.messages.create(HELLO));
    const failure = { errorType: 'rate_limit_error', fault: 'traffic' } as const;
    await expectCall(harness, {
      outcome: 'error',
      exhausted: true,
      ...failure,
      attempts: [{ status: 429, disposition: 'final', ...failure }],
    });
  });

  test('an error whose body is no envelope has the type of its status', async () => {
    const harness = await startHarness({ client: ONCE });
    harness.server.plan([respond.error(529, { body: '{"type":"error","error":"very"}' })]);
    await rejection(harness.client.messages.create(HELLO));
    const type = { 'error.type': 'overloaded_error' };
    expect(await harness.metric('anthropic.client.attempts', type)).toBe(1);
    expect(await harness.metric('anthropic.client.calls', type)).toBe(1);
  });

  test('an error type that the table does not have is _OTHER, in metrics, spans and logs', async () => {
    const harness = await startHarness({ client: ONCE });
    harness.server.plan([respond.error(418, { type: 'teapot_error' })]);
    const error = await rejection(harness.client.messages.create(HELLO));
    expect(error.type).toBe('teapot_error');
    const failure = { errorType: '_OTHER', fault: 'input' } as const;
    await expectCall(harness, {
      outcome: 'error',
      ...failure,
      attempts: [{ status: 418, disposition: 'final', ...failure }],
    });
  });
});
