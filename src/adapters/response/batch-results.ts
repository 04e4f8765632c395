/** Reads the results of a Message Batch, one JSON object per line, while the application reads them. */
import { type BatchResult, batchResultOf } from '../../model/batch.ts';
import type { Guard } from '../../ports/guard.ts';
import { field, parseJson } from '../parse-json.ts';
import { messageFacts } from './message.ts';
import { type BodyObserver, observeResponse } from './observe-response.ts';

/** The maximum length of a line that is parsed, in UTF-16 units. From a longer line, only the type of the result is read. */
const MAX_LINE = 8 * 1024 * 1024;

/** How much of a too long line is kept. Its type is at the start. */
const BEGINNING = 1024;

/** The maximum number of batches whose counted results are remembered. */
const MAX_BATCHES = 1000;

const TYPE = /"result":\s*\{\s*"type":\s*"(\w{1,40})"/;

/** The number of results already counted, by the URL of the batch's results. Reading them again does not bill them again. */
const counted = new Map<string, number>();

/** Calls `onResult` with each result that is read from `response` for the first time. */
export function observeBatchResults(
  guard: Guard,
  url: string,
  response: Response,
  onResult: (result: BatchResult) => void,
): void {
  observeResponse(response, new BatchResults(guard, url, onResult));
}

class BatchResults implements BodyObserver {
  readonly #guard: Guard;
  readonly #url: string;
  readonly #onResult: (result: BatchResult) => void;
  readonly #decoder = new TextDecoder();
  #line = '';
  #tooLong = false;
  #lines = 0;

  constructor(guard: Guard, url: string, onResult: (result: BatchResult) => void) {
    this.#guard = guard;
    this.#url = url;
    this.#onResult = onResult;
  }

  piece(bytes: Uint8Array | string): void {
    this.#guard.run('call', () => {
      const text = typeof bytes === 'string' ? bytes : this.#decoder.decode(bytes, { stream: true });
      const lines = text.split('\n');
      for (let index = 0; index < lines.length - 1; index++) {
        this.#add(lines[index] ?? '');
        this.#endLine();
      }
      this.#add(lines.at(-1) ?? '');
    });
  }

  json(): void {}

  text(value: string): void {
    this.piece(value);
  }

  bytes(value: Uint8Array): void {
    this.piece(value);
  }

  completed(): void {
    this.#guard.run('call', () => this.#endLine());
  }

  failed(): void {}

  closed(): void {}

  #add(text: string): void {
    if (this.#tooLong) return;
    this.#line += text;
    if (this.#line.length <= MAX_LINE) return;
    this.#line = this.#line.slice(0, BEGINNING);
    this.#tooLong = true;
  }

  #endLine(): void {
    const line = this.#line;
    const tooLong = this.#tooLong;
    this.#line = '';
    this.#tooLong = false;
    if (line.trim() === '' || !this.#isNew()) return;
    if (tooLong) {
      const type = TYPE.exec(line)?.[1];
      if (type !== undefined) this.#onResult({ type: batchResultOf(type) });
      return;
    }
    const result = field(parseJson(line), 'result');
    const type = field(result, 'type');
    if (typeof type !== 'string') return;
    const message = field(result, 'message');
    this.#onResult({
      type: batchResultOf(type),
      ...(message !== undefined && { message: messageFacts(message) }),
    });
  }

  /**
   * Whether the current line was not counted before. The results are an immutable file, so a second read repeats the lines that were
   * counted.
   */
  #isNew(): boolean {
    this.#lines++;
    const before = counted.get(this.#url) ?? 0;
    if (this.#lines <= before) return false;
    counted.delete(this.#url);
    counted.set(this.#url, this.#lines);
    const [oldest] = counted.keys();
    if (counted.size > MAX_BATCHES && oldest !== undefined) counted.delete(oldest);
    return true;
  }
}
