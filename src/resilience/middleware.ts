/** The parts of the SDK's middleware API that the policies use, as structures: no type of one SDK version is imported. */

/** A request as a middleware sees it. */
export interface ApiRequest {
  url: string;
  method?: string | undefined;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own type is a union that differs between versions
  body?: any;
  signal?: AbortSignal | null | undefined;
}

/** The options that the SDK makes an API call with. */
export interface CallOptions {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly body?: unknown;
  readonly stream?: boolean | undefined;
  readonly signal?: AbortSignal | null | undefined;
  /** In milliseconds. */
  readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined;
}

/** What the SDK passes to a middleware beside the request: one object for a request and all that is sent for it. */
export interface MiddlewareContext {
  /** Absent for requests that are no API call, such as a token exchange. */
  readonly options?: CallOptions | undefined;
}

/** Sends a request to the rest of the chain. */
export type Next = (request: ApiRequest) => Promise<Response>;

/** A middleware for the `middleware` option of a client of `@anthropic-ai/sdk` 0.101.0 or later. */
export type Middleware = <Request extends ApiRequest>(
  request: Request,
  next: (request: Request) => Promise<Response>,
  context: MiddlewareContext,
) => Promise<Response>;
