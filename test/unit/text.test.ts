import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundedValues } from '../../src/model/bounded.ts';
import { clean, MAX_LABEL, MAX_TEXT } from '../../src/model/text.ts';

/** C0, DEL, C1, line and paragraph separators, bidirectional controls. */
const STEERING: ReadonlyArray<readonly [number, number]> = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
];

describe('clean text', () => {
  test.each([
    'claude-opus-5-5',
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/x',
    'modèle 🙂',
    '',
  ])('%j stays as it is', (text) => {
    expect(clean(text)).toBe(text);
  });

  test('has none of the characters that steer a terminal, break a line or turn text around', () => {
    for (const [from, to] of STEERING) {
      for (let code = from; code <= to; code++) {
        expect(clean(`a${String.fromCharCode(code)}b`), code.toString(16)).toBe('a\ufffdb');
      }
    }
    expect(clean('\u001b]0;title\u0007\u001b[2J')).toBe('\ufffd]0;title\ufffd\ufffd[2J');
  });

  test('is cut, and marked as cut', () => {
    expect(clean('x'.repeat(MAX_TEXT))).toHaveLength(MAX_TEXT);
    expect(clean('x'.repeat(MAX_TEXT + 1))).toBe(`${'x'.repeat(MAX_TEXT - 1)}…`);
  });

  test('is well-formed and short, whatever it was, and clean text stays as it is', () => {
    const text = fc.array(fc.oneof(fc.constant('\ud83d'), fc.constant('🙂'), fc.string({ unit: 'binary' })));
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 40 }), (parts, limit) => {
        const cleaned = clean(parts.join(''), limit);
        expect(cleaned.length).toBeLessThanOrEqual(limit);
        expect(Buffer.from(cleaned).toString()).toBe(cleaned);
        expect(clean(cleaned, limit)).toBe(cleaned);
      }),
    );
  });
});

test('a bounded value that is too long is _OTHER, and takes no place', () => {
  const values = new BoundedValues(1);
  expect(values.of('x'.repeat(MAX_LABEL + 1))).toBe('_OTHER');
  expect(values.of('x'.repeat(MAX_LABEL))).toBe('x'.repeat(MAX_LABEL));
});
