/**
 * The parts of `@anthropic-ai/sdk` that the adapters touch, as structures. The public types of this package do not
 * import the SDK's, so that they hold for every version; a type test proves them assignable.
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

/** A request as a middleware sees it. */
export interface SdkRequest {
  readonly url: string;
  readonly method?: string | undefined;
  readonly headers: Headers;
  readonly body?: unknown;
}

/** The options that the SDK makes an API call with. One object for all attempts of a call. */
export interface SdkRequestOptions {
  readonly body?: unknown;
  readonly stream?: boolean | undefined;
  readonly maxRetries?: number | undefined;
  /** Middleware for this call alone. */
  readonly middleware?: readonly unknown[] | undefined;
  readonly signal?: AbortSignal | null | undefined;
  /** The span of the call, where a method of an SDK from 0.134 on makes one. */
  readonly __span?: { readonly span?: Span } | undefined;
}

/** What the SDK passes to a middleware beside the request. */
export interface SdkMiddlewareContext {
  /** Absent for requests that are no API call, such as a token exchange. */
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

/** A client of the SDK, as far as `observe` uses it. */
export interface SdkClient {
  readonly middleware?: readonly unknown[];
  readonly openTelemetry?: SdkOpenTelemetryOptions;
  readonly maxRetries?: number;
  /** In milliseconds. */
  readonly timeout?: number;
  readonly baseURL?: string;
  /** What the client sends requests with. Not in the SDK's types, and there in every version. */
  fetch?: unknown;
  /** Not in the oldest versions. */
  withOptions(options: object): unknown;
}
