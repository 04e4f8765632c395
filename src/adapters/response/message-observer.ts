/** Collects the facts of an accepted response while the SDK or the application's middleware reads it. */
import type { Attempt } from '../../model/attempt.ts';
import type { Guard } from '../../ports/guard.ts';
import { parseJson } from '../parse-json.ts';
import { MessageStream, messageFacts } from './message.ts';
import { type BodyObserver, observeResponse } from './observe-response.ts';

/** The maximum size of a body that is assembled from its pieces, in bytes. */
const MAX_BODY = 4 * 1024 * 1024;

/** Stores the facts of `response` in `attempt` while the response is read. */
export function observeMessage(guard: Guard, attempt: Attempt, response: Response): void {
  const isStream = response.headers.get('content-type')?.includes('text/event-stream') === true;
  observeResponse(response, new MessageObserver(guard, attempt, isStream));
  attempt.observed = true;
}

class MessageObserver implements BodyObserver {
  readonly #guard: Guard;
  readonly #attempt: Attempt;
  readonly #stream: MessageStream | undefined;
  /** The pieces of a body that is not an event stream. Emptied if they are too long. */
  #pieces: Array<Uint8Array | string> = [];
  #length = 0;

  constructor(guard: Guard, attempt: Attempt, isStream: boolean) {
    this.#guard = guard;
    this.#attempt = attempt;
    this.#stream = isStream ? new MessageStream(() => {}) : undefined;
  }

  piece(bytes: Uint8Array | string): void {
    this.#guard.run('attempt', () => {
      if (this.#stream) {
        this.#stream.push(bytes);
        if (this.#stream.changed) this.#attempt.message = this.#stream.facts() ?? this.#attempt.message;
        return;
      }
      this.#length += bytes.length;
      if (this.#length <= MAX_BODY) this.#pieces.push(bytes);
      else this.#pieces = [];
    });
  }

  json(value: unknown): void {
    this.#guard.run('attempt', () => {
      const facts = messageFacts(value);
      if (facts.id !== undefined || facts.usage.input !== undefined) this.#attempt.message = facts;
    });
  }

  text(value: string): void {
    if (this.#stream) this.piece(value);
    else this.#guard.run('attempt', () => this.json(parseJson(value)));
  }

  bytes(value: Uint8Array): void {
    this.text(new TextDecoder().decode(value));
  }

  completed(): void {
    if (this.#pieces.length === 0) return;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#guard.run('attempt', () => {
      const bytes = pieces.map((each) => (typeof each === 'string' ? Buffer.from(each) : each));
      this.json(parseJson(Buffer.concat(bytes).toString('utf8')));
    });
  }

  failed(): void {}

  closed(): void {}

  cloned(): BodyObserver {
    return new MessageObserver(this.#guard, this.#attempt, this.#stream !== undefined);
  }
}
