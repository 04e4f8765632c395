/** The options of this package, checked once, at construction. */
import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { PRICES, type Price, type PriceTable } from './model/prices.ts';
import type { Logger } from './signals/logs.ts';

/** How telemetry is recorded. Every field is optional. */
export interface TelemetryOptions {
  /**
   * Where metrics go.
   * @default the meter provider registered with the OpenTelemetry API, also when it is registered later
   */
  meterProvider?: MeterProvider | undefined;
  /**
   * Where spans go, for clients that are given no tracer provider of their own.
   * @default the tracer provider registered with the OpenTelemetry API
   */
  tracerProvider?: TracerProvider | undefined;
  /**
   * Where log records go: a winston logger, or any object with `info`, `warn` and `error` methods that take a message
   * and an object of fields.
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
  /** A name for the rate-limit tier of this process's key, as `anthropic.tier` on attempts and rate limits. */
  tier?: string | undefined;
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
export interface SettledOptions extends TelemetryOptions {
  readonly attemptSpans: boolean;
  readonly models: readonly string[];
  readonly prices: PriceTable;
  readonly captureContent: boolean;
}

/**
 * Checks `options` and fills in the defaults.
 * @throws TypeError for a wrong value, naming the option and what was expected
 */
export function settleOptions(options: TelemetryOptions = {}): SettledOptions {
  if (typeof options !== 'object' || options === null) throw expected('options', 'an object', options);
  const { meterProvider, tracerProvider, logger, attemptSpans, models, tier, prices, captureContent } =
    options;
  methods('meterProvider', meterProvider, ['getMeter']);
  methods('tracerProvider', tracerProvider, ['getTracer']);
  methods('logger', logger, ['info', 'warn', 'error']);
  check('attemptSpans', attemptSpans, 'a boolean', (value) => typeof value === 'boolean');
  check('captureContent', captureContent, 'a boolean', (value) => typeof value === 'boolean');
  check('tier', tier, 'a string that is not empty', isText);
  check('models', models, 'an array of model names', (value) => Array.isArray(value) && value.every(isText));
  check('prices', prices, 'an object of prices by model family', isObject);
  for (const [family, price] of Object.entries(prices ?? {})) {
    check(`prices["${family}"]`, price, PRICE, isPrice);
  }
  return {
    ...options,
    attemptSpans: attemptSpans ?? true,
    models: models ?? [],
    prices: prices ? { ...PRICES, ...prices } : PRICES,
    captureContent: captureContent ?? false,
  };
}

const PRICE_FIELDS = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;
const PRICE = `an object with ${PRICE_FIELDS.join(', ')} as numbers of at least 0 (USD per million tokens)`;

function isPrice(value: unknown): value is Price {
  return (
    isObject(value) &&
    PRICE_FIELDS.every((field) => Number.isFinite(value[field]) && Number(value[field]) >= 0)
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function methods(name: string, value: unknown, names: readonly string[]): void {
  const has = (each: string): boolean => typeof (value as Record<string, unknown>)[each] === 'function';
  check(name, value, `an object with ${names.join(', ')}`, (given) => given !== null && names.every(has));
}

function check(name: string, value: unknown, what: string, holds: (value: unknown) => boolean): void {
  if (value !== undefined && !holds(value)) throw expected(name, what, value);
}

function expected(name: string, what: string, value: unknown): TypeError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : value === null ? 'null' : typeof value;
  return new TypeError(`anthropic-otel: expected \`${name}\` to be ${what}, got ${shown}`);
}
