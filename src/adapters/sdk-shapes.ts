/**
 * The parts of `@anthropic-ai/sdk` that the adapters use, as structural types. The public types of this package do not import the
 * SDK's types, so that they are valid for every version. A type test proves that the SDK's types are assignable to them.
 */
import type { Span, TracerProvider } from '@opentelemetry/api';

/** The SDK's default for `timeout`, in milliseconds. */
export const DEFAULT_TIMEOUT = 600_000;

/** The `openTelemetry` client option (SDK 0.134.0 and later). */
export interface SdkOpenTelemetryOptions {
  tracerProvider?: TracerProvider | undefined;
  propagation?: boolean | undefined;
  traces?:
    | boolean
    | {
        enabled?: boolean | undefined;
        contentMode?: 'metadata_only' | 'content' | undefined;
        maxContentBytes?: number | undefined;
      }
    | undefined;
}

/** A request, as middleware sees it. */
export interface SdkRequest {
  readonly url: string;
  readonly method?: string | undefined;
  readonly headers: Headers;
  readonly body?: unknown;
}

/** The options of an API call. The SDK creates one object for all attempts of a call. */
export interface SdkRequestOptions {
  readonly body?: unknown;
  readonly stream?: boolean | undefined;
  readonly maxRetries?: number | undefined;
  /** Middleware for this call only. */
  readonly middleware?: readonly unknown[] | undefined;
  readonly signal?: AbortSignal | null | undefined;
  /** The span of the call, if a method of an SDK from 0.134.0 on created one. */
  readonly __span?: { readonly span?: Span } | undefined;
}

/** The context that the SDK passes to middleware next to the request. */
export interface SdkMiddlewareContext {
  /** Absent for requests that are not API calls, such as a token exchange. */
  readonly options?: SdkRequestOptions | undefined;
}

/** A middleware of the SDK (0.101.0 and later). */
export type SdkMiddleware = (
  request: SdkRequest,
  next: (request: SdkRequest) => Promise<Response>,
  context: SdkMiddlewareContext,
) => Promise<Response>;

/** The client options that this package reads and writes. */
export interface SdkClientOptions {
  openTelemetry?: SdkOpenTelemetryOptions | false | undefined;
  middleware?: readonly unknown[] | undefined;
  maxRetries?: number | undefined;
  /** In milliseconds. */
  timeout?: number | undefined;
  fetch?: unknown;
}

/** The parts of an SDK client that `observe` uses. */
export interface SdkClient {
  readonly middleware?: readonly unknown[];
  readonly openTelemetry?: SdkOpenTelemetryOptions;
  readonly maxRetries?: number;
  /** In milliseconds. */
  readonly timeout?: number;
  readonly baseURL?: string;
  /** The function that the client sends requests with. It is not in the SDK's types, but every version has it. */
  fetch?: unknown;
  /** Not in the oldest versions. */
  withOptions(options: object): unknown;
}
