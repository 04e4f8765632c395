/** Collects the facts of an accepted response while the SDK or the application's middleware reads it. */
import type { Attempt } from '../../model/attempt.ts';
import type { Guard } from '../../ports/guard.ts';
import { parseJson } from '../parse-json.ts';
import { MessageStream, messageFacts } from './message.ts';
import { type BodyObserver, observeResponse } from './observe-response.ts';

/** The maximum size of a body that is assembled from its pieces, in bytes. */
const MAX_BODY = 4 * 1024 * 1024;

/** How much of a piece shows whether it is JSON, in bytes. */
const BEGINNING = 64;

/** Stores the facts of `response` in `attempt` while the response is read. */
export function observeMessage(guard: Guard, attempt: Attempt, response: Response): void {
  observeResponse(response, new MessageObserver(guard, attempt));
  attempt.observed = true;
}

class MessageObserver implements BodyObserver {
  readonly #guard: Guard;
  readonly #attempt: Attempt;
  /** Whether the body is JSON, and not a stream of events. Unknown until it starts. Hosts state a wrong content type, or none. */
  #isJson: boolean | undefined;
  #stream: MessageStream | undefined;
  /** The pieces of a body that is not an event stream. Emptied if they are too long. */
  #pieces: Array<Uint8Array | string> = [];
  #length = 0;

  constructor(guard: Guard, attempt: Attempt) {
    this.#guard = guard;
    this.#attempt = attempt;
  }

  piece(bytes: Uint8Array | string): void {
    this.#guard.run('attempt', () => {
      this.#isJson ??= startsAsJson(bytes);
      if (this.#isJson === false) {
        this.#stream ??= new MessageStream(() => {});
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
    if (startsAsJson(value) === false) this.piece(value);
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
      this.json(parseJson(new TextDecoder().decode(Buffer.concat(bytes))));
    });
  }

  failed(): void {}

  closed(): void {}

  cloned(): BodyObserver {
    return new MessageObserver(this.#guard, this.#attempt);
  }
}

/** Whether a body that starts with `piece` is JSON, or `undefined` if only white space has come, which some gateways send meanwhile. */
function startsAsJson(piece: Uint8Array | string): boolean | undefined {
  const text = typeof piece === 'string' ? piece : new TextDecoder().decode(piece.subarray(0, BEGINNING));
  const start = text.trimStart();
  return start === '' ? undefined : start.startsWith('{');
}
