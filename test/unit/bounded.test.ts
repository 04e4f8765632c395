import { describe, expect, test } from 'vitest';
import { BoundedValues } from '../../src/model/bounded.ts';
import { BoundedCache } from '../../src/model/bounded-cache.ts';

describe('a bounded cache', () => {
  test('makes a value once, until it is full', () => {
    const cache = new BoundedCache<object>(2);
    const [a, b, c] = ['a', 'b', 'c'].map((key) => cache.get(key, () => ({ key })));
    expect(cache.get('a', () => ({}))).toBe(a);
    expect(cache.get('b', () => ({}))).toBe(b);
    expect(cache.get('c', () => ({ key: 'c' }))).toEqual(c);
    expect(cache.get('c', () => ({}))).not.toBe(c);
  });
});

test('of bounded values the first are kept, and the rest are _OTHER', () => {
  const values = new BoundedValues(2);
  expect(['a', 'b', 'c', 'a'].map((value) => values.of(value))).toEqual(['a', 'b', '_OTHER', 'a']);
});
