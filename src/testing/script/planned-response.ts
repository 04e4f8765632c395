import type { MessageScript } from '../api/message.ts';

/** How a response is sent. */
export interface DeliveryOptions {
  /** Milliseconds before the headers. @default 0 */
  readonly delayMs?: number;
  /** Milliseconds before each SSE event but the first. @default the server's `eventDelayMs` */
  readonly eventDelayMs?: number;
  /** Cuts the body into pieces of this many bytes, wherever that falls. @default the server's `chunkBytes` */
  readonly chunkBytes?: number;
  /** Into how many deltas a streamed block is cut. @default the server's `deltas` */
  readonly deltas?: number;
  /** Headers to set; `null` leaves a header out. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** Options of `respond.ok`. */
export interface OkOptions extends MessageScript, DeliveryOptions {}

/** Options of `respond.error`. */
export interface ErrorResponseOptions {
  /** `error.type`. @default the API's type for the status */
  readonly type?: string;
  /** `error.message`. @default the API's message for the status */
  readonly message?: string;
  /** `error.details.error_code`. @default none */
  readonly code?: string;
  /** A body in place of the envelope, sent as it is. */
  readonly body?: string;
  /** Seconds for `retry-after`; `null` for no such header. @default 1 for 429, none for others */
  readonly retryAfter?: number | null;
  /** Value of `x-should-retry`. @default no such header */
  readonly shouldRetry?: boolean;
  /** Milliseconds before the headers. @default 0 */
  readonly delayMs?: number;
  /** Headers to set; `null` leaves a header out. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** How the sending of a message ends. */
export type Ending =
  | { readonly type: 'complete' }
  /** The rest is left out: `cut` ends the body as if it were complete, `reset` destroys the socket, `hang` waits. */
  | { readonly type: 'cut' | 'reset' | 'hang'; readonly afterEvents: number }
  | {
      readonly type: 'error';
      readonly afterEvents: number;
      readonly error: { readonly type: string; readonly message: string; readonly code?: string };
    };

/** One planned response; made by the functions of `respond`. */
export type PlannedResponse =
  | {
      readonly kind: 'message';
      readonly script: MessageScript;
      readonly delivery: DeliveryOptions;
      readonly ending: Ending;
    }
  | { readonly kind: 'error'; readonly status: number; readonly options: ErrorResponseOptions }
  | {
      readonly kind: 'raw';
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
      /** Whether the API's own headers go with it. */
      readonly apiHeaders: boolean;
      readonly delivery: DeliveryOptions;
    }
  | { readonly kind: 'broken-json' }
  | { readonly kind: 'silence'; readonly reset: boolean };

/** Whether `value` was made by `respond`. */
export function isPlannedResponse(value: unknown): value is PlannedResponse {
  const kinds: unknown[] = ['message', 'error', 'raw', 'broken-json', 'silence'];
  return typeof value === 'object' && value !== null && 'kind' in value && kinds.includes(value.kind);
}
