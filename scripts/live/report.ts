/** What the live run shows: steps, checks and figures. Colors only on a terminal, and not with NO_COLOR. */
import { styleText } from 'node:util';

/** One thing that was checked. */
export interface Checked {
  readonly what: string;
  readonly ok: boolean;
}

/** Prints, and remembers what was checked and measured. */
export class Report {
  readonly #stream: NodeJS.WriteStream;
  readonly #checks: Checked[] = [];
  readonly #seconds: Record<string, number> = {};

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Something that happens. */
  step = (text: string): void => this.#line(styleText('dim', `… ${text}`, { stream: this.#stream }));

  /** The beginning of a part. */
  part(title: string): void {
    this.#line();
    this.#line(styleText('bold', title, { stream: this.#stream }));
  }

  /** Something that must be true. */
  check(what: string, ok: boolean): void {
    this.#checks.push({ what, ok });
    this.#line(
      ok
        ? styleText('green', `  ✓ ${what}`, { stream: this.#stream })
        : styleText('red', `  ✗ ${what}`, { stream: this.#stream }),
    );
  }

  /** How long a page took, in seconds from the attempt that caused it. A figure: it decides nothing. */
  measured(alert: string, seconds: number): void {
    this.#seconds[alert] = seconds;
    this.#line(`    notified ${seconds.toFixed(2)} s after the attempt that caused it`);
  }

  total(): void {
    const failed = this.#checks.filter(({ ok }) => !ok).length;
    this.#line();
    this.#line(`${this.#checks.length - failed} of ${this.#checks.length} checks hold`);
  }

  summary(): { ok: boolean; checks: readonly Checked[]; seconds_to_notification: Record<string, number> } {
    return {
      ok: this.#checks.every(({ ok }) => ok),
      checks: this.#checks,
      seconds_to_notification: this.#seconds,
    };
  }

  #line(text = ''): void {
    this.#stream.write(`${text}\n`);
  }
}
