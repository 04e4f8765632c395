/** Reads server-sent events, piece by piece. */

/** The maximum length of an event that is kept, in UTF-16 units. The wanted data is much shorter. */
const MAX_LENGTH = 1024 * 1024;

/** The maximum length of an `event:` line that is kept, in UTF-16 units. */
const MAX_EVENT = 100;

/** Receives each event. `data` is empty for an event whose data was not wanted or was too long. */
export type OnEvent = (event: string, data: string) => void;

/**
 * An incremental reader of server-sent events. It keeps one unfinished line, and the data of an unfinished event only if that data is
 * `wanted` or precedes the event's name.
 */
export class SseReader {
  readonly #wanted: (event: string) => boolean;
  readonly #onEvent: OnEvent;
  readonly #decoder = new TextDecoder();
  #line = '';
  #event = '';
  #data: string[] = [];
  #length = 0;
  /** Whether the last event ends with a carriage return alone. */
  eventEndsWithReturn = false;
  /** Whether the input so far ends with a carriage return, which a line feed may follow. */
  #endsWithReturn = false;

  constructor(wanted: (event: string) => boolean, onEvent: OnEvent) {
    this.#wanted = wanted;
    this.#onEvent = onEvent;
  }

  /** The next piece of the body. */
  push(piece: Uint8Array | string): void {
    let text = typeof piece === 'string' ? piece : this.#decoder.decode(piece, { stream: true });
    // A two-character line break can be split between pieces.
    if (this.#endsWithReturn && text.startsWith('\n')) {
      text = text.slice(1);
      this.eventEndsWithReturn = false;
    }
    if (text === '') return;
    this.#endsWithReturn = text.endsWith('\r');
    const lines = text.split(/(\r\n|\n|\r)/);
    for (let index = 0; index < lines.length - 1; index += 2) {
      this.#readLine(this.#line + lines[index], lines[index + 1]);
      this.#line = '';
    }
    if (this.#line.length < MAX_LENGTH) this.#line += lines.at(-1);
  }

  #readLine(line: string, end: string | undefined): void {
    if (line === '') {
      this.eventEndsWithReturn = end === '\r';
      const event = this.#event;
      const data = this.#data.join('\n');
      this.#event = '';
      this.#data = [];
      this.#length = 0;
      if (event !== '') this.#onEvent(event, data);
    } else if (line.startsWith('event:')) {
      this.#event = line.slice(line[6] === ' ' ? 7 : 6, MAX_EVENT);
    } else if (line.startsWith('data:') && (this.#event === '' || this.#wanted(this.#event))) {
      const data = line.slice(5).trimStart();
      // Counts the line break, because lines without data would otherwise be kept without limit.
      this.#length += data.length + 1;
      if (this.#length < MAX_LENGTH) this.#data.push(data);
    }
  }
}
