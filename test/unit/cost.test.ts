import { describe, expect, test } from 'vitest';
import { type Cost, costOf, priceOf, totalCost } from '../../src/model/cost.ts';
import { modelFamily } from '../../src/model/model-family.ts';
import { PRICES } from '../../src/model/prices.ts';

/** The price list of the documents: input, 5m write, 1h write, cache read, output. */
const LIST: ReadonlyArray<readonly [string, number, number, number, number, number]> = [
  ['claude-fable-5-2', 8, 10, 16, 0.2, 40],
  ['claude-fable-5-1', 10, 12.5, 20, 0.25, 50],
  ['claude-mythos-5-1', 10, 12.5, 20, 0.25, 50],
  ['claude-fable-5', 10, 12.5, 20, 1, 50],
  ['claude-mythos-5', 10, 12.5, 20, 1, 50],
  ['claude-opus-5-5', 4, 5, 8, 0.2, 20],
  ['claude-opus-5', 5, 6.25, 10, 0.5, 25],
  ['claude-opus-4-8', 5, 6.25, 10, 0.5, 25],
  ['claude-opus-4-7', 5, 6.25, 10, 0.5, 25],
  ['claude-opus-4-6', 5, 6.25, 10, 0.5, 25],
  ['claude-opus-4-5', 5, 6.25, 10, 0.5, 25],
  ['claude-opus-4-1', 15, 18.75, 30, 1.5, 75],
  ['claude-opus-4', 15, 18.75, 30, 1.5, 75],
  ['claude-sonnet-5-5', 2, 2.5, 4, 0.1, 10],
  ['claude-sonnet-5', 2, 2.5, 4, 0.2, 10],
  ['claude-sonnet-4-6', 3, 3.75, 6, 0.3, 15],
  ['claude-sonnet-4-5', 3, 3.75, 6, 0.3, 15],
  ['claude-sonnet-4', 3, 3.75, 6, 0.3, 15],
  ['claude-haiku-5-5', 0.1, 0.125, 0.2, 0.01, 0.5],
  ['claude-haiku-4-5', 1, 1.25, 2, 0.1, 5],
  ['claude-3-5-haiku', 0.8, 1, 1.6, 0.08, 4],
];

describe('prices', () => {
  test.each(LIST)('%s costs what the list has', (model, input, write5m, write1h, read, output) => {
    expect(priceOf(model, PRICES)).toMatchObject({
      input,
      cacheWrite5m: write5m,
      cacheWrite1h: write1h,
      cacheRead: read,
      output,
    });
  });

  test.each([
    ['claude-opus-4-5-20251101', 'claude-opus-4-5'],
    ['claude-opus-4-20250514', 'claude-opus-4'],
    ['claude-haiku-4-5@20251001', 'claude-haiku-4-5'],
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5'],
    ['us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5'],
    ['arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-opus-5-v1:0', 'claude-opus-5'],
    ['claude-3-5-haiku-latest', 'claude-3-5-haiku'],
    ['Claude-Opus-5.5', 'claude-opus-5-5'],
  ])('%s is of the family %s', (model, family) => {
    expect(modelFamily(model)).toBe(family);
  });

  test.each(['claude-opus-6', 'claude-opus-5-6', 'claude-opus-50', 'gpt-9', '', 'constructor', '__proto__'])(
    'of %s is not known, because a guess would look like a fact',
    (model) => {
      expect(priceOf(model, PRICES)).toBeUndefined();
    },
  );

  test('of a variant that continues with a word is that of its family', () => {
    expect(priceOf('claude-opus-5-5-fast', PRICES)).toBe(PRICES['claude-opus-5-5']);
  });
});

describe('the cost of a call', () => {
  const price = { input: 1, output: 10, cacheRead: 0.1, cacheWrite5m: 2, cacheWrite1h: 3 };

  test('splits the input into plain, read and written', () => {
    const usage = {
      input: 6e6,
      output: 1e6,
      cacheRead: 1e6,
      cacheWrite: 3e6,
      cacheWrite5m: 2e6,
      cacheWrite1h: 1e6,
    };
    const cost = costOf(usage, price);
    expect(cost).toEqual({ input: 2, output: 10, cache_read: 0.1, cache_write_5m: 4, cache_write_1h: 3 });
    expect(totalCost(cost as Cost)).toBeCloseTo(19.1, 9);
  });

  test('takes writes of an unknown lifetime for the default of five minutes', () => {
    expect(costOf({ input: 1e6, cacheWrite: 1e6 }, price)).toEqual({ cache_write_5m: 2 });
  });

  test('has no kind that costs nothing', () => {
    expect(costOf({ input: 0, output: 0 }, price)).toEqual({});
  });

  test('is half of it in a batch, a tenth more in the US, and both together', () => {
    const usage = { input: 1e6, output: 1e6, webSearches: 100 };
    expect(costOf({ ...usage, serviceTier: 'batch' }, price)).toEqual({
      input: 0.5,
      output: 5,
      web_search: 1,
    });
    expect(costOf({ ...usage, inferenceGeo: 'us' }, price)).toEqual({
      input: expect.closeTo(1.1, 9),
      output: expect.closeTo(11, 9),
      web_search: 1,
    });
    expect(costOf({ input: 1e6, serviceTier: 'batch', inferenceGeo: 'us' }, price)).toEqual({
      input: expect.closeTo(0.55, 9),
    });
  });

  test('is not known for the priority tier, nor for a fast mode without a price', () => {
    expect(costOf({ input: 1, serviceTier: 'priority' }, price)).toBe('unpriced');
    expect(costOf({ input: 1, fast: true }, price)).toBe('unpriced');
    expect(costOf({ input: 1 }, price, true)).toBe('unpriced');
    // What was served goes before what was asked for.
    expect(costOf({ input: 1e6, fast: false }, price, true)).toEqual({ input: 1 });
  });

  test('has the prices of the prompt cache rise with those of the fast mode', () => {
    const fast = { ...price, fast: { input: 2, output: 20 } };
    const usage = { input: 2e6, cacheRead: 1e6, cacheWrite: 1e6 };
    expect(costOf({ ...usage, fast: true }, fast)).toEqual({ cache_read: 0.2, cache_write_5m: 4 });
  });

  test('is at the long-prompt price only above its limit, the cached tokens included', () => {
    const haiku = PRICES['claude-haiku-5-5'] as NonNullable<(typeof PRICES)[string]>;
    expect(costOf({ input: 100_000 }, haiku)).toEqual({ input: expect.closeTo(0.01, 9) });
    expect(costOf({ input: 100_001 }, haiku)).toEqual({ input: expect.closeTo(0.0500005, 9) });
    expect(costOf({ input: 100_001, cacheRead: 100_000 }, haiku)).toMatchObject({
      input: 0.0000005,
      cache_read: 0.005,
    });
  });
});
