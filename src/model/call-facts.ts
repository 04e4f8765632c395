/** What is known of a call when it starts, when it sends its request, and when it ends. */
import type { Usage } from './message.ts';

/** The path and the method of calls that make a message. */
export const MESSAGES_ROUTE = '/v1/messages';
export const MESSAGES_METHOD = 'messages.create';

/** How a call ended. `canceled`: the application aborted it, or closed its stream early. */
export type Outcome = 'ok' | 'error' | 'canceled';

/** Every outcome. */
export const OUTCOMES: readonly Outcome[] = ['ok', 'error', 'canceled'];

/** What is known of a call when it starts. */
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

/** What the request states that the start of the call does not. */
export interface RequestFacts {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly fast: boolean;
  /** Whether the request asks for a stream, of any method. */
  readonly stream: boolean;
}

/** What is known of a call when it ends. */
export interface CallEnd {
  readonly outcome: Outcome;
  /** Whether the SDK sent a request, where it states that. */
  readonly sent?: boolean | undefined;
  /** The SDK's own word for the error: the envelope's type, a connection word, or a status. */
  readonly sdkErrorType?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly responseModel?: string | undefined;
  readonly responseId?: string | undefined;
  readonly stopReason?: string | undefined;
  readonly usage: Usage;
}
