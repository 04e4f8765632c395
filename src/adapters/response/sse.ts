/** Reads server-sent events from the pieces of a body as they pass, wherever the pieces begin and end. */

/** The most text of one event that is kept, in UTF-16 units. What is wanted of a stream fits in a small part of it. */
const MAX_LENGTH = 1024 * 1024;

/** The longest `event:` line that is kept, in UTF-16 units. */
const MAX_EVENT = 100;

/** Told of each event. `data` is empty for an event whose data was not wanted or was too long. */
export type OnEvent = (event: string, data: string) => void;

/**
 * An incremental reader of server-sent events. It keeps one unfinished line, and of an unfinished event its data, but
 * only when `wanted` says that the data is of use.
 */
export class SseReader {
  readonly #wanted: (event: string) => boolean;
  readonly #onEvent: OnEvent;
  readonly #decoder = new TextDecoder();
  #line = '';
  #event = '';
  #data: string[] = [];
  #length = 0;
  #afterReturn = false;

  constructor(wanted: (event: string) => boolean, onEvent: OnEvent) {
    this.#wanted = wanted;
    this.#onEvent = onEvent;
  }

  /** The next piece of the body. */
  push(piece: Uint8Array | string): void {
    let text = typeof piece === 'string' ? piece : this.#decoder.decode(piece, { stream: true });
    // A line break of two characters can be cut in two.
    if (this.#afterReturn && text.startsWith('\n')) text = text.slice(1);
    if (text === '') return;
    this.#afterReturn = text.endsWith('\r');
    const lines = text.split(/\r\n|\n|\r/);
    for (let index = 0; index < lines.length - 1; index++) {
      this.#readLine(this.#line + lines[index]);
      this.#line = '';
    }
    if (this.#line.length < MAX_LENGTH) this.#line += lines.at(-1);
  }

  #readLine(line: string): void {
    if (line === '') {
      const event = this.#event;
      const data = this.#data.join('\n');
      this.#event = '';
      this.#data = [];
      this.#length = 0;
      if (event !== '') this.#onEvent(event, data);
    } else if (line.startsWith('event:')) {
      this.#event = line.slice(6, MAX_EVENT).trim();
    } else if (line.startsWith('data:') && this.#wanted(this.#event)) {
      const data = line.slice(5).trimStart();
      // With the line break, or lines without data would be kept without end.
      this.#length += data.length + 1;
      if (this.#length < MAX_LENGTH) this.#data.push(data);
    }
  }
}
