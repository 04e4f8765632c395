/** A cell of the host matrix: an application from an empty folder, how it is started, and what it must show. */

/** The flag that registers. A word of `start` with `anthropic-otel/register` is left out when the host runs without this package. */
export const REGISTER = '--import=anthropic-otel/register';
/** The same for CommonJS. */
export const REQUIRE = '--require=anthropic-otel/register';

/** Who installs the packages. */
export type Manager = 'npm' | 'pnpm' | 'yarn' | 'yarn-pnp';

/** Counts by label. */
export type Counts = Readonly<Record<string, number>>;

/** The calls and attempts of one visit. */
export interface Expected {
  /** Calls by outcome. */
  readonly calls: Counts;
  /** Attempts by disposition and status. */
  readonly attempts: Counts;
}

/** A host as it is found when its process is up. */
export interface Seen {
  /** A page of the application. @throws when it does not respond */
  get(path: string): Promise<string>;
  /** The text of this package's endpoint, or '' where there is none. */
  scrape(): Promise<string>;
  /** The text of the application's own endpoint, on `OTHER_PORT`. */
  other(): Promise<string>;
  /** With this package, and not without it. */
  readonly observed: boolean;
}

/** One host. */
export interface Cell {
  /** Unique; `--only` looks into it. */
  readonly name: string;
  /** Cheap enough for every run of CI. */
  readonly quick?: true;
  /**
   * Packages beside this one and the SDK, `name@range` as one gives them to npm. A list of lists is installed one after the
   * other; this package comes with the last.
   */
  readonly packages?: readonly string[] | readonly (readonly string[])[];
  /** The SDK to install. @default '@anthropic-ai/sdk@latest'; '' for none */
  readonly sdk?: string;
  /** Arguments for the installation. */
  readonly installFlags?: readonly string[];
  /** @default 'npm' */
  readonly manager?: Manager;
  /** Major version of Node. @default 24 */
  readonly node?: number;
  /** The application's files. A line that ends with `// register` is left out without this package. */
  readonly files: Readonly<Record<string, string>>;
  /** Commands that build the application. They run once, with this package. */
  readonly build?: readonly (readonly string[])[];
  /** The command. `REGISTER` and `REQUIRE` in it are left out without this package. */
  readonly start: readonly string[];
  /** `NODE_OPTIONS` with this package. */
  readonly nodeOptions?: string;
  /** Environment, with and without this package. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * `server`: serves `/work`, which makes the calls, on `PORT`, until SIGTERM. `run`: runs to its end, and is compared in
   * its output and exit code. @default 'server'
   */
  readonly kind?: 'server' | 'run';
  /** What standard output shows when the host is ready, beyond that it responds. */
  readonly ready?: RegExp;
  /** How many `/work` pages are asked for, one after the other. @default 1 */
  readonly visits?: number;
  /** Of one visit; `undefined` for none. @default 2 ok calls, 1 retried, 1 stream */
  readonly expected?: Expected | undefined;
  /**
   * The application keeps ended spans in `globalThis.hostSpans`, as `SPAN_KEEPER` does: those that are there without this
   * package must stay. `joined`: the spans of the attempts must be there too.
   */
  readonly spans?: 'joined' | 'kept';
  /** Problems that only this host can have. */
  readonly check?: (seen: Seen) => Promise<readonly string[]>;
  /** The line that this package may print in place of working. None: it has to work. */
  readonly reports?: RegExp;
  /** Whether the host is run without this package too, for a comparison. @default true */
  readonly bare?: boolean;
  /** Commands that end the host, before SIGTERM. */
  readonly stop?: readonly (readonly string[])[];
  /** Lines of the host's own that come with any telemetry in it. */
  readonly noise?: RegExp;
  /** The longest wait for the first response, in milliseconds. @default 30000 */
  readonly startTimeout?: number;
}

/** A cell that is started by `start`; text is split at its spaces. */
export function cell(
  name: string,
  start: string | readonly string[],
  more: Omit<Cell, 'name' | 'start' | 'quick'>,
): Cell {
  return { name, start: typeof start === 'string' ? start.split(' ') : start, ...more };
}

/** The same, cheap enough for every run of CI. */
export function quick(...args: Parameters<typeof cell>): Cell {
  return { ...cell(...args), quick: true };
}

/** What comes of the usual `/work`: two calls, one with a retry, one stream. */
export const USUAL: Expected = { calls: { ok: 4 }, attempts: { 'ok 200': 4, 'retried 529': 1 } };

/** The result of a cell. */
export interface Result {
  readonly name: string;
  readonly outcome: 'works' | 'reports' | 'FAILS' | 'not run';
  /** The line that was printed; what fails; why it could not run. */
  readonly notes: readonly string[];
  readonly seconds: number;
}
