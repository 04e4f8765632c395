/**
 * The error table: a closed set of values for `error.type`, and who has to act on each.
 *
 * Types and statuses: https://platform.claude.com/docs/en/api/errors. Which of them the SDK retries: `shouldRetry` in
 * `@anthropic-ai/sdk` 1.11.0.
 */

/**
 * Who has to act on a failure: the owner of the configuration (key, model name, billing), of the traffic (rate limits), of the input
 * (a request that the API rejects), of the network to the API, or of the application's code; or Anthropic (or the platform that
 * serves the model).
 */
export type Fault = 'config' | 'traffic' | 'input' | 'network' | 'anthropic' | 'application';

/** Every fault. Their series exist before the first event. */
export const FAULTS: readonly Fault[] = ['config', 'traffic', 'input', 'network', 'anthropic', 'application'];

/** The `error.type` of a failure that is not in the table. */
export const OTHER = '_OTHER';

interface ErrorEntry {
  /** The HTTP status that the type stands for, even if it arrives as an SSE `error` event after a 200. */
  readonly status?: number;
  readonly fault: Fault;
  readonly retryable: boolean;
}

/** The error types of the API's envelope, and the SDK's types for failures without an envelope. */
const TYPES: Readonly<Record<string, ErrorEntry>> = {
  invalid_request_error: { status: 400, fault: 'input', retryable: false },
  authentication_error: { status: 401, fault: 'config', retryable: false },
  billing_error: { status: 402, fault: 'config', retryable: false },
  permission_error: { status: 403, fault: 'config', retryable: false },
  not_found_error: { status: 404, fault: 'config', retryable: false },
  conflict_error: { status: 409, fault: 'input', retryable: true },
  request_too_large: { status: 413, fault: 'input', retryable: false },
  rate_limit_error: { status: 429, fault: 'traffic', retryable: true },
  api_error: { status: 500, fault: 'anthropic', retryable: true },
  timeout_error: { status: 504, fault: 'anthropic', retryable: true },
  overloaded_error: { status: 529, fault: 'anthropic', retryable: true },
  connection_error: { fault: 'network', retryable: true },
  client_timeout_error: { fault: 'network', retryable: true },
  client_error: { fault: 'application', retryable: false },
};

/** Every error type of the table. */
export const ERROR_TYPES: readonly string[] = Object.keys(TYPES);

/** Bedrock's exceptions that end a stream: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ResponseStream.html */
const BEDROCK_TYPES: Readonly<Record<string, string>> = {
  internalServerException: 'api_error',
  modelStreamErrorException: 'api_error',
  modelTimeoutException: 'timeout_error',
  serviceUnavailableException: 'overloaded_error',
  throttlingException: 'rate_limit_error',
  validationException: 'invalid_request_error',
};

/** The error types of exhausted calls. Their series exist before the first event. */
export const RETRYABLE_TYPES: readonly string[] = Object.keys(TYPES).filter((type) => TYPES[type]?.retryable);

/** The type of a status without an envelope. */
const STATUSES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(TYPES).flatMap(([type, { status }]) => (status === undefined ? [] : [[status, type]])),
);

/**
 * The `error.type` of a failed attempt or call: the envelope's own type if it is in the table, else the type that the API documents
 * for the status, else `_OTHER`. The types of Bedrock's streams count as the API's.
 */
export function errorType(envelopeType: string | undefined, status: number | undefined): string {
  if (envelopeType !== undefined && Object.hasOwn(TYPES, envelopeType)) return envelopeType;
  if (envelopeType !== undefined && Object.hasOwn(BEDROCK_TYPES, envelopeType)) {
    return BEDROCK_TYPES[envelopeType] ?? OTHER;
  }
  return (status !== undefined ? STATUSES[status] : undefined) ?? OTHER;
}

/** The HTTP status that `type` stands for, if it stands for one. */
export function statusOf(type: string): number | undefined {
  return Object.hasOwn(TYPES, type) ? TYPES[type]?.status : undefined;
}

/** The facts of a failure that decide who has to act. */
export interface Failure {
  readonly errorType: string;
  /** The status of the response, if there was one. */
  readonly status?: number | undefined;
  /** Whether the account has a billing problem or reached its spend limit: see {@link isBillingRefusal}. */
  readonly billing?: boolean | undefined;
}

/**
 * Whether the API rejects a request because the account has a billing problem or reached its spend limit. It uses several
 * statuses. `code` is the envelope's `details.error_code`. Without a code, only the message shows it, as in these reports:
 * https://github.com/anthropics/claude-code/issues/66314 (credit), https://github.com/anthropics/claude-code/issues/38038 (limit).
 */
export function isBillingRefusal(code: string | undefined, message: string | undefined): boolean {
  if (code !== undefined && /spend|billing|credit/.test(code)) return true;
  // Matched at the start only, because the rest of a message may quote the request.
  return (
    message !== undefined &&
    /^your credit balance is too low|^you have reached your specified .{0,20}usage limits/i.test(message)
  );
}

/** Who has to act on `failure`. */
export function faultOf({ errorType: type, status, billing }: Failure): Fault {
  // The API reports billing problems as bad requests or rate limits, although they are neither.
  if (billing) return 'config';
  // The SDK's type for a client-side failure after a successful response: the stream was cut in transit.
  if (type === 'client_error' && status === 200) return 'network';
  const known = Object.hasOwn(TYPES, type) ? TYPES[type]?.fault : undefined;
  if (known !== undefined) return known;
  if (status === undefined) return 'application';
  // With a status below 400, the API accepted the call and then broke the stream.
  if (status < 400 || status >= 500) return 'anthropic';
  if (status === 408) return 'network';
  if (status === 499) return 'application';
  if (status === 429) return 'traffic';
  return status === 401 || status === 402 || status === 403 || status === 404 ? 'config' : 'input';
}

/**
 * Whether the SDK retries an attempt with response status `status`, while retries are left. `shouldRetry` is the `x-should-retry`
 * header, which overrides the status.
 */
export function isRetryableStatus(status: number, shouldRetry: string | null): boolean {
  if (shouldRetry === 'true') return true;
  if (shouldRetry === 'false') return false;
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** Whether a retry can fix a failure of type `type`. */
export function isRetryableType(type: string): boolean {
  return Object.hasOwn(TYPES, type) && TYPES[type]?.retryable === true;
}
