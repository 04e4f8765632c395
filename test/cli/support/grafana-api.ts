/** The part of Grafana's HTTP API that `push` and `doctor` use, as its reference documents it. Grafana itself cannot be installed from a package registry. */
import { startServer } from '../../helpers/process.ts';

/** What the server has. */
export interface GrafanaApi {
  readonly url: string;
  readonly folders: Map<string, string>;
  readonly dashboards: Map<string, { dashboard: Record<string, unknown>; folder: string }>;
  /** Requests that change something, as `METHOD path`. */
  readonly writes: string[];
  dataSources: { type: string }[];
}

/** The tokens of service accounts begin so. */
const TOKEN = /^Bearer glsa_/;

/** Starts the server. It asks for a token, such as `glsa_test`. */
export async function startGrafanaApi(): Promise<GrafanaApi> {
  const api: Omit<GrafanaApi, 'url'> = {
    folders: new Map(),
    dashboards: new Map(),
    writes: [],
    dataSources: [{ type: 'prometheus' }],
  };
  const url = await startServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const reply = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const { method = 'GET', url: path = '/' } = request;
    if (!TOKEN.test(request.headers.authorization ?? '')) return reply(401, { message: 'Unauthorized' });
    if (method === 'POST') api.writes.push(`${method} ${path}`);
    const uid = path.split('/').at(-1) ?? '';
    if (method === 'GET' && path.startsWith('/api/folders/')) {
      return api.folders.has(uid) ? reply(200, { uid }) : reply(404, { message: 'folder not found' });
    }
    if (method === 'GET' && path.startsWith('/api/dashboards/uid/')) {
      const stored = api.dashboards.get(uid);
      if (!stored) return reply(404, { message: 'Dashboard not found' });
      return reply(200, { dashboard: stored.dashboard, meta: { folderUid: stored.folder } });
    }
    if (method === 'GET' && path === '/api/datasources') return reply(200, api.dataSources);
    if (method === 'POST' && path === '/api/folders') {
      const folder = JSON.parse(text) as { uid: string; title: string };
      api.folders.set(folder.uid, folder.title);
      return reply(200, folder);
    }
    if (method === 'POST' && path === '/api/dashboards/db') {
      const { dashboard, folderUid } = JSON.parse(text) as {
        dashboard: Record<string, unknown>;
        folderUid: string;
      };
      if (!api.folders.has(folderUid)) return reply(400, { message: 'folder not found' });
      const key = String(dashboard['uid']);
      const version = Number(api.dashboards.get(key)?.dashboard['version'] ?? 0) + 1;
      api.dashboards.set(key, { dashboard: { ...dashboard, id: 7, version }, folder: folderUid });
      return reply(200, { uid: key, version, status: 'success' });
    }
    return reply(404, { message: 'Not found' });
  });
  return Object.assign(api, { url });
}
