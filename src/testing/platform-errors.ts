/** How Bedrock and Vertex say no: in their own words, and not in the API's envelope. */
import type { JsonObject } from './json.ts';
import type { Platform } from './platform.ts';

/** What Bedrock calls a refusal with a status. */
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

/** What Bedrock calls the end of a stream by an error of the API's type. */
const STREAM_EXCEPTIONS: Readonly<Record<string, string>> = {
  api_error: 'internalServerException',
  invalid_request_error: 'validationException',
  overloaded_error: 'serviceUnavailableException',
  rate_limit_error: 'throttlingException',
  timeout_error: 'modelTimeoutException',
};

/** What Vertex says itself. Other refusals are the API's, passed on. */
const GOOGLE_STATUSES: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** A refusal in the words of a platform. */
export interface PlatformError {
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
}

/** The refusal of `platform` with `status`, or `undefined` where it is the API's own. */
export function platformError(
  platform: Platform,
  status: number,
  message: string,
): PlatformError | undefined {
  if (platform === 'bedrock') {
    const name = BEDROCK_EXCEPTIONS[status] ?? 'ModelErrorException';
    return { body: { message }, headers: { 'x-amzn-errortype': `${name}:http://internal.amazon.com/` } };
  }
  const said = platform === 'vertex' ? GOOGLE_STATUSES[status] : undefined;
  return said === undefined
    ? undefined
    : { body: { error: { code: status, message, status: said } }, headers: {} };
}

/** The name of the exception by which Bedrock ends a stream, for an error of the API's type. */
export function streamException(errorType: string): string {
  return STREAM_EXCEPTIONS[errorType] ?? 'modelStreamErrorException';
}
