/** A winston transport that writes to a standard stream of the process, and never fails it. */
import Transport from 'winston-transport';
import { type StandardStream, writeLine } from './standard-stream.ts';

/** Where winston keeps the finished line of a record. */
const MESSAGE = Symbol.for('message');

/** Writes each record as a line to the standard stream `name`. The first problem is told to `onError`. */
export class StreamTransport extends Transport {
  readonly #name: StandardStream;
  #onError: (problem: unknown) => void;

  constructor(name: StandardStream, onError: (problem: unknown) => void) {
    super();
    this.#name = name;
    this.#onError = onError;
  }

  override log(info: Record<PropertyKey, unknown>, done: () => void): void {
    writeLine(this.#name, String(info[MESSAGE]), (problem) => {
      this.#onError(problem);
      this.#onError = () => {};
    });
    done();
  }
}
