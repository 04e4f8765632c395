import { isObject, type JsonObject, parseJson } from '../json.ts';

/** One row of the API's error table: the default error of a status. */
export interface ErrorRow {
  /** `error.type` of the envelope. */
  readonly type: string;
  /** `error.message` of the envelope. */
  readonly message: string;
  /** Whether the official SDK retries the status itself. */
  readonly retryable: boolean;
  /** Whether a gateway in front of the API sends the error, as an HTML page without an envelope and without the API's headers. */
  readonly gateway?: boolean;
}

/** The default error of each status. */
export const ERROR_TABLE: Readonly<Record<number, ErrorRow>> = Object.freeze({
  400: { type: 'invalid_request_error', message: 'Invalid request', retryable: false },
  401: { type: 'authentication_error', message: 'invalid x-api-key', retryable: false },
  402: { type: 'billing_error', message: 'Your billing information needs attention.', retryable: false },
  403: {
    type: 'permission_error',
    message: 'Your API key does not have permission to use the specified resource.',
    retryable: false,
  },
  404: { type: 'not_found_error', message: 'Not found', retryable: false },
  408: { type: 'timeout_error', message: 'Request timeout', retryable: true },
  409: {
    type: 'conflict_error',
    message: 'The resource is in conflict with another request.',
    retryable: true,
  },
  413: { type: 'request_too_large', message: 'Request exceeds the maximum size', retryable: false },
  422: { type: 'invalid_request_error', message: 'Unprocessable request', retryable: false },
  429: {
    type: 'rate_limit_error',
    message: "This request would exceed your organization's rate limit.",
    retryable: true,
  },
  499: { type: 'api_error', message: 'Client closed request', retryable: false },
  500: { type: 'api_error', message: 'Internal server error', retryable: true },
  502: { type: 'api_error', message: 'Bad gateway', retryable: true, gateway: true },
  503: { type: 'api_error', message: 'Service unavailable', retryable: true, gateway: true },
  504: { type: 'timeout_error', message: 'Request timed out', retryable: true },
  529: { type: 'overloaded_error', message: 'Overloaded', retryable: true },
});

/** An error that the API responds with. */
export interface ApiError {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** `error.details.error_code`, if the error has one. */
  readonly code?: string;
  /** Seconds for the `retry-after` header. */
  readonly retryAfter?: number;
}

/** A 400 whose message names the field, as the API writes it: `messages.0.content: Field required`. */
export function invalid(path: string, problem: string): ApiError {
  return { status: 400, type: 'invalid_request_error', message: `${path}: ${problem}` };
}

/** A 404 with the given message. */
export function notFound(message: string): ApiError {
  return { status: 404, type: 'not_found_error', message };
}

/** The HTTP status that an `error.type` stands for. An SSE `error` event has no status. */
export function statusOfType(type: string): number {
  const row = Object.entries(ERROR_TABLE).find(([, { type: rowType }]) => rowType === type);
  // The API sends 504 for a timeout, but 408 comes first in the table.
  return type === 'timeout_error' ? 504 : row === undefined ? 500 : Number(row[0]);
}

/** The error envelope. */
export function errorEnvelope(
  error: { readonly type: string; readonly message: string; readonly code?: string },
  requestId: string | null,
): JsonObject {
  const details = error.code === undefined ? {} : { details: { error_code: error.code } };
  return {
    type: 'error',
    error: { type: error.type, message: error.message, ...details },
    request_id: requestId,
  };
}

/** The `error.type` of a ready-made body, or `undefined` if the body is not an envelope. */
export function errorTypeIn(body: string): string | undefined {
  const envelope = parseJson(body);
  const error = isObject(envelope) ? envelope.error : undefined;
  return isObject(error) && typeof error.type === 'string' ? error.type : undefined;
}

/** The page that a gateway sends instead of the envelope. */
export function gatewayPage(status: number, message: string): string {
  const title = `${status} ${message}`;
  return (
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n` +
    '<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n'
  );
}
