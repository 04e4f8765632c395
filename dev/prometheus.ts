/** Starts a Prometheus, and sends queries to it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort, start, stop, waitForUrl } from './processes.ts';
import { findPrometheusTools } from './prometheus-tools.ts';

/** One series of a query's result. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Times in seconds, and values. */
  readonly values: readonly (readonly [time: number, value: number])[];
}

/** The HTTP API of a Prometheus. Every method throws an Error with its message when it rejects the query. */
export interface PrometheusApi {
  readonly url: string;
  /** The `data` that the API returns for `path`, as in `rules`. */
  get(path: string, parameters?: Readonly<Record<string, string>>): Promise<unknown>;
  /** The value of a query with one result; 0 when it has none. */
  number(expression: string): Promise<number>;
  /** The result of an instant query, at `time` in seconds or now. */
  instant(expression: string, time?: number): Promise<Series[]>;
  /** The result of a range query. All times are in seconds. */
  range(expression: string, from: number, to: number, step: number): Promise<Series[]>;
}

/** A Prometheus that this process started. */
export interface Prometheus extends PrometheusApi, AsyncDisposable {
  /** Replaces its configuration, and resolves when it is in effect. */
  configure(config: object): Promise<void>;
  /** CPU seconds that it has used, by `/proc`; `undefined` where there is none. */
  cpuSeconds(): Promise<number | undefined>;
}

/** What is to be started. */
export interface PrometheusOptions {
  /** Its configuration file, which can name each of `files`. */
  readonly config: object;
  /** Other files beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** More arguments of the program. */
  readonly args?: readonly string[];
  /** A folder whose `data` it reads; without it, a new one, which is deleted at the end. */
  readonly folder?: string;
  readonly onProgress?: (line: string) => void;
  /** Another Prometheus than the one of this machine. */
  readonly program?: string;
}

/** Clock ticks in a second, as `/proc` counts them on every Linux. */
const TICKS = 100;

/** Starts a Prometheus on a free port of loopback, and resolves when it is ready. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const program = options.program ?? (await findPrometheusTools(options.onProgress)).prometheus;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'prometheus-')));
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  for (const [name, text] of Object.entries(options.files ?? {})) await write(name, text);
  const writeConfig = (config: object): Promise<void> =>
    write('prometheus.yaml', stringify(config, { aliasDuplicateObjects: false }));
  await writeConfig(options.config);
  const address = `127.0.0.1:${await freePort()}`;
  const child = start(
    program,
    [
      '--config.file=prometheus.yaml',
      '--storage.tsdb.path=data',
      `--web.listen-address=${address}`,
      '--web.enable-lifecycle',
      ...(options.args ?? []),
    ],
    { cwd: folder },
  );
  const url = `http://${address}`;
  await waitForUrl(`${url}/-/ready`, child);
  return {
    ...prometheusApi(url),
    async configure(config) {
      await writeConfig(config);
      const response = await fetch(`${url}/-/reload`, { method: 'POST' });
      if (!response.ok) throw new Error(await response.text());
    },
    async cpuSeconds() {
      const text = await readFile(`/proc/${child.process.pid}/stat`, 'utf8').catch(() => undefined);
      // After the name in parentheses; user and system time are its 12th and 13th field.
      const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
      return fields && (Number(fields[11]) + Number(fields[12])) / TICKS;
    },
    async [Symbol.asyncDispose]() {
      await stop(child.process);
      if (!options.folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The API of the Prometheus at `url`. */
export function prometheusApi(url: string): PrometheusApi {
  const get: PrometheusApi['get'] = async (path, parameters) => {
    const response = await fetch(
      `${url}/api/v1/${path}`,
      // By POST: an expression can be longer than a URL.
      parameters && { method: 'POST', body: new URLSearchParams(parameters) },
    );
    const body = (await response.json()) as { status: string; data: unknown; error?: string };
    if (body.status !== 'success') throw new Error(`${path}: ${body.error}`);
    return body.data;
  };
  const series = async (path: string, parameters: Record<string, string>): Promise<Series[]> => {
    const { result } = (await get(path, parameters)) as { result: RawSeries[] };
    return result.map(({ metric, value, values }) => ({
      metric,
      values: (values ?? (value ? [value] : [])).map(([time, text]) => [time, Number(text)] as const),
    }));
  };
  const instant: PrometheusApi['instant'] = (query, time) =>
    series('query', { query, ...(time !== undefined && { time: String(time) }) });
  return {
    url,
    get,
    instant,
    number: async (expression) => (await instant(expression))[0]?.values[0]?.[1] ?? 0,
    range: (query, start, end, step) =>
      series('query_range', { query, start: String(start), end: String(end), step: String(step) }),
  };
}

interface RawSeries {
  readonly metric: Record<string, string>;
  readonly value?: [number, string];
  readonly values?: [number, string][];
}
