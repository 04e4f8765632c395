import { ERROR_TABLE } from '../api/errors.ts';
import { expectInteger, expectNumber, expectOptions, expectString } from '../expect.ts';
import type {
  DeliveryOptions,
  Ending,
  ErrorResponseOptions,
  OkOptions,
  PlannedResponse,
} from './planned-response.ts';
import { isRecording, type Recording } from './recording.ts';

/** Events before a stream is interrupted, by default: its start, one block's start, a ping, one delta. */
const EVENTS_BEFORE_END = 4;

const SCRIPT_KEYS = ['text', 'content', 'usage', 'stopReason', 'stopSequence', 'stopDetails', 'model'];
const DELIVERY_KEYS = ['delayMs', 'eventDelayMs', 'chunkBytes', 'deltas', 'headers'];
const ERROR_KEYS = ['type', 'message', 'code', 'body', 'retryAfter', 'shouldRetry', 'delayMs', 'headers'];

/** A healthy response. Fields that are not given follow from the request. */
function ok(options: OkOptions = {}): PlannedResponse {
  return message(options, { type: 'complete' });
}

/** A message that ends in a refusal by the model: HTTP 200, no content, `stop_reason: "refusal"`. */
function refusal(options: OkOptions = {}): PlannedResponse {
  const explanation = 'This request triggered a restriction of the usage policy.';
  const stopDetails = { type: 'refusal', category: null, explanation };
  return ok({ content: [], stopReason: 'refusal', stopDetails, ...options });
}

/**
 * An error response. 502 and 503 have a gateway's HTML page unless a `type` or a `body` is given.
 *
 * @throws TypeError when `status` is no error status.
 */
function error(status: number, options: ErrorResponseOptions = {}): PlannedResponse {
  expectInteger('status', status, 400, 599);
  expectOptions('respond.error', options, ERROR_KEYS);
  for (const name of ['type', 'message', 'code'] as const) expectString(name, options[name]);
  expectNumber('delayMs', options.delayMs);
  if (options.retryAfter !== null) expectNumber('retryAfter', options.retryAfter);
  return { kind: 'error', status, options };
}

/**
 * A stream that starts with HTTP 200 and then sends an SSE `error` event. A request without streaming gets
 * the error as an ordinary error response.
 */
function sseError(
  type = 'overloaded_error',
  afterEvents: number = EVENTS_BEFORE_END,
  options: OkOptions & { readonly message?: string; readonly code?: string } = {},
): PlannedResponse {
  const { message: text, code, ...rest } = options;
  expectString('type', type);
  expectInteger('afterEvents', afterEvents);
  const usual = Object.values(ERROR_TABLE).find((row) => row.type === type)?.message ?? 'Error';
  const streamed = { type, message: text ?? usual, ...(code === undefined ? {} : { code }) };
  return message(rest, { type: 'error', afterEvents, error: streamed });
}

/** A stream that ends cleanly before `message_stop`. Without a stream: half of the JSON. */
function cutStream(afterEvents: number = EVENTS_BEFORE_END, options: OkOptions = {}): PlannedResponse {
  return interrupted('cut', afterEvents, options);
}

/** A stream whose socket is destroyed. Without a stream: half of the JSON, then the same. */
function resetStream(afterEvents: number = EVENTS_BEFORE_END, options: OkOptions = {}): PlannedResponse {
  return interrupted('reset', afterEvents, options);
}

/** A stream that stops sending and stays open. Without a stream: half of the JSON, then the same. */
function hangBody(afterEvents: number = EVENTS_BEFORE_END, options: OkOptions = {}): PlannedResponse {
  return interrupted('hang', afterEvents, options);
}

/** No response at all, not even headers, until the client gives up or the server closes. */
function hang(): PlannedResponse {
  return { kind: 'silence', reset: false };
}

/** The connection is reset before any header. */
function resetConnection(): PlannedResponse {
  return { kind: 'silence', reset: true };
}

/** A healthy but slow response: by default 200 ms to the headers and 20 ms between events. */
function slow(options: OkOptions = {}): PlannedResponse {
  return ok({ delayMs: 200, eventDelayMs: 20, ...options });
}

/** HTTP 200 with an HTML page, as a proxy or a captive portal sends it. */
function wrongContentType(
  contentType = 'text/html',
  body = '<html><body>Please log in</body></html>',
): PlannedResponse {
  expectString('contentType', contentType);
  return { kind: 'raw', status: 200, contentType, body, apiHeaders: false, delivery: {} };
}

/** HTTP 200 with JSON that does not parse; for a stream, one event whose data does not parse. */
function malformedJson(): PlannedResponse {
  return { kind: 'broken-json' };
}

/**
 * Rate-limit and `retry-after` headers with meaningless values.
 *
 * @param status 200 for a healthy response, or an error status. @default 200
 */
function malformedHeaders(status = 200): PlannedResponse {
  const headers: Record<string, string> = { 'retry-after': 'soon', 'retry-after-ms': 'NaN' };
  for (const limit of ['requests', 'tokens', 'input-tokens', 'output-tokens']) {
    headers[`anthropic-ratelimit-${limit}-limit`] = 'many';
    headers[`anthropic-ratelimit-${limit}-remaining`] = '-1e999';
    headers[`anthropic-ratelimit-${limit}-reset`] = 'the day after tomorrow';
  }
  return status === 200 ? ok({ headers }) : error(status, { headers });
}

/**
 * A recorded response, exactly: its status, headers and body.
 *
 * @throws TypeError when `recording` is none.
 */
function replay(recording: Recording, delivery: DeliveryOptions = {}): PlannedResponse {
  if (!isRecording(recording))
    throw new TypeError('Expected `recording` to be a recording, see loadRecording()');
  checkDelivery(delivery, DELIVERY_KEYS);
  const { status, headers, body } = recording.response;
  const { 'content-type': contentType = 'application/json', ...others } = headers;
  return {
    kind: 'raw',
    status,
    contentType,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    apiHeaders: false,
    delivery: { ...delivery, headers: { ...withoutFraming(others), ...delivery.headers } },
  };
}

/** Makers of planned responses, for `server.plan([...])` and `server.faults({...})`. */
export const respond: Readonly<{
  ok: typeof ok;
  refusal: typeof refusal;
  error: typeof error;
  sseError: typeof sseError;
  cutStream: typeof cutStream;
  resetStream: typeof resetStream;
  hang: typeof hang;
  hangBody: typeof hangBody;
  resetConnection: typeof resetConnection;
  slow: typeof slow;
  wrongContentType: typeof wrongContentType;
  malformedJson: typeof malformedJson;
  malformedHeaders: typeof malformedHeaders;
  replay: typeof replay;
}> = Object.freeze({
  ok,
  refusal,
  error,
  sseError,
  cutStream,
  resetStream,
  hang,
  hangBody,
  resetConnection,
  slow,
  wrongContentType,
  malformedJson,
  malformedHeaders,
  replay,
});

function interrupted(
  type: 'cut' | 'reset' | 'hang',
  afterEvents: number,
  options: OkOptions,
): PlannedResponse {
  expectInteger('afterEvents', afterEvents);
  return message(options, { type, afterEvents });
}

function message(options: OkOptions, ending: Ending): PlannedResponse {
  checkDelivery(options, [...SCRIPT_KEYS, ...DELIVERY_KEYS]);
  const { delayMs, eventDelayMs, chunkBytes, deltas, headers, ...script } = options;
  const delivery = { delayMs, eventDelayMs, chunkBytes, deltas, headers };
  const given = Object.entries(delivery).filter(([, value]) => value !== undefined);
  return { kind: 'message', script, delivery: Object.fromEntries(given), ending };
}

function checkDelivery(options: DeliveryOptions, known: readonly string[]): void {
  expectOptions('options', options, known);
  expectNumber('delayMs', options.delayMs);
  expectNumber('eventDelayMs', options.eventDelayMs);
  expectInteger('chunkBytes', options.chunkBytes, 1);
  expectInteger('deltas', options.deltas, 1);
}

/** The recorded body is already decoded, and its length may change with its framing. */
function withoutFraming(headers: Readonly<Record<string, string>>): Record<string, string> {
  const framing = ['content-length', 'content-encoding', 'transfer-encoding', 'connection'];
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !framing.includes(name.toLowerCase())),
  );
}
