/** What is left of a stream that broke. */

/** The text of a stream, as far as it came. */
export interface PartialText {
  /** The text of all text blocks so far. */
  readonly text: string;
  /** Whether the stream ended before its message was whole. */
  readonly truncated: boolean;
  /** What ended it early, if something was thrown: the SDK's own error. */
  readonly error?: unknown;
  /** Why the model stopped, such as `end_turn` or `max_tokens`; absent when it was truncated. */
  readonly stopReason?: string | undefined;
}

/** An event of a message stream, as far as it is used. */
interface StreamEvent {
  readonly type: string;
  readonly delta?: { readonly type?: string; readonly text?: string; readonly stop_reason?: string | null };
}

/**
 * Reads a stream to its end and gives its text, also when the stream breaks: then with `truncated` and the error. Nothing is thrown once
 * the stream is there, so decide by `truncated` what to do with the text. Tool calls of a truncated stream are not in it.
 *
 * @param stream a stream of `messages.create({ stream: true })` or of `messages.stream()`
 *
 * @example
 * const { text, truncated, error } = await partial(client.messages.stream(params));
 * if (truncated) show(`${text} … (interrupted)`);
 */
export async function partial(stream: AsyncIterable<object>): Promise<PartialText> {
  let text = '';
  let stopReason: string | undefined;
  try {
    for await (const each of stream) {
      const { type, delta } = each as StreamEvent;
      if (type === 'content_block_delta' && delta?.type === 'text_delta') text += delta.text ?? '';
      if (type === 'message_delta') stopReason = delta?.stop_reason ?? undefined;
      if (type === 'message_stop') return { text, truncated: false, stopReason };
    }
  } catch (error) {
    return { text, truncated: true, error };
  }
  return { text, truncated: true };
}
