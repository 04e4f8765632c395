/** The errors of Bedrock and Vertex, which have their own format instead of the API's envelope. */
import type { JsonObject } from '../json.ts';
import type { Platform } from './platform.ts';

/** Bedrock's name for an error, by its status. */
const BEDROCK_EXCEPTIONS: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
};

/** Bedrock's exceptions that end a stream, by the API's error type. */
const STREAM_EXCEPTIONS: Readonly<Record<string, string>> = {
  api_error: 'internalServerException',
  invalid_request_error: 'validationException',
  overloaded_error: 'serviceUnavailableException',
  rate_limit_error: 'throttlingException',
  timeout_error: 'modelTimeoutException',
};

/** Errors that Vertex itself returns. It passes on all other errors of the API. */
const GOOGLE_STATUSES: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** An error in the format of a platform. */
export interface PlatformError {
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
}

/** The error of `platform` with `status`, or `undefined` if it has the API's own format. */
export function platformError(
  platform: Platform,
  status: number,
  message: string,
): PlatformError | undefined {
  if (platform === 'bedrock') {
    const name = BEDROCK_EXCEPTIONS[status] ?? 'ModelErrorException';
    return { body: { message }, headers: { 'x-amzn-errortype': `${name}:http://internal.amazon.com/` } };
  }
  const googleStatus = platform === 'vertex' ? GOOGLE_STATUSES[status] : undefined;
  return googleStatus === undefined
    ? undefined
    : { body: { error: { code: status, message, status: googleStatus } }, headers: {} };
}

/** The name of the exception with which Bedrock ends a stream for an error of the API's type. */
export function streamException(errorType: string): string {
  return STREAM_EXCEPTIONS[errorType] ?? 'modelStreamErrorException';
}
