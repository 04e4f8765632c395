import { describe, expect, test } from 'vitest';
import { observe, type TelemetryOptions, withTelemetry } from '../../src/index.ts';
import { AnthropicInstrumentation } from '../../src/instrumentation/index.ts';
import { settleOptions } from '../../src/options.ts';

const PRICE = 'an object with input, output, cacheRead, cacheWrite5m, cacheWrite1h as numbers of at least 0';

const WRONG: ReadonlyArray<readonly [string, unknown, string]> = [
  ['a meter provider that is none', { meterProvider: {} }, '`meterProvider` to be an object with getMeter'],
  [
    'a tracer provider that is none',
    { tracerProvider: 1 },
    '`tracerProvider` to be an object with getTracer',
  ],
  [
    'a logger without a method',
    { logger: { info() {}, warn() {} } },
    '`logger` to be an object with info, warn, error',
  ],
  ['a logger that is null', { logger: null }, '`logger` to be an object with info, warn, error, got null'],
  ['attemptSpans as text', { attemptSpans: 'yes' }, '`attemptSpans` to be a boolean, got "yes"'],
  ['captureContent as a number', { captureContent: 1 }, '`captureContent` to be a boolean, got number'],
  ['an empty tier', { tier: '' }, '`tier` to be a string that is not empty, got ""'],
  ['models as text', { models: 'claude' }, '`models` to be an array of model names, got "claude"'],
  ['models with a number', { models: ['claude', 5] }, '`models` to be an array of model names'],
  ['prices as a list', { prices: [] }, '`prices` to be an object of prices by model family'],
  ['a price without output', { prices: { mine: { input: 1 } } }, `\`prices["mine"]\` to be ${PRICE}`],
  ['a price that is negative', { prices: { mine: { input: -1 } } }, '`prices["mine"]`'],
];

describe('telemetry options', () => {
  test.each(WRONG)('refuse %s with a TypeError that names it', (_title, options, message) => {
    const wrong = options as TelemetryOptions;
    for (const make of [
      () => withTelemetry({}, wrong),
      () => new AnthropicInstrumentation(wrong),
      () => settleOptions(wrong),
    ]) {
      expect(make).toThrow(TypeError);
      expect(make).toThrow(message);
      expect(make).toThrow(/^anthropic-otel: expected/);
    }
  });

  test('that are no object are refused', () => {
    expect(() => settleOptions(null as never)).toThrow('expected `options` to be an object, got null');
    expect(() => settleOptions('all' as never)).toThrow('expected `options` to be an object, got "all"');
  });

  test('of an undefined value have their default', () => {
    const options = {
      logger: undefined,
      attemptSpans: undefined,
      models: undefined,
      captureContent: undefined,
    };
    expect(settleOptions(options)).toMatchObject({ attemptSpans: true, models: [], captureContent: false });
  });

  test('add prices to the table, and replace those of the same family', () => {
    const price = { input: 1, output: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1 };
    const { prices } = settleOptions({ prices: { mine: price, 'claude-opus-5-5': price } });
    expect(prices['mine']).toEqual(price);
    expect(prices['claude-opus-5-5']).toEqual(price);
    expect(prices['claude-haiku-5-5']?.input).toBe(0.1);
  });
});

describe('observe', () => {
  test('refuses what is no client', () => {
    expect(() => observe({})).toThrow('expected `client` to be a client of @anthropic-ai/sdk');
  });
});
