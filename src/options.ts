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
 * How telemetry is recorded. Every field is optional; a name that is none of them is a `TypeError`.
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
   * When models retire, by model id, as ISO 8601 dates or times: beside or in place of the built-in table. What the application
   * reads with `client.models.list()` or `.retrieve()` goes before that table, and these dates before both.
   * @default the dates of `RETIREMENTS`, for models of the Claude API
   * @example
   * withTelemetry(options, { retirements: { 'anthropic.claude-sonnet-4-5-20250929-v1:0': '2027-01-31' } });
   */
  retirements?: RetirementTable | undefined;
  /**
   * Keys of {@link withAttributes} that become labels of calls, attempts, tokens and cost, as `anthropic.attribution.<key>`. At most 3: each multiplies
   * the series. Of each key the first 100 values are kept apart, of models and values together the first 1,000 combinations; the rest is `_OTHER`.
   * @default none; attributes are on spans and in log records all the same
   */
  attributionKeys?: readonly string[] | undefined;
  /**
   * Whether the values of `attributionKeys` are also taken from OpenTelemetry baggage, under the same keys. Baggage can come from outside of your
   * services: switch it on where you trust it. `withAttributes` goes before it.
   * @default false
   */
  attributionBaggage?: boolean | undefined;
  /**
   * The attributes of calls that are given no others by `withAttributes` or baggage.
   * @default none
   */
  attributes?: Readonly<Record<string, string>> | undefined;
  /**
   * Called when a call starts, with its span (one that records nothing where the call has none). What it returns is set on the span, and written below
   * `attributes` into the log records of the call. When it throws or rejects, that is counted in `anthropic.telemetry.errors`, and the call goes on.
   * @default none
   * @example
   * const requestHook: RequestHook = (span, { model }) => ({ 'app.release': release });
   */
  requestHook?: RequestHook | undefined;
  /**
   * Called when a call has ended and its span has not, with what is known of it: outcome, error, usage, cost. What it returns is used as that of `requestHook`.
   * @default none
   * @example
   * const responseHook: ResponseHook = (span, { costUsd = 0 }) => ({ 'app.expensive': costUsd > 1 });
   */
  responseHook?: ResponseHook | undefined;
  /**
   * Whether log records of a rejected request carry its body, and those of failures the API's message. Both hold what
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
 * @param more names that are options of the caller's own
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
      'anthropic-otel: expected `attributionKeys` to be different keys, also as Prometheus labels',
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
