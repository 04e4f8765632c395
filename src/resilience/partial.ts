/** Reads the available text of a stream, even if the stream breaks. */

/** The text that arrived in a stream. */
export interface PartialText {
  /** The text of all text blocks so far. */
  readonly text: string;
  /** Whether the stream ended before its message was complete. */
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
 * Reads a stream to its end and returns its text. If the stream breaks, it returns the text that arrived, with `truncated` and the error. It throws
 * nothing once the stream exists, so check `truncated` before you use the text. The result has no tool calls of a truncated stream.
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
