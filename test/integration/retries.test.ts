import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { expectCall, expectCalls } from '../helpers/expect-calls.ts';
import { type ExpectedAttempt, HELLO_TOKENS, OK_ATTEMPT, OK_CALL } from '../helpers/expected-call.ts';
import { HELLO, rejection, startHarness } from '../helpers/harness.ts';

const OVERLOADED = { errorType: 'overloaded_error', fault: 'anthropic' } as const;
const SERVER_ERROR = { errorType: 'api_error', fault: 'anthropic' } as const;
const RATE_LIMITED = { errorType: 'rate_limit_error', fault: 'traffic' } as const;
/** The fake API asks for a wait of one millisecond. */
const retryAfter = 0.001;

const retried = (status: number, failure: object): ExpectedAttempt => ({
  status,
  disposition: 'retried',
  retryAfter,
  ...failure,
});
const final = (status: number, failure: object): ExpectedAttempt => ({
  ...retried(status, failure),
  disposition: 'final',
});

describe('retries', () => {
  test('records a 529-529-500 call once as failed by its last attempt, with one server error in its streak', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(529), respond.error(529), respond.error(500)]);
    await rejection(harness.client.messages.create(HELLO));
    await expectCall(harness, {
      outcome: 'error',
      exhausted: true,
      ...SERVER_ERROR,
      attempts: [retried(529, OVERLOADED), retried(529, OVERLOADED), final(500, SERVER_ERROR)],
    });
    expect(await harness.metric('anthropic.client.server_error_streak')).toBe(1);
    expect(await harness.metric('anthropic.client.server_error_streaks')).toBe(0);
  });

  test('records a 429 that is retried as traffic, with the wait that the API asks for', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(429)]);
    await harness.client.messages.create(HELLO);
    await expectCall(harness, { ...OK_CALL, attempts: [retried(429, RATE_LIMITED), OK_ATTEMPT] });
  });

  test('records a stream whose first attempt fails as one streamed call', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(500)]);
    await harness.client.messages.stream(HELLO).finalMessage();
    await expectCall(harness, {
      ...OK_CALL,
      stream: true,
      attempts: [retried(500, SERVER_ERROR), OK_ATTEMPT],
    });
  });

  test('a streak goes on from call to call, and a good response ends it', async () => {
    const harness = await startHarness({ client: { maxRetries: 0 } });
    harness.server.plan([respond.error(500), respond.error(529), respond.error(500), respond.ok()]);
    for (let call = 0; call < 3; call++) await rejection(harness.client.messages.create(HELLO));
    await harness.client.messages.create(HELLO);
    const failed = { outcome: 'error', exhausted: true } as const;
    await expectCalls(harness, [
      { ...failed, ...SERVER_ERROR, attempts: [final(500, SERVER_ERROR)] },
      { ...failed, ...OVERLOADED, attempts: [final(529, OVERLOADED)] },
      { ...failed, ...SERVER_ERROR, attempts: [final(500, SERVER_ERROR)] },
      OK_CALL,
    ]);
    const gauge = (await harness.allPoints()).get('anthropic.client.server_error_streak');
    expect(gauge?.map(({ value }) => value)).toEqual([0]);
  });

  test('maxRetries of the client and of the request decide which attempt is the last', async () => {
    const harness = await startHarness({ client: { maxRetries: 1 } });
    harness.server.plan(Array.from({ length: 3 }, () => respond.error(529)));
    await rejection(harness.client.messages.create(HELLO));
    await rejection(harness.client.messages.create(HELLO, { maxRetries: 0 }));
    const failed = { outcome: 'error', exhausted: true, ...OVERLOADED } as const;
    await expectCalls(harness, [
      { ...failed, attempts: [retried(529, OVERLOADED), final(529, OVERLOADED)] },
      { ...failed, attempts: [final(529, OVERLOADED)] },
    ]);
  });
});

describe('x-should-retry', () => {
  test('true makes a 400 an attempt that is retried', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(400, { shouldRetry: true })]);
    await harness.client.messages.create(HELLO);
    const failure = { errorType: 'invalid_request_error', fault: 'input' };
    await expectCall(harness, { ...OK_CALL, attempts: [retried(400, failure), OK_ATTEMPT] });
  });

  test('false makes a 500 final, and the call is not exhausted', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(500, { shouldRetry: false })]);
    await rejection(harness.client.messages.create(HELLO));
    await expectCall(harness, {
      outcome: 'error',
      ...SERVER_ERROR,
      attempts: [{ status: 500, disposition: 'final', ...SERVER_ERROR }],
    });
  });
});

describe('responses that are not retried', () => {
  test('a 401 is one failed call, one authentication failure and the time of it', async () => {
    const before = Math.floor(Date.now() / 1000);
    const harness = await startHarness({ server: { apiKeys: ['another-key'] } });
    const error = await rejection(harness.client.messages.create(HELLO));
    expect(error).toMatchObject({ status: 401, type: 'authentication_error' });
    const failure = { errorType: 'authentication_error', fault: 'config' } as const;
    await expectCall(harness, {
      outcome: 'error',
      ...failure,
      attempts: [{ status: 401, disposition: 'final', ...failure }],
    });
    const [time] = await harness.points('anthropic.client.authentication_failure_time');
    expect(time?.attributes).toEqual({ 'http.route': '/v1/messages' });
    expect(time?.value).toBeGreaterThanOrEqual(before);
  });

  test.each([
    [402, 'billing_error', 'config'],
    [403, 'permission_error', 'config'],
    [404, 'not_found_error', 'config'],
  ])('a %i is one failed call, %s, whose fault is %s', async (status, errorType, fault) => {
    const harness = await startHarness();
    harness.server.plan([respond.error(status)]);
    await rejection(harness.client.messages.create(HELLO));
    await expectCall(harness, {
      outcome: 'error',
      errorType,
      fault,
      attempts: [{ status, disposition: 'final', errorType, fault }],
    });
  });

  test.each([
    // What only the envelope has is not known of an attempt that the SDK retries without reading it.
    [408, '_OTHER'],
    [409, 'conflict_error'],
    [504, 'timeout_error'],
  ])('a %i, %s, is retried', async (status, errorType) => {
    const harness = await startHarness();
    harness.server.plan([respond.error(status)]);
    await harness.client.messages.create(HELLO);
    const attempts = { 'http.response.status_code': status, 'error.type': errorType };
    const disposition = { 'anthropic.attempt.disposition': 'retried' };
    expect(await harness.metric('anthropic.client.attempts', { ...attempts, ...disposition })).toBe(1);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
  });

  test('the error code of the envelope is in spans and logs, and a spend limit is a matter of config', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(403, { code: 'spend_limit_reached' })]);
    await rejection(harness.client.messages.create(HELLO));
    const failure = { errorType: 'permission_error', fault: 'config' } as const;
    await expectCall(harness, {
      outcome: 'error',
      ...failure,
      attempts: [{ status: 403, disposition: 'final', ...failure, errorCode: 'spend_limit_reached' }],
    });
  });

  test('an account without credit is a matter of config, though the API calls it an invalid request', async () => {
    const harness = await startHarness();
    const message =
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.';
    harness.server.plan([respond.error(400, { message })]);
    await rejection(harness.client.messages.create(HELLO));
    const failure = { 'error.type': 'invalid_request_error', 'anthropic.error.fault': 'config' };
    expect(await harness.metric('anthropic.client.attempts', failure)).toBe(1);
    expect(await harness.metric('anthropic.client.calls', failure)).toBe(1);
  });

  test('after a failure the next call is recorded on its own', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(404)]);
    await rejection(harness.client.messages.create(HELLO));
    await harness.client.messages.create(HELLO);
    expect(await harness.metric('anthropic.client.calls')).toBe(2);
    expect(await harness.metric('gen_ai.client.inference.usage.output_tokens')).toBe(HELLO_TOKENS.output);
  });
});
