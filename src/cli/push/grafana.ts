/** A client for the part of Grafana's HTTP API that stores folders and dashboards. */
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../command.ts';
import { type Reply, type Request, send } from '../http.ts';

/** A dashboard's JSON model. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
}

/** A dashboard in Grafana, and the uid of its folder. */
export interface Stored {
  readonly dashboard: object;
  readonly folder: string;
}

/** A client for one Grafana. */
export class Grafana {
  readonly url: string;
  readonly #token: string | undefined;

  /** @param token - of a service account, which needs the role Editor to push; `undefined` for no authentication */
  constructor(url: string, token: string | undefined) {
    this.url = url;
    this.#token = token;
  }

  /** Creates the folder if it does not exist. */
  async ensureFolder(uid: string, title: string): Promise<'present' | 'created'> {
    const { status, body } = await this.#send(`/api/folders/${encodeURIComponent(uid)}`, {}, [404]);
    if (status !== 404) {
      if ((body as { uid?: string }).uid !== uid) throw noGrafana(this.url);
      return 'present';
    }
    await this.#send('/api/folders', { method: 'POST', body: { uid, title } });
    return 'created';
  }

  /** The dashboard with this uid, and its folder. */
  async dashboard(uid: string): Promise<Stored | undefined> {
    const { status, body } = await this.#send(`/api/dashboards/uid/${uid}`, {}, [404]);
    if (status === 404) return undefined;
    const { dashboard, meta } = body as { dashboard?: object; meta?: { folderUid?: string } };
    if (typeof dashboard !== 'object') throw noGrafana(this.url);
    return { dashboard, folder: meta?.folderUid ?? '' };
  }

  async saveDashboard(dashboard: Dashboard, folderUid: string, message: string): Promise<void> {
    const body = { dashboard, folderUid, overwrite: true, message };
    await this.#send('/api/dashboards/db', { method: 'POST', body });
  }

  /** The types of the data sources, or `undefined` if the token may not read them. */
  async dataSourceTypes(): Promise<readonly string[] | undefined> {
    const { status, body } = await this.#send('/api/datasources', {}, [401, 403]);
    return status === 200 && Array.isArray(body)
      ? (body as { type: string }[]).map(({ type }) => type)
      : undefined;
  }

  async #send(path: string, request: Request, expected: readonly number[] = []): Promise<Reply> {
    const headers = this.#token ? { authorization: `Bearer ${this.#token}` } : {};
    const reply = await send(`${this.url}${path}`, { ...request, headers });
    if (expected.includes(reply.status)) return reply;
    if (reply.status < 300) {
      if (typeof reply.body !== 'object' || reply.body === null) throw noGrafana(this.url);
      return reply;
    }
    throw new UserError(
      `Grafana responded with ${reply.status} to ${path}: ${messageOf(reply.body)}`,
      fixOf(reply.status),
    );
  }
}

/** Whether Grafana already has `dashboard`. Grafana adds its own id and version to each dashboard. */
export function isSame(stored: object, dashboard: object): boolean {
  const plain = (value: object): object => {
    const { id: _id, version: _version, ...rest } = value as Record<string, unknown>;
    return JSON.parse(JSON.stringify(rest)) as object;
  };
  return isDeepStrictEqual(plain(stored), plain(dashboard));
}

function noGrafana(url: string): UserError {
  return new UserError(`${url} is not a Grafana: its responses come from another program`, fixOf(404));
}

function messageOf(body: unknown): string {
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : String(body).slice(0, 200) || 'no message';
}

function fixOf(status: number): string | undefined {
  if (status === 401) return 'Set GRAFANA_TOKEN to the token of a service account in this Grafana.';
  if (status === 403) return 'Give the service account of GRAFANA_TOKEN the role Editor.';
  if (status === 404) return 'Check the address. Use the address of the start page of Grafana.';
  if (status === 412 || status === 409)
    return 'The dashboard is provisioned from a file. Change it there, or remove it there first.';
  return undefined;
}
