import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { observe, PRICES, type TelemetryOptions, withTelemetry } from '../../src/index.ts';
import { AnthropicInstrumentation } from '../../src/instrumentation/index.ts';
import { resolveOptions } from '../../src/options.ts';

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
  [
    'attributionKeys as text',
    { attributionKeys: 'team' },
    '`attributionKeys` to be an array of at most 3 keys',
  ],
  ['four attributionKeys', { attributionKeys: ['a', 'b', 'c', 'd'] }, 'an array of at most 3 keys'],
  [
    'an attribution key with a space',
    { attributionKeys: ['my team'] },
    '`attributionKeys` to be keys of a letter',
  ],
  [
    'attribution keys with one Prometheus label',
    { attributionKeys: ['cost-center', 'cost.center'] },
    '`attributionKeys` to be different keys',
  ],
  [
    'retirements as a list',
    { retirements: ['claude-opus-5'] },
    '`retirements` to be an object of dates by model',
  ],
  [
    'a retirement that is no date',
    { retirements: { mine: 'soon' } },
    '`retirements["mine"]` to be an ISO 8601 date',
  ],
  ['a retirement on a day that is none', { retirements: { mine: '2026-13-40' } }, 'got "2026-13-40"'],
  ['a requestHook that is no function', { requestHook: {} }, '`requestHook` to be a function, got object'],
  ['a responseHook as text', { responseHook: 'mine' }, '`responseHook` to be a function, got "mine"'],
  ['attributionBaggage as text', { attributionBaggage: 'yes' }, '`attributionBaggage` to be a boolean'],
  [
    'an attribute that is a number',
    { attributes: { team: 5 } },
    '`attributes.team` to be a string, got number',
  ],
  ['models as text', { models: 'claude' }, '`models` to be an array of model names, got "claude"'],
  ['models with a number', { models: ['claude', 5] }, '`models` to be an array of model names'],
  ['prices as a list', { prices: [] }, '`prices` to be an object of prices by model family'],
  ['a price without output', { prices: { mine: { input: 1 } } }, `\`prices["mine"]\` to be ${PRICE}`],
  ['a price that is negative', { prices: { mine: { input: -1 } } }, '`prices["mine"]`'],
];

describe('telemetry options', () => {
  test.each(WRONG)('%s is rejected with a TypeError that names it', (_title, options, message) => {
    const wrong = options as TelemetryOptions;
    for (const make of [
      () => withTelemetry({}, wrong),
      () => new AnthropicInstrumentation(wrong),
      () => resolveOptions(wrong),
    ]) {
      expect(make).toThrow(TypeError);
      expect(make).toThrow(message);
      expect(make).toThrow(/^anthropic-otel: expected/);
    }
  });

  test('that are no object are rejected', () => {
    expect(() => resolveOptions(null as never)).toThrow('expected `options` to be an object, got null');
    expect(() => resolveOptions('all' as never)).toThrow('expected `options` to be an object, got "all"');
  });

  test('of an undefined value have their default', () => {
    const options = {
      logger: undefined,
      attemptSpans: undefined,
      models: undefined,
      captureContent: undefined,
    };
    expect(resolveOptions(options)).toMatchObject({ attemptSpans: true, models: [], captureContent: false });
  });

  test('add prices to the table, and replace those of the same family', () => {
    const price = { input: 1, output: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1 };
    const { prices } = resolveOptions({ prices: { mine: price, 'claude-opus-5-5': price } });
    expect(prices['mine']).toEqual(price);
    expect(prices['claude-opus-5-5']).toEqual(price);
    expect(prices['claude-haiku-5-5']?.input).toBe(0.1);
  });
});

const NAMES = [
  'meterProvider',
  'tracerProvider',
  'logger',
  'attemptSpans',
  'models',
  'prices',
  'retirements',
  'attributionKeys',
  'attributionBaggage',
  'attributes',
  'requestHook',
  'responseHook',
  'captureContent',
];
const PRICE_OK = { input: 1, output: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1 };

/** A known name with one letter put in, taken out, replaced, or in the other case. */
const misspelt = fc
  .tuple(fc.constantFrom(...NAMES), fc.nat(), fc.constantFrom('put', 'take', 'replace', 'case'))
  .map(([name, at, how]) => {
    const index = at % name.length;
    const letter = name.charAt(index);
    const other = { put: `${letter}x`, take: '', replace: 'x', case: swapCase(letter) }[how];
    return { name, wrong: name.slice(0, index) + other + name.slice(index + 1) };
  })
  .filter(({ wrong }) => !NAMES.includes(wrong));

function swapCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
}

describe('an option that does not exist', () => {
  test('is rejected at every entry point, with the nearest that does', () => {
    const instrumentation = new AnthropicInstrumentation({ enabled: false });
    fc.assert(
      fc.property(misspelt, fc.constantFrom(undefined, true, 1, {}), ({ name, wrong }, value) => {
        const options = { [wrong]: value } as TelemetryOptions;
        for (const make of [
          () => withTelemetry({}, options),
          () => observe({ withOptions() {} }, options),
          () => new AnthropicInstrumentation(options),
          () => instrumentation.setConfig(options),
        ]) {
          expect(make).toThrow(
            new TypeError(`anthropic-otel: unknown option \`${wrong}\`; did you mean \`${name}\`?`),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  test('that is near none is rejected with all that do', () => {
    const known = NAMES.map((name) => `\`${name}\``).join(', ');
    const message = `anthropic-otel: unknown option \`serviceName\`; known are ${known}`;
    expect(() => resolveOptions({ serviceName: 'mine' } as TelemetryOptions)).toThrow(new TypeError(message));
  });

  test('is rejected whatever its name is, in one short printable line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (name) => {
        fc.pre(!NAMES.includes(name) && !(name in Object.prototype));
        let message = '';
        try {
          resolveOptions({ [name]: 1 } as TelemetryOptions);
        } catch (error) {
          message = String(error);
        }
        expect(message).toMatch(/^TypeError: anthropic-otel: unknown option `/);
        expect(message.length).toBeLessThan(700);
        expect(message).not.toMatch(/[\p{C}\u2028\u2029]/u);
      }),
    );
  });

  test('is found where it is inherited; what every object has is none', () => {
    expect(() => resolveOptions(Object.create({ attemptSpan: true }))).toThrow('`attemptSpans`');
    Object.defineProperty(Object.prototype, 'polluted', {
      value: 1,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    try {
      expect(resolveOptions({ models: ['mine'] }).models).toEqual(['mine']);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  });

  test('`enabled` is an option of the instrumentation alone', () => {
    expect(() => new AnthropicInstrumentation({ enabled: false })).not.toThrow();
    expect(() => new AnthropicInstrumentation({ enabeld: false } as never)).toThrow('mean `enabled`?');
    expect(() => new AnthropicInstrumentation({ enabled: 'no' } as never)).toThrow(
      '`enabled` to be a boolean, got "no"',
    );
    expect(() => withTelemetry({}, { enabled: true } as never)).toThrow('unknown option `enabled`');
  });

  test.each([
    [{ cacheReed: 1 }, '`prices["mine"].cacheReed`; did you mean `prices["mine"].cacheRead`?'],
    [{ fast: { input: 1, outputs: 1 } }, '`prices["mine"].fast.outputs`; did you mean'],
    [{ fast: { input: 1 } }, '`prices["mine"].fast` to be an object with input, output'],
    [{ longPrompt: { ...PRICE_OK, over: 1 } }, 'unknown option `prices["mine"].longPrompt.over`; known are'],
    [{ longPrompt: PRICE_OK }, '`prices["mine"].longPrompt` to be an object with above, input'],
  ])('is rejected in a price: %j', (wrong, message) => {
    const prices = { mine: { ...PRICE_OK, ...wrong } } as never;
    expect(() => resolveOptions({ prices })).toThrow(TypeError);
    expect(() => resolveOptions({ prices })).toThrow(message);
  });

  test('prices as they are built in are accepted', () => {
    expect(resolveOptions({ prices: PRICES }).prices).toEqual(PRICES);
  });
});

describe('observe', () => {
  test.each([null, undefined, 0, 1, '', 'client', true, Symbol('client'), 1n])('rejects %s', (client) => {
    expect(() => observe(client as never)).toThrow(TypeError);
    expect(() => observe(client as never)).toThrow('expected `client` to be a client of @anthropic-ai/sdk');
  });

  const create = vi.fn();
  const throwing = new Proxy({}, { get: () => expect.unreachable('a property that the mock does not have') });
  const deep: object = new Proxy(() => deep, { get: (_, key) => (key === 'then' ? undefined : deep) });
  test.each<[string, object]>([
    ['a plain object', { messages: { create } }],
    ['an empty object', {}],
    ['a frozen one', Object.freeze({ messages: { create } })],
    [
      'one with methods of a client that give nothing',
      { messages: { create }, withOptions: vi.fn(), fetch: vi.fn() },
    ],
    ['one whose copies fail', { middleware: [], withOptions: () => expect.unreachable('not implemented') }],
    ['one with a fetch', { messages: { create }, fetch: vi.fn() }],
    ['a function', vi.fn()],
    ['a mock that throws at what it does not know', throwing],
    ['a mock of everything', deep],
    ['an automatic mock', vi.mockObject(new Anthropic({ apiKey: 'k' }))],
    ['an instance of an automatic mock', new (vi.mockObject({ Anthropic }).Anthropic)({ apiKey: 'k' })],
  ])('returns a mock as it is: %s', (_title, mock) => {
    expect(observe(mock) === mock).toBe(true);
  });

  test('rejects a wrong option for a mock too', () => {
    expect(() => observe({}, { models: [''] })).toThrow(TypeError);
  });

  test('does not call the mock', () => {
    const mock = { messages: { create }, withOptions: vi.fn() };
    observe(mock);
    expect(create).not.toHaveBeenCalled();
    expect(mock.withOptions).not.toHaveBeenCalled();
  });
});
