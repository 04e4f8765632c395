import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../src/model/attempt.ts';
import { Call, type CallEnd, type CallListener } from '../../src/model/call.ts';

const START = { method: 'messages.create', provider: 'anthropic', model: 'm', stream: false };
const OK: CallEnd = { outcome: 'ok', usage: {} };
const FAILED: CallEnd = { outcome: 'error', sdkErrorType: 'overloaded_error', status: 529, usage: {} };
const OVERLOADED = { errorType: 'overloaded_error', retryable: true };

/** A call with a clock that the test turns, and what its listener gets. */
function createCall(): { call: Call; events: string[]; clock: { now: number }; begin: () => Attempt } {
  const events: string[] = [];
  const clock = { now: 0 };
  const listener: CallListener = {
    callStarted: () => void events.push('call'),
    attemptStarted: (_, attempt) => void events.push(`attempt ${attempt.number}`),
    attemptResponded: (_, attempt) => void events.push(`responded ${attempt.response?.status ?? 'not'}`),
    attemptEnded: (_, attempt) => void events.push(`${attempt.disposition} after ${attempt.duration}`),
    callEnded: (call, { outcome }) => void events.push(`${outcome} after ${call.duration}`),
  };
  const call = new Call(START, listener, undefined, () => clock.now);
  return { call, events, clock, begin: () => call.beginAttempt('POST', 'http://api/v1/messages') };
}

const response = (status: number, requestId?: string) => ({ status, requestId, rateLimits: [] });

describe('a call', () => {
  test('ends once, and its attempts end once', () => {
    const { call, events, begin } = createCall();
    const attempt = begin();
    call.acceptAttempt(attempt, response(200));
    for (const end of [OK, FAILED, OK]) call.end(end);
    call.failAttempt(attempt, OVERLOADED, response(529));
    expect(events.filter((event) => event.includes('after'))).toEqual(['ok after 0', 'ok after 0']);
  });

  test('times the wait between attempts, and no attempt with it', () => {
    const { call, events, clock, begin } = createCall();
    const first = begin();
    clock.now = 100;
    call.failAttempt(first, OVERLOADED, response(529));
    clock.now = 600;
    const second = begin();
    expect(second).toMatchObject({ number: 2, retryDelay: 0.5, retryCause: 'overloaded_error' });
    clock.now = 700;
    call.acceptAttempt(second, response(200));
    call.end(OK);
    expect(events).toContain('retried after 0.1');
    expect(call).toMatchObject({ attempts: 2, retryDelayTotal: 0.5, duration: 0.7, exhausted: false });
  });

  test('remembers the first request ids, and not endlessly many', () => {
    const { call, begin } = createCall();
    for (let index = 0; index < 50; index++) call.acceptAttempt(begin(), response(500, `req_${index}`));
    expect(call.requestIds).toHaveLength(16);
    expect(call.requestIds[0]).toBe('req_0');
  });

  test('times the first chunk from the start of the last attempt, once', () => {
    const { call, clock, begin } = createCall();
    begin();
    clock.now = 5000;
    begin();
    clock.now = 5300;
    call.firstChunk();
    clock.now = 9000;
    call.firstChunk();
    expect(call.timeToFirstChunk).toBeCloseTo(0.3, 9);
  });
});
