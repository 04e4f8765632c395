/** Serves the page, the committed dashboards, Grafana's icons, and a Prometheus behind `/prometheus`. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HERE = fileURLToPath(new URL('..', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** The font of Grafana, of any weight: the components measure with it. */
const FONT = 'node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2';
/** The dashboards, in the order of the links at the top. */
export const UIDS: readonly string[] = [
  'triage',
  'errors',
  'latency',
  'rate-limits',
  'cost',
  'telemetry',
].map((name) => `anthropic-${name}`);

/** What the page is served with. */
export interface ServerOptions {
  readonly port: number;
  /** Where the bundle lies. */
  readonly bundle: string;
  readonly prometheusUrl: string;
  /** The end of the time range in Unix milliseconds; absent for now. */
  readonly now?: number;
  /** Begin of the time range; absent for each dashboard's own. */
  readonly from?: string;
  readonly scrapeInterval: number;
  /** Whether collapsed rows are drawn open. */
  readonly openRows?: boolean;
}

/**
 * Starts to serve on loopback.
 *
 * @throws when the port is taken
 */
export async function serve(options: ServerOptions): Promise<Server> {
  const server = createServer((request, response) => {
    respond(request, options).then(
      ({ type, body }) => response.setHeader('content-type', type).end(body),
      (problem: unknown) => {
        response.statusCode = (problem as { code?: string }).code === 'ENOENT' ? 404 : 502;
        response.end(String(problem));
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return server;
}

async function respond(
  request: IncomingMessage,
  options: ServerOptions,
): Promise<{ type: string; body: string | Buffer }> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/settings') return { type: 'application/json', body: await settings(options) };
  if (pathname.startsWith('/prometheus/'))
    return proxy(request, options.prometheusUrl + pathname.slice('/prometheus'.length));
  const file = fileOf(normalize(pathname), options.bundle);
  return { type: TYPES[extname(file)] ?? 'application/octet-stream', body: await readFile(file) };
}

function fileOf(pathname: string, bundle: string): string {
  if (pathname === '/') return join(HERE, 'src/page.html');
  if (/\/Inter-\w+\.woff2$/.test(pathname)) return join(HERE, FONT);
  if (pathname.startsWith('/dashboards/')) return join(ROOT, pathname);
  // The icons of `@grafana/ui` are asked for below public/.
  if (pathname.includes('/img/'))
    return join(HERE, 'node_modules/@grafana/ui/dist/public', pathname.slice(pathname.indexOf('/img/')));
  return join(bundle, pathname);
}

async function settings({ now, from, scrapeInterval, openRows }: ServerOptions): Promise<string> {
  const titles = await Promise.all(
    UIDS.map(
      async (uid) =>
        [uid, JSON.parse(await readFile(join(ROOT, `dashboards/${uid}.json`), 'utf8')).title] as const,
    ),
  );
  return JSON.stringify({ now, from, scrapeInterval, openRows, titles: Object.fromEntries(titles) });
}

async function proxy(request: IncomingMessage, url: string): Promise<{ type: string; body: Buffer }> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.concat(parts),
  });
  return { type: 'application/json', body: Buffer.from(await response.arrayBuffer()) };
}
