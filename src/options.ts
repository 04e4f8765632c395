/** The options of this package, checked once, at construction. */
import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { type AttributionSettings, readAttributes } from './attribution.ts';
import { check, checkFlag, checkFunction, checkMethods, expected, isObject, isText } from './checks.ts';
import { isAttributionKey, KEY_FORM, MAX_DECLARED_KEYS } from './model/attribution.ts';
import { PRICES, type Price, type PriceTable } from './model/prices.ts';
import { isRetirementTime, type RetirementTable } from './model/retirements.ts';
import { printable, rejectUnknownNames } from './option-names.ts';
import type { RequestHook, ResponseHook } from './signals/hooks.ts';
import type { Logger } from './signals/logs.ts';
import { prometheusLabel } from './signals/metric-definition.ts';

/**
 * How telemetry is recorded. Every field is optional. An unknown name throws a `TypeError`.
 *
 * @example
 * const telemetry: TelemetryOptions = {
 *   logger: pino(),
 *   models: ['claude-opus-5-5'],
 *   attributionKeys: ['team', 'feature'],
 * };
 * const client = new Anthropic(withTelemetry({ timeout: 60_000 }, telemetry));
 */
export interface TelemetryOptions {
  /**
   * Where metrics go. Takes precedence over the provider that a NodeSDK gives to its instrumentations.
   * @default the meter provider registered with the OpenTelemetry API, even if it is registered later
   */
  meterProvider?: MeterProvider | undefined;
  /**
   * Where spans go, for clients without their own tracer provider. Takes precedence over the provider that a NodeSDK
   * gives to its instrumentations.
   * @default the tracer provider registered with the OpenTelemetry API
   */
  tracerProvider?: TracerProvider | undefined;
  /**
   * Where log records go: winston, pino, bunyan, `console`, or any object with `info`, `warn` and `error` methods that
   * take a message and an object of fields. Loggers of pino (including Fastify's `log`) and of bunyan are recognized, and
   * called as they expect: fields first.
   * @default no log records; `anthropic-otel/register` writes JSON lines
   */
  logger?: Logger | undefined;
  /**
   * Whether each HTTP attempt becomes a span, as a child of the SDK's call span. An HTTP instrumentation adds its own span as a child of it.
   * @default true
   */
  attemptSpans?: boolean | undefined;
  /**
   * Models whose series exist, at zero, before their first call.
   * @default none
   */
  models?: readonly string[] | undefined;
  /**
   * Prices in USD per million tokens, by model family. They add to or replace the prices of the built-in table.
   * @default the list prices of `PRICES`
   */
  prices?: PriceTable | undefined;
  /**
   * When models retire, by model id, as ISO 8601 dates or times. They take precedence over the dates that the application
   * reads with `client.models.list()` or `.retrieve()`, which take precedence over the built-in table.
   * @default the dates of `RETIREMENTS`, for models of the Claude API
   * @example
   * withTelemetry(options, { retirements: { 'anthropic.claude-sonnet-4-5-20250929-v1:0': '2027-01-31' } });
   */
  retirements?: RetirementTable | undefined;
  /**
   * Keys of {@link withAttributes} that become labels of calls, attempts, tokens and cost, as `anthropic.attribution.<key>`. At most 3, because each
   * multiplies the series. The first 100 values of each key, and the first 1,000 combinations of models and values, are kept; others are `_OTHER`.
   * @default none; spans and log records still have the attributes
   */
  attributionKeys?: readonly string[] | undefined;
  /**
   * Whether the values of `attributionKeys` are also read from OpenTelemetry baggage, under the same keys. Baggage can come from outside your
   * services, so turn this on only if you trust it. `withAttributes` takes precedence.
   * @default false
   */
  attributionBaggage?: boolean | undefined;
  /**
   * The attributes of calls for which `withAttributes` and baggage give no others.
   * @default none
   */
  attributes?: Readonly<Record<string, string>> | undefined;
  /**
   * Called when a call starts, with its span, or with a span that records nothing if the call has none. Its result is set on the span, and written below
   * `attributes` into the call's log records. If it throws or rejects, `anthropic.telemetry.errors` counts that, and the call continues.
   * @default none
   * @example
   * const requestHook: RequestHook = (span, { model }) => ({ 'app.release': release });
   */
  requestHook?: RequestHook | undefined;
  /**
   * Called after a call ends and before its span ends, with the facts of the call: outcome, error, usage, cost. Its result is used like that of `requestHook`.
   * @default none
   * @example
   * const responseHook: ResponseHook = (span, { costUsd = 0 }) => ({ 'app.expensive': costUsd > 1 });
   */
  responseHook?: ResponseHook | undefined;
  /**
   * Whether log records of a rejected request contain its body, and those of failures contain the API's message. Both contain what
   * your users wrote.
   * @default false
   */
  captureContent?: boolean | undefined;
}

/** Options with every default filled in. */
export interface ResolvedOptions
  extends Omit<TelemetryOptions, keyof AttributionSettings>,
    AttributionSettings {
  readonly attemptSpans: boolean;
  readonly models: readonly string[];
  readonly prices: PriceTable;
  readonly retirements: RetirementTable;
  readonly captureContent: boolean;
}

const NAMES: readonly (keyof TelemetryOptions)[] = [
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

/**
 * Checks `options` and fills in the defaults.
 * @param more names of the caller's own options
 * @throws TypeError for a wrong value or name, naming the option and what was expected
 */
export function resolveOptions(
  options: TelemetryOptions = {},
  more: readonly string[] = [],
): ResolvedOptions {
  const given: unknown = options;
  if (!isObject(given)) throw expected('options', 'an object', given);
  rejectUnknownNames(options, [...NAMES, ...more]);
  const { meterProvider, tracerProvider, logger, attemptSpans, models, prices, captureContent } = options;
  const { retirements, attributionKeys, attributionBaggage, attributes, requestHook, responseHook } = options;
  checkFunction('requestHook', requestHook);
  checkFunction('responseHook', responseHook);
  checkMethods('meterProvider', meterProvider, ['getMeter']);
  checkMethods('tracerProvider', tracerProvider, ['getTracer']);
  checkMethods('logger', logger, ['info', 'warn', 'error']);
  checkFlag('attemptSpans', attemptSpans);
  checkFlag('captureContent', captureContent);
  check('models', models, 'an array of model names', (value) => Array.isArray(value) && value.every(isText));
  check('retirements', retirements, 'an object of dates by model', isObject);
  for (const [model, time] of Object.entries(retirements ?? {})) {
    const name = `retirements["${printable(model)}"]`;
    check(name, time ?? null, 'an ISO 8601 date such as 2026-11-30', isRetirementTime);
  }
  checkFlag('attributionBaggage', attributionBaggage);
  checkAttributionKeys(attributionKeys);
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
    retirements: { ...retirements },
    attributionKeys: attributionKeys ?? [],
    attributionBaggage: attributionBaggage ?? false,
    attributes: attributes === undefined ? {} : readAttributes('attributes', attributes),
    requestHook,
    responseHook,
    captureContent: captureContent ?? false,
  };
}

function checkAttributionKeys(keys: readonly string[] | undefined): void {
  check('attributionKeys', keys, `an array of at most ${MAX_DECLARED_KEYS} keys`, (given) => {
    return Array.isArray(given) && given.length <= MAX_DECLARED_KEYS;
  });
  const labels = new Set<string>();
  for (const key of keys ?? []) {
    if (!isAttributionKey(key)) throw expected('attributionKeys', `keys of ${KEY_FORM}`, key);
    labels.add(prometheusLabel(key));
  }
  if (labels.size < (keys?.length ?? 0)) {
    throw new TypeError(
      'anthropic-otel: expected `attributionKeys` to be different keys that are also different as Prometheus labels',
    );
  }
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
  if (isObject(value)) rejectUnknownNames(value, [...fields, ...more], (field) => `${name}.${field}`);
  const isAmount = (amount: unknown): boolean => Number.isFinite(amount) && Number(amount) >= 0;
  if (isObject(value) && fields.every((field) => isAmount(value[field]))) return;
  const what = `an object with ${fields.join(', ')} as numbers of at least 0 (USD per million tokens)`;
  throw expected(name, what, value);
}
