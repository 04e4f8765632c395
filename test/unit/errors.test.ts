import { describe, expect, test } from 'vitest';
import {
  errorType,
  FAULTS,
  faultOf,
  isBillingRefusal,
  isRetryableStatus,
  RETRYABLE_TYPES,
} from '../../src/model/errors.ts';

/** The table of the documents: status, type of the envelope, whether the SDK retries it, who has to act. */
const TABLE = [
  [400, 'invalid_request_error', false, 'input'],
  [401, 'authentication_error', false, 'config'],
  [402, 'billing_error', false, 'config'],
  [403, 'permission_error', false, 'config'],
  [404, 'not_found_error', false, 'config'],
  [409, 'conflict_error', true, 'input'],
  [413, 'request_too_large', false, 'input'],
  [429, 'rate_limit_error', true, 'traffic'],
  [500, 'api_error', true, 'anthropic'],
  [504, 'timeout_error', true, 'anthropic'],
  [529, 'overloaded_error', true, 'anthropic'],
] as const;

describe('the error table', () => {
  test.each(TABLE)('%i is %s; retried: %s; fault: %s', (status, type, retried, fault) => {
    expect(errorType(type, status)).toBe(type);
    expect(errorType(undefined, status)).toBe(type);
    expect(isRetryableStatus(status, null)).toBe(retried);
    expect(RETRYABLE_TYPES.includes(type)).toBe(retried);
    expect(faultOf({ errorType: type, status })).toBe(fault);
    expect(FAULTS).toContain(fault);
  });

  test.each([
    [408, true, 'network'],
    [422, false, 'input'],
    [499, false, 'application'],
    [502, true, 'anthropic'],
    [503, true, 'anthropic'],
    [418, false, 'input'],
  ] as const)('%i without an envelope is _OTHER; retried: %s; fault: %s', (status, retried, fault) => {
    expect(errorType(undefined, status)).toBe('_OTHER');
    expect(isRetryableStatus(status, null)).toBe(retried);
    expect(faultOf({ errorType: '_OTHER', status })).toBe(fault);
  });

  test.each(['connection_error', 'client_timeout_error'])('%s is a matter of the network', (type) => {
    expect(errorType(type, undefined)).toBe(type);
    expect(faultOf({ errorType: type })).toBe('network');
    expect(RETRYABLE_TYPES).toContain(type);
  });

  test('x-should-retry overrules every status', () => {
    expect(isRetryableStatus(400, 'true')).toBe(true);
    expect(isRetryableStatus(529, 'false')).toBe(false);
    expect(isRetryableStatus(529, 'maybe')).toBe(true);
  });

  test('an account that cannot pay is a matter of config, whatever the status', () => {
    expect(faultOf({ errorType: 'invalid_request_error', status: 400, billing: true })).toBe('config');
    expect(faultOf({ errorType: 'rate_limit_error', status: 429, billing: true })).toBe('config');
  });

  test.each(['spend_limit_reached', 'credit_balance_too_low', 'billing_inactive'])(
    'the code %s marks such an account',
    (code) => expect(isBillingRefusal(code, undefined)).toBe(true),
  );

  test.each([
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    'You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.',
    'You have reached your specified workspace API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.',
  ])('without a code the message decides: %s', (message) => {
    expect(isBillingRefusal(undefined, message)).toBe(true);
  });

  test.each([
    [undefined, undefined],
    ['model_not_available', 'messages.0.content: "Your credit balance is too low" is no block'],
    [undefined, 'This request would exceed the rate limit of your organization'],
  ])('code %s with the message %s is something else', (code, message) => {
    expect(isBillingRefusal(code, message)).toBe(false);
  });

  test('names of the language are no error types', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(errorType(name, undefined)).toBe('_OTHER');
      expect(faultOf({ errorType: name })).toBe('application');
    }
  });
});
