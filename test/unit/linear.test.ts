/** Every function that reads text from outside takes time in proportion to its length, whatever the text. */
import { describe, expect, test } from 'vitest';
import { bodyFields } from '../../src/adapters/fetch/body-fields.ts';
import { earliestTimeout } from '../../src/adapters/fetch/timeout.ts';
import { parseEnvelope } from '../../src/adapters/response/error-envelope.ts';
import { SseReader } from '../../src/adapters/response/sse-reader.ts';
import { callStart } from '../../src/adapters/span/call-facts.ts';
import { methodOf } from '../../src/adapters/span/call-span.ts';
import { resolveOpenTelemetry } from '../../src/adapters/span/sdk-open-telemetry.ts';
import { priceOf } from '../../src/model/cost.ts';
import { isBillingRefusal } from '../../src/model/errors.ts';
import { modelFamily } from '../../src/model/model-family.ts';
import { PRICES } from '../../src/model/prices.ts';
import { readRateLimits, resetTimeOf } from '../../src/model/rate-limit.ts';
import { requestShape } from '../../src/model/request-shape.ts';
import { parseRetryAfter } from '../../src/model/retry-after.ts';
import { clean } from '../../src/model/text.ts';
import { onceLogger } from '../../src/register/diagnostics.ts';
import { readSettings } from '../../src/register/settings.ts';
import { prometheusLabel } from '../../src/signals/metric-definition.ts';

/** Headers of which every one has the value `text`, which every platform accepts. */
const headers = (text: string) => ({
  get: () => text,
  *[Symbol.iterator](): Generator<readonly [string, string]> {
    yield ['x-ratelimit-reset-tokens', text];
    yield ['anthropic-ratelimit-tokens-reset', text];
  },
});

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  clean: (text) => clean(text, text.length),
  modelFamily,
  priceOf: (text) => priceOf(text, PRICES),
  'isBillingRefusal of a code': (text) => isBillingRefusal(text, undefined),
  'isBillingRefusal of a message': (text) => isBillingRefusal(undefined, text),
  readRateLimits: (text) => readRateLimits(headers(text), 0),
  resetTimeOf: (text) => resetTimeOf({ type: 'tokens', reset: text, at: 0 }),
  parseRetryAfter: (text) => parseRetryAfter(headers(text), 0),
  'requestShape of a message': (text) => requestShape({ messages: [] }, undefined, null, text),
  'requestShape of betas': (text) => requestShape({}, undefined, text, undefined),
  'requestShape of words': (text) =>
    requestShape({ [text]: text, messages: [{ role: text, content: [{ type: text }] }] }, text, text, text),
  parseEnvelope,
  callStart: (text) => callStart(text, { 'gen_ai.request.model': text, 'server.address': text }),
  bodyFields,
  'bodyFields after a brace': (text) => bodyFields(`{${text}`),
  'bodyFields within a string': (text) => bodyFields(`{"model":"${text}`),
  methodOf: (text) => methodOf('GET', text),
  SseReader: (text) =>
    new SseReader(
      () => true,
      () => {},
    ).push(text),
  'SseReader of an event': (text) =>
    new SseReader(
      () => true,
      () => {},
    ).push(`event:${text}\ndata:${text}\n\n`),
  'SseReader of single characters': (text) => {
    const reader = new SseReader(
      () => true,
      () => {},
    );
    for (let at = 0; at < text.length; at += 1) reader.push(text[at] ?? '');
  },
  earliestTimeout: (text) => earliestTimeout(headers(text), 1),
  resolveOpenTelemetry: (text) =>
    resolveOpenTelemetry(undefined, { ANTHROPIC_OPEN_TELEMETRY_TRACES_MAX_CONTENT_BYTES: text }),
  prometheusLabel,
  readSettings: (text) =>
    readSettings({
      ...{ ANTHROPIC_OTEL_MODELS: text, ANTHROPIC_OTEL_LOG: text, ANTHROPIC_OTEL_LOG_LEVEL: text },
      ...{ ANTHROPIC_OTEL_ATTEMPT_SPANS: text, OTEL_EXPORTER_PROMETHEUS_PORT: text },
    }),
  onceLogger: (text) => onceLogger(() => {}).error(text, new Error(text)),
};

/** Pieces that patterns begin with, repeat, or end in. */
const PIECES = [
  ...['@', '-', '.', '/', '\\', '{', '}', '[', ']', '"', ',', ':', ';', '%', '_', '~', '?', '#'],
  ...[' ', '\t', '\n', '\r', '\r\n', '\u0000', '\u2028', '\ud83d', '🙂', '0', '1', 'a', 'A', 'é'],
  ...['-v1', '-v1:', '-v1:0', '@20251001', '-20251001', '-latest', 'a.', 'anthropic.', 'us.anthropic.', 'a-'],
  ...[
    '\\"',
    '\\\\"',
    '"a":',
    '"a":1,',
    '"model":',
    '{"a":',
    '[[',
    '[0]',
    '.0',
    'data:\n',
    'event:\n',
    ': \n',
  ],
  ...[
    '/v1/models/',
    '/v1/skills/a/versions/',
    'spen',
    'you have reached your specified ',
    'anthropic-',
    '1s',
    '1.',
  ],
];
const TAILS = ['', '\n', '!', '@', '"', '\n@'];

/** Long enough that work in the square of it, 10¹⁰ steps, takes longer for a single text than a test may. */
const LENGTH = 100_000;

describe.each(Object.entries(READERS))('%s', (_name, read) => {
  test.each(TAILS)('is done with 100,000 characters of anything before %j', (tail) => {
    for (const piece of PIECES) {
      const text = piece.repeat(LENGTH / piece.length) + tail;
      expect(() => read(text), JSON.stringify(piece)).not.toThrow();
    }
  });
});
