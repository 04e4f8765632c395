/** Reads the HTTP API of Prometheus, or of a compatible engine. */
import { send } from '../http.ts';

/** One series of an instant query. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

/** The API of one Prometheus. */
export class PrometheusApi {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async get<Data>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Data> {
    const query = new URLSearchParams(parameters).toString();
    const { status, body } = await send(`${this.url}/api/v1/${path}${query && `?${query}`}`);
    const { data, error } = (body ?? {}) as { data?: Data; error?: string };
    if (status !== 200 || data === undefined) {
      throw new Error(`it responds with ${status}${error ? `: ${error}` : ''} to ${path}`);
    }
    return data;
  }

  /** The same, for paths that not every engine has: Mimir has no targets, and sends notifications itself. */
  async getIfKnown<Data>(
    path: string,
    parameters?: Readonly<Record<string, string>>,
  ): Promise<Data | undefined> {
    const { status } = await send(`${this.url}/api/v1/${path}`);
    return status === 404 || status === 501 ? undefined : this.get<Data>(path, parameters);
  }

  /** The result of an instant query. */
  async query(expression: string): Promise<readonly Sample[]> {
    return (await this.get<{ result: Sample[] }>('query', { query: expression })).result;
  }
}
