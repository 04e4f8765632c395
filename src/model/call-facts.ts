/** The facts of a call at its start, for its request, and at its end. */
import type { Usage } from './message.ts';

/** The path and the method of calls that create a Message. */
export const MESSAGES_ROUTE = '/v1/messages';
export const MESSAGES_METHOD = 'messages.create';

/** How a call ended. `canceled`: the application aborted it, or closed its stream early. */
export type Outcome = 'ok' | 'error' | 'canceled';

/** Every outcome. */
export const OUTCOMES: readonly Outcome[] = ['ok', 'error', 'canceled'];

/** The facts of a call at its start. */
export interface CallStart {
  /** The SDK method, such as `messages.create`. */
  readonly method: string;
  readonly operation?: string | undefined;
  readonly provider: string;
  /** The path with its parameters in braces, such as `/v1/messages`. */
  readonly route?: string | undefined;
  readonly model?: string | undefined;
  readonly maxTokens?: number | undefined;
  readonly stream: boolean;
  readonly serverAddress?: string | undefined;
  readonly serverPort?: number | undefined;
  readonly conversationId?: string | undefined;
  /** Whether the attempts of the call cannot be seen. */
  readonly attemptsUnseen?: boolean | undefined;
}

/** The facts in the request that the start of the call does not state. */
export interface RequestFacts {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly fast: boolean;
  /** Whether the request asks for a stream, for any method. */
  readonly stream: boolean;
}

/** The facts of a call at its end. */
export interface CallEnd {
  readonly outcome: Outcome;
  /** Whether the SDK sent a request, if it states that. */
  readonly sent?: boolean | undefined;
  /** The SDK's own `error.type`: the envelope's type, a type of connection error, or a status. */
  readonly sdkErrorType?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly responseModel?: string | undefined;
  readonly responseId?: string | undefined;
  readonly stopReason?: string | undefined;
  readonly usage: Usage;
}
