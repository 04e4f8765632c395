import { describe, expect, test } from 'vitest';
import { KnownLimits, type RateLimit, readRateLimits, resetTimeOf } from '../../src/model/rate-limit.ts';
import { parseRetryAfter } from '../../src/model/retry-after.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const headers = (record: Record<string, string>): Headers => new Headers(record);

describe('rate-limit headers', () => {
  const read = (limit: string, remaining: string, reset: string): RateLimit[] =>
    readRateLimits(
      headers({
        'anthropic-ratelimit-tokens-limit': limit,
        'anthropic-ratelimit-tokens-remaining': remaining,
        'anthropic-ratelimit-tokens-reset': reset,
      }),
      NOW,
    );
  const resetOf = ([limit]: RateLimit[]): number | undefined => limit && resetTimeOf(limit);

  test('are a limit, what remains of it, and the Unix time of its reset', () => {
    const limits = read('100', '40', '2026-11-21T10:00:30Z');
    expect(limits).toMatchObject([{ type: 'tokens', limit: 100, remaining: 40 }]);
    expect(resetOf(limits)).toBe(NOW / 1000 + 30);
  });

  test.each(['many', '-1', '1e9', '12.5', '0x10', '9'.repeat(20), ''])(
    'with the number "%s" are no number',
    (value) => {
      for (const { limit, remaining } of read(value, value, '2026-11-21T10:00:30Z')) {
        expect([limit, remaining]).toEqual([undefined, undefined]);
      }
    },
  );

  test.each(['soon', '', '21/11/2026', 'NaN'])('with the time "%s" have no reset', (reset) => {
    expect(read('100', '40', reset)[0]).toMatchObject({ remaining: 40 });
    expect(resetOf(read('100', '40', reset))).toBeUndefined();
  });

  test('that are absent are nothing', () => {
    expect(readRateLimits(headers({}), NOW)).toEqual([]);
  });

  test('of a gateway count only where the API states none', () => {
    const gateway = { 'x-ratelimit-limit-requests': '10', 'x-ratelimit-remaining-requests': '9' };
    const limits = readRateLimits(headers({ ...gateway, 'x-ratelimit-reset-requests': '6s' }), NOW);
    expect(limits).toMatchObject([{ type: 'requests', limit: 10, remaining: 9 }]);
    expect(resetOf(limits)).toBe(NOW / 1000 + 6);
    const api = { 'anthropic-ratelimit-tokens-limit': '5', 'anthropic-ratelimit-tokens-remaining': '4' };
    expect(readRateLimits(headers({ ...gateway, ...api }), NOW).map(({ type }) => type)).toEqual(['tokens']);
  });
});

describe('a limit that falls below a tenth', () => {
  test('counts once for each fall, and by its own key', () => {
    const limits = new KnownLimits<string>();
    const fell = (key: string, remaining?: number): boolean =>
      limits.update(key, { type: 'tokens', limit: 100, remaining, at: NOW }, () => key).fell;
    const crossed = [50, 10, 9, undefined, 3, 0, 10, 9].map((remaining) => fell('a', remaining));
    expect(crossed).toEqual([false, false, true, false, false, false, false, true]);
    expect(fell('b', 5)).toBe(true);
  });
});

describe('retry-after', () => {
  test.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': '0.5' }, 0.5],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:00:20 GMT' }, 20],
    [{ 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' }, undefined],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, 0.25],
    [{ 'retry-after-ms': 'NaN', 'retry-after': '7' }, 7],
    [{ 'retry-after-ms': '0', 'retry-after': '7' }, 7],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-3' }, undefined],
    [{}, undefined],
  ])('%o is a wait of %s seconds', (given, seconds) => {
    expect(parseRetryAfter(headers(given), NOW)).toBe(seconds);
  });
});
