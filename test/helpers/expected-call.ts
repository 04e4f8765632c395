/** What a test says of a call; everything that should be recorded of it follows. */
import { MODEL } from './harness.ts';

/** One expected attempt. */
export interface ExpectedAttempt {
  /** `undefined` when no answer came. */
  readonly status?: number;
  readonly disposition: 'ok' | 'retried' | 'final' | 'canceled';
  readonly errorType?: string;
  readonly errorCode?: string;
  readonly fault?: string;
  /** Seconds of `retry-after`, where the span and log say so. */
  readonly retryAfter?: number;
  /** The status that an SSE `error` event after the answer stands for. */
  readonly eventStatus?: number;
}

/** One expected call. */
export interface ExpectedCall {
  /** @default 'messages.create' */
  readonly method?: string;
  /** @default '/v1/messages' */
  readonly route?: string;
  /** `null` for a call without a model. @default MODEL */
  readonly model?: string | null;
  /** @default 'POST' */
  readonly httpMethod?: string;
  /** The path of the request, where it is not the route. */
  readonly path?: string;
  /** @default false */
  readonly stream?: boolean;
  /** Whether a first content chunk was read. @default `stream` */
  readonly firstChunk?: boolean;
  /** @default 100 for `messages.create` */
  readonly maxTokens?: number | undefined;
  readonly outcome: 'ok' | 'error' | 'canceled';
  readonly errorType?: string;
  readonly fault?: string;
  readonly attempts: readonly ExpectedAttempt[];
  /** Whether the last allowed attempt failed with a retryable error. */
  readonly exhausted?: boolean;
  readonly tokens?: {
    readonly input?: number;
    readonly output?: number;
    readonly cacheRead?: number;
    readonly cacheWrite?: number;
    readonly reasoning?: number;
  };
  readonly stopReason?: string;
  /** Whether the log line names the response's model and id. @default whether there are tokens */
  readonly responded?: boolean;
  /** More fields of the log line. */
  readonly logged?: Readonly<Record<string, unknown>>;
  /** More attributes of the call span. */
  readonly spanned?: Readonly<Record<string, unknown>>;
}

/** An expected call with every default filled in. */
export interface SettledCall extends ExpectedCall {
  readonly method: string;
  readonly route: string;
  readonly model: string | null;
  readonly httpMethod: string;
  readonly stream: boolean;
  readonly firstChunk: boolean;
  readonly responded: boolean;
  /** Whether the call is one of inference. */
  readonly inference: boolean;
}

/** Fills in the defaults. */
export function settleCall(call: ExpectedCall): SettledCall {
  const { method = 'messages.create', stream = false } = call;
  const inference = method === 'messages.create';
  return {
    maxTokens: inference ? 100 : undefined,
    route: '/v1/messages',
    httpMethod: 'POST',
    firstChunk: stream && call.outcome === 'ok',
    responded: call.tokens !== undefined,
    ...call,
    method,
    stream,
    model: call.model === undefined ? MODEL : call.model,
    inference,
  };
}

/** The whole numbers of tokens that `HELLO` costs when the fake API makes up the answer. */
export const HELLO_TOKENS = { input: 5, output: 27, cacheRead: 0, cacheWrite: 0 } as const;

/** An attempt that went well. */
export const OK_ATTEMPT: ExpectedAttempt = { status: 200, disposition: 'ok' };

/** A call of `HELLO` that went well at once. */
export const OK_CALL: ExpectedCall = {
  outcome: 'ok',
  attempts: [OK_ATTEMPT],
  tokens: HELLO_TOKENS,
  stopReason: 'end_turn',
};

/** What a call costs at the list price of `MODEL`, in USD by kind. */
export function costOf({ tokens, inference }: SettledCall): Record<string, number> {
  if (!inference || !tokens) return {};
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = tokens;
  return {
    input: ((input - cacheRead - cacheWrite) * 4) / 1e6,
    output: (output * 20) / 1e6,
    cache_read: (cacheRead * 0.2) / 1e6,
    cache_write_5m: (cacheWrite * 5) / 1e6,
  };
}
