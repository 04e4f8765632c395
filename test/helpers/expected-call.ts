/** What a test states of a call; everything that should be recorded of it follows. */
import { MODEL } from './harness.ts';

/** One expected attempt. */
export interface ExpectedAttempt {
  /** `undefined` when no response came. */
  readonly status?: number;
  readonly disposition: 'ok' | 'retried' | 'final' | 'canceled';
  /** The model that its request names. @default that of the call */
  readonly model?: string;
  readonly errorType?: string;
  readonly errorCode?: string;
  readonly fault?: string;
  /** Seconds of `retry-after`, where span and log have it. */
  readonly retryAfter?: number | undefined;
  /** The status that an SSE `error` event after the response stands for. */
  readonly eventStatus?: number;
}

/** Tokens by kind. */
export interface ExpectedTokens {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
}

/** What one model is billed for in a call. */
export interface ExpectedBill {
  /** The model that was asked for. */
  readonly model: string;
  /** @default `model` */
  readonly responseModel?: string;
  readonly tokens: ExpectedTokens;
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
  /** All tokens of the call. */
  readonly tokens?: ExpectedTokens;
  /** What is billed for. @default one bill for `tokens` of the call's model */
  readonly bills?: readonly ExpectedBill[];
  /** The model of the response in the end. @default that of the call */
  readonly responseModel?: string;
  /** @default for a call that went well, `api` with an attempt that was accepted, else `application` */
  readonly servedBy?: 'api' | 'fallback' | 'application' | null;
  /** The change of model behind a call that a fallback served. */
  readonly fallback?: { readonly to: string; readonly cause: string };
  /** `null` where it cannot be known. @default `application` for a canceled call */
  readonly canceledBy?: 'timeout' | 'application' | null;
  readonly stopReason?: string;
  /** Whether the log line names the response's model and id. @default whether there are tokens */
  readonly responded?: boolean;
  /** More fields of the log line. */
  readonly logged?: Readonly<Record<string, unknown>>;
  /** More attributes of the call span. */
  readonly spanned?: Readonly<Record<string, unknown>>;
}

/** An expected call with every default filled in. */
export interface CompleteCall extends Omit<ExpectedCall, 'responseModel'> {
  readonly method: string;
  readonly route: string;
  readonly model: string | null;
  readonly httpMethod: string;
  readonly stream: boolean;
  readonly firstChunk: boolean;
  readonly responded: boolean;
  readonly bills: readonly ExpectedBill[];
  readonly responseModel: string | undefined;
  readonly servedBy: 'api' | 'fallback' | 'application' | null;
  readonly canceledBy: 'timeout' | 'application' | null;
  /** Whether the call is one of inference. */
  readonly inference: boolean;
}

/** Fills in the defaults. */
export function completeCall(call: ExpectedCall): CompleteCall {
  const { method = 'messages.create', stream = false } = call;
  const inference = method === 'messages.create';
  const model = call.model === undefined ? MODEL : call.model;
  const accepted = call.attempts.some(({ disposition }) => disposition === 'ok');
  const responded = call.responded ?? call.tokens !== undefined;
  return {
    maxTokens: inference ? 100 : undefined,
    route: '/v1/messages',
    httpMethod: 'POST',
    firstChunk: stream && call.outcome === 'ok',
    bills: call.tokens && model ? [{ model, tokens: call.tokens }] : [],
    servedBy: call.outcome === 'ok' ? (accepted ? 'api' : 'application') : null,
    canceledBy: call.outcome === 'canceled' ? 'application' : null,
    ...call,
    responded,
    responseModel: responded ? (call.responseModel ?? model ?? undefined) : undefined,
    method,
    stream,
    model,
    inference,
  };
}

/** The whole numbers of tokens that `HELLO` costs when the test API makes up the response. */
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

/** The failures of the tests, by the status that the API responds with. */
const FAILURES: Readonly<Record<number, readonly [errorType: string, fault: string]>> = {
  401: ['authentication_error', 'config'],
  402: ['billing_error', 'config'],
  403: ['permission_error', 'config'],
  404: ['not_found_error', 'config'],
  408: ['_OTHER', 'network'],
  409: ['conflict_error', 'input'],
  429: ['rate_limit_error', 'traffic'],
  500: ['api_error', 'anthropic'],
  504: ['timeout_error', 'anthropic'],
  529: ['overloaded_error', 'anthropic'],
};

/** Type and fault of a failure, by its status. */
export function failureOf(status: number): { errorType: string; fault: string } {
  const [errorType, fault] = FAILURES[status] as readonly [string, string];
  return { errorType, fault };
}

/** An attempt that got `status` and was followed by another one. The test API asks to wait a millisecond where it can be retried. */
export function retried(status: number, more: Partial<ExpectedAttempt> = {}): ExpectedAttempt {
  const wait = [408, 409, 429].includes(status) || status >= 500 ? { retryAfter: 0.001 } : {};
  return { status, disposition: 'retried', ...(status in FAILURES && failureOf(status)), ...wait, ...more };
}

/** An attempt that got `status` and was the last one. */
export function final(status: number, more: Partial<ExpectedAttempt> = {}): ExpectedAttempt {
  return { ...retried(status), disposition: 'final', ...more };
}

/** A call that failed as its last attempt did; exhausted if that could have been retried. */
export function failedCall(...attempts: readonly ExpectedAttempt[]): ExpectedCall {
  const { errorType, fault, retryAfter } = attempts.at(-1) as ExpectedAttempt;
  const exhausted = retryAfter !== undefined;
  return {
    outcome: 'error',
    ...(errorType !== undefined && { errorType }),
    ...(fault !== undefined && { fault }),
    ...(exhausted && { exhausted }),
    attempts,
  };
}

/** A streamed call that went well. */
export const STREAMED_CALL: ExpectedCall = { ...OK_CALL, stream: true };

/** What is known of a stream that began and did not end: the output count is not part of it. */
export const BEGUN_STREAM = {
  stream: true,
  firstChunk: true,
  tokens: { input: 5, cacheRead: 0, cacheWrite: 0 },
} as const;

/** List prices in USD per million tokens: input, output, cache read, cache write. */
const RATES: Readonly<Record<string, readonly [number, number, number, number]>> = {
  'claude-opus-5-5': [4, 20, 0.2, 5],
  'claude-sonnet-5-5': [2, 10, 0.1, 2.5],
  'claude-haiku-5-5': [0.1, 0.5, 0.01, 0.125],
  'claude-fable-5-1': [10, 50, 0.25, 12.5],
};

/** What a bill comes to at list prices, in USD by kind. */
export function costOfBill({ model, responseModel, tokens }: ExpectedBill): Record<string, number> {
  const [forInput, forOutput, forRead, forWrite] = RATES[responseModel ?? model] as [
    number,
    number,
    number,
    number,
  ];
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = tokens;
  return {
    input: ((input - cacheRead - cacheWrite) * forInput) / 1e6,
    output: (output * forOutput) / 1e6,
    cache_read: (cacheRead * forRead) / 1e6,
    cache_write_5m: (cacheWrite * forWrite) / 1e6,
  };
}

/** What a call costs at list prices in USD; `undefined` where no tokens are known. */
export function usdOf({ bills, inference }: CompleteCall): number | undefined {
  const counted = bills.filter(({ tokens }) => tokens.input !== undefined || tokens.output !== undefined);
  if (!inference || counted.length === 0) return undefined;
  return counted.flatMap((bill) => Object.values(costOfBill(bill))).reduce((sum, usd) => sum + usd, 0);
}
