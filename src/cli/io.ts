/** The input and output of a command. */
import { styleText } from 'node:util';

/** Formats of `styleText`. */
export type Format = Parameters<typeof styleText>[0];

/** The streams and environment of a command. Results go to standard output, everything else to standard error. */
export interface Io {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether the result is requested as JSON. */
  readonly json: boolean;
  /** Prints a line of the result. Does nothing with `--json`. */
  print(line?: string): void;
  /** Prints the result with `--json`. Does nothing otherwise. */
  printJson(result: unknown): void;
  /** Prints a line about the progress of the work. */
  note(line: string): void;
  /** Styles `text` if standard output is a terminal and NO_COLOR is unset. */
  style(format: Format, text: string): string;
  /** Awaits `work`, and prints `text` if it takes longer than a second. */
  progress<Result>(text: string, work: Promise<Result>): Promise<Result>;
}

/** The delay before progress is shown, and the interval after that, in milliseconds. */
const PROGRESS_AFTER = 1000;
const PROGRESS_EVERY = 10_000;

/** The streams of this process. */
export function processIo(json: boolean): Io {
  const note = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  // Keeps the original, because standard output is redirected while a configuration is read.
  const write = process.stdout.write.bind(process.stdout);
  return {
    cwd: process.cwd(),
    env: process.env,
    json,
    print(line = '') {
      if (!json) write(`${line}\n`);
    },
    printJson(result) {
      if (json) write(`${JSON.stringify(result, undefined, 2)}\n`);
    },
    note,
    style: (format, text) => styleText(format, text, { stream: process.stdout }),
    async progress(text, work) {
      const start = Date.now();
      const show = (): void => note(`… ${text} (${Math.round((Date.now() - start) / 1000)} s)`);
      let timer = setTimeout(() => {
        show();
        timer = setInterval(show, PROGRESS_EVERY);
      }, PROGRESS_AFTER);
      try {
        return await work;
      } finally {
        clearInterval(timer);
      }
    },
  };
}
