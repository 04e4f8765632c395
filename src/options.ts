/** The options of this package, checked once, at construction. */
import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { PRICES, type Price, type PriceTable } from './model/prices.ts';
import { printable, refuseUnknownNames } from './option-names.ts';
import type { Logger } from './signals/logs.ts';

/**
 * How telemetry is recorded. Every field is optional; a name that is none of them is a `TypeError`.
 *
 * @example
 * const telemetry: TelemetryOptions = {
 *   logger: pino(),
 *   models: ['claude-opus-5-5'],
 * };
 * const client = new Anthropic(withTelemetry({ maxRetries: 4 }, telemetry));
 */
export interface TelemetryOptions {
  /**
   * Where metrics go. Goes before the provider that a NodeSDK hands to its instrumentations.
   * @default the meter provider registered with the OpenTelemetry API, also when it is registered later
   */
  meterProvider?: MeterProvider | undefined;
  /**
   * Where spans go, for clients that are given no tracer provider of their own. Goes before the provider that a NodeSDK
   * hands to its instrumentations.
   * @default the tracer provider registered with the OpenTelemetry API
   */
  tracerProvider?: TracerProvider | undefined;
  /**
   * Where log records go: winston, pino, bunyan, `console`, or any object with `info`, `warn` and `error` methods that
   * take a message and an object of fields. Loggers of pino (Fastify's `log` is one) and of bunyan are recognized, and
   * called as they want it: fields first.
   * @default no log records; `anthropic-otel/register` writes JSON lines
   */
  logger?: Logger | undefined;
  /**
   * Whether each HTTP attempt becomes a span, below the SDK's call span. An HTTP instrumentation adds its own below it.
   * @default true
   */
  attemptSpans?: boolean | undefined;
  /**
   * Models whose series exist, at zero, before their first call.
   * @default none
   */
  models?: readonly string[] | undefined;
  /**
   * Prices in USD per million tokens, by model family, beside or in place of the built-in table.
   * @default the list prices of `PRICES`
   */
  prices?: PriceTable | undefined;
  /**
   * Whether log records of a refused request carry its body, and those of failures the API's message. Both hold what
   * your users wrote.
   * @default false
   */
  captureContent?: boolean | undefined;
}

/** Options with every default filled in. */
export interface ResolvedOptions extends TelemetryOptions {
  readonly attemptSpans: boolean;
  readonly models: readonly string[];
  readonly prices: PriceTable;
  readonly captureContent: boolean;
}

const NAMES: readonly (keyof TelemetryOptions)[] = [
  'meterProvider',
  'tracerProvider',
  'logger',
  'attemptSpans',
  'models',
  'prices',
  'captureContent',
];

/**
 * Checks `options` and fills in the defaults.
 * @param more names that are options of the caller's own
 * @throws TypeError for a wrong value or name, naming the option and what was expected
 */
export function resolveOptions(
  options: TelemetryOptions = {},
  more: readonly string[] = [],
): ResolvedOptions {
  const given: unknown = options;
  if (!isObject(given)) throw expected('options', 'an object', given);
  refuseUnknownNames(options, [...NAMES, ...more]);
  const { meterProvider, tracerProvider, logger, attemptSpans, models, prices, captureContent } = options;
  methods('meterProvider', meterProvider, ['getMeter']);
  methods('tracerProvider', tracerProvider, ['getTracer']);
  methods('logger', logger, ['info', 'warn', 'error']);
  checkFlag('attemptSpans', attemptSpans);
  checkFlag('captureContent', captureContent);
  check('models', models, 'an array of model names', (value) => Array.isArray(value) && value.every(isText));
  check('prices', prices, 'an object of prices by model family', isObject);
  for (const [family, price] of Object.entries(prices ?? {}))
    checkPrice(`prices["${printable(family)}"]`, price);
  return {
    meterProvider,
    tracerProvider,
    logger,
    attemptSpans: attemptSpans ?? true,
    models: models ?? [],
    prices: prices ? { ...PRICES, ...prices } : PRICES,
    captureContent: captureContent ?? false,
  };
}

/** @throws TypeError when `value` is neither a boolean nor absent */
export function checkFlag(name: string, value: unknown): void {
  check(name, value, 'a boolean', (given) => typeof given === 'boolean');
}

const PRICE_FIELDS = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'];

function checkPrice(name: string, price: Price): void {
  checkAmounts(name, price, PRICE_FIELDS, ['fast', 'longPrompt']);
  const { fast, longPrompt } = price;
  if (fast !== undefined) checkAmounts(`${name}.fast`, fast, ['input', 'output']);
  if (longPrompt !== undefined) checkAmounts(`${name}.longPrompt`, longPrompt, ['above', ...PRICE_FIELDS]);
}

function checkAmounts(
  name: string,
  value: unknown,
  fields: readonly string[],
  more: readonly string[] = [],
): void {
  if (isObject(value)) refuseUnknownNames(value, [...fields, ...more], (field) => `${name}.${field}`);
  const isAmount = (amount: unknown): boolean => Number.isFinite(amount) && Number(amount) >= 0;
  if (isObject(value) && fields.every((field) => isAmount(value[field]))) return;
  const what = `an object with ${fields.join(', ')} as numbers of at least 0 (USD per million tokens)`;
  throw expected(name, what, value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function methods(name: string, value: unknown, names: readonly string[]): void {
  const has = (each: string): boolean => {
    try {
      return typeof (value as Record<string, unknown>)[each] === 'function';
    } catch {
      // What cannot be asked now, a logger that is made at its first use, may have it later.
      return true;
    }
  };
  check(name, value, `an object with ${names.join(', ')}`, (given) => given !== null && names.every(has));
}

function check(name: string, value: unknown, what: string, holds: (value: unknown) => boolean): void {
  if (value !== undefined && !holds(value)) throw expected(name, what, value);
}

function expected(name: string, what: string, value: unknown): TypeError {
  const shown = typeof value === 'string' ? `"${printable(value)}"` : value === null ? 'null' : typeof value;
  return new TypeError(`anthropic-otel: expected \`${name}\` to be ${what}, got ${shown}`);
}
