/** Serves the metrics of this process from the application's HTTP server. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expected, isObject, isText } from './checks.ts';
import { getProcessWide, setProcessWide } from './ports/process-wide.ts';

/** How the metrics are served. */
export interface MetricsHandlerOptions {
  /**
   * The path of the metrics, as the handler sees it. Other paths go to `next()`, or get a 404 if there is none.
   * @default '/metrics'
   */
  readonly path?: string;
  /**
   * Serves the metrics only if the request names this host, such as `metrics.internal` or, with a port, `localhost:8080`. Other hosts go to
   * `next()`, or get a 404. The client states the host, so this option distinguishes the names of one server and blocks web pages that rebind a
   * name. To control who may read the metrics, use `token` or `basicAuth`.
   * @default every host
   */
  readonly host?: string;
  /** Requires `Authorization: Bearer <token>`. */
  readonly token?: string;
  /** Requires this user and password. If `token` is also set, either is enough. */
  readonly basicAuth?: { readonly username: string; readonly password: string };
}

/** A listener of `node:http`, and a middleware of Express and Connect. */
export type MetricsHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

type Text = () => Promise<string>;

const TEXT = Symbol.for('anthropic-otel.metrics-text');
/** Below this, in bytes, compression costs more than it saves. */
const MIN_GZIP = 1024;
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const NAMES = ['path', 'host', 'token', 'basicAuth'];
/** The port of a host, if it names one; an IPv6 address is in brackets. */
const PORT = /:\d*$/;

/** Makes the metrics that `register` records available to {@link metricsHandler}, in every copy of this package. */
export function shareMetrics(text: Text): void {
  setProcessWide(TEXT, text);
}

/**
 * Returns a handler that serves the metrics of `anthropic-otel/register` in the Prometheus text format, for applications that already have an
 * HTTP server. It accepts GET and HEAD, compresses if the scraper accepts gzip, and never throws. If `register` has not started, it
 * responds with 503.
 *
 * The handler replaces the endpoint of `register` on port 9464; turn that off with `ANTHROPIC_OTEL_ENDPOINT=false`. The handler serves
 * only this process, so Prometheus has to scrape each process of a cluster.
 *
 * @throws TypeError for a wrong option, naming it and what was expected
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { metricsHandler } from 'anthropic-otel';
 *
 * createServer(metricsHandler({ token: process.env.METRICS_TOKEN })).listen(8080);
 * // Express: app.use(metricsHandler());
 * // Fastify: app.get('/metrics', (request, reply) => { reply.hijack(); handler(request.raw, reply.raw); });
 * ```
 */
export function metricsHandler(options: MetricsHandlerOptions = {}): MetricsHandler {
  checkOptions(options);
  return createHandler(() => (getProcessWide(TEXT) as Text | undefined)?.(), options);
}

/** A handler of `text`; `undefined` instead of a promise: there is none. */
export function createHandler(
  text: () => Promise<string> | undefined,
  { path = '/metrics', host, token, basicAuth }: MetricsHandlerOptions,
): MetricsHandler {
  const accepted = [
    ...(token === undefined ? [] : [`Bearer ${token}`]),
    ...(basicAuth === undefined
      ? []
      : [`Basic ${Buffer.from(`${basicAuth.username}:${basicAuth.password}`).toString('base64')}`]),
  ];
  const challenge = token === undefined ? 'Basic realm="metrics", charset="UTF-8"' : 'Bearer realm="metrics"';
  return (request, response, next) => {
    response.on('error', () => {});
    if (request.url?.split('?')[0] !== path || !isHost(host, request.headers.host)) {
      if (next) return next();
      // A body is not read, and not objected to.
      request.resume();
      return end(response, 404, {}, `Not found. Metrics are at ${path}.\n`);
    }
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return end(response, 405, { allow: 'GET, HEAD' }, 'Use GET or HEAD to read the metrics.\n');
    }
    if (accepted.length > 0 && !accepted.some((each) => isSame(each, request.headers.authorization))) {
      return end(response, 401, { 'www-authenticate': challenge }, 'Metrics need authorization.\n');
    }
    serve(text, request, response).catch(() => end(response, 500, {}, 'Metrics could not be collected.\n'));
  };
}

async function serve(
  text: () => Promise<string> | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const promise = text();
  if (!promise)
    return end(response, 503, {}, 'No metrics: anthropic-otel/register has not started in this process.\n');
  const page = await promise;
  const headers = { 'content-type': CONTENT_TYPE, 'cache-control': 'no-store', vary: 'accept-encoding' };
  if (page.length < MIN_GZIP || !acceptsGzip(request.headers['accept-encoding']))
    return end(response, 200, headers, page);
  const { gzip } = process.getBuiltinModule('node:zlib');
  const compressed = await new Promise<Buffer>((resolve, reject) => {
    gzip(page, { level: 1 }, (error, result) => (error ? reject(error) : resolve(result)));
  });
  end(response, 200, { ...headers, 'content-encoding': 'gzip' }, compressed);
}

/** The length is that of the body also for HEAD, for which Node sends none. */
function end(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...headers,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Whether a request for `given` is one for `host`. Without a port, any port is meant. */
function isHost(host: string | undefined, given = ''): boolean {
  if (host === undefined) return true;
  return (PORT.test(host) ? given : given.replace(PORT, '')).toLowerCase() === host.toLowerCase();
}

/** `gzip` or `*`, unless with a quality of zero. */
function acceptsGzip(header: string | string[] | undefined): boolean {
  const codings = String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((each) => each.split(';').map((part) => part.trim()));
  const weight = (name: string): number | undefined => {
    const coding = codings.find(([coded]) => coded === name);
    return coding && Number(/^q=([\d.]+)$/.exec(coding[1] ?? '')?.[1] ?? 1);
  };
  return (weight('gzip') ?? weight('*') ?? 0) > 0;
}

/** Compares in a time that does not depend on where the two differ. */
function isSame(secret: string, given: string | undefined): boolean {
  const { createHash, timingSafeEqual } = process.getBuiltinModule('node:crypto');
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const [scheme = '', ...rest] = (given ?? '').split(' ');
  const canonical = [scheme.charAt(0).toUpperCase() + scheme.slice(1).toLowerCase(), ...rest].join(' ');
  return timingSafeEqual(digest(secret), digest(canonical));
}

function checkOptions(options: MetricsHandlerOptions): void {
  if (!isObject(options)) throw expected('options', 'an object', options);
  for (const name of Object.keys(options)) {
    if (!NAMES.includes(name))
      throw new TypeError(
        `anthropic-otel: metricsHandler has no option \`${name}\`; use one of ${NAMES.join(', ')}`,
      );
  }
  const { path, host, token, basicAuth } = options;
  if (path !== undefined && !(isText(path) && path.startsWith('/')))
    throw expected('path', 'a path that starts with a slash', path);
  if (host !== undefined && !(isText(host) && URL.canParse(`http://${host}/`) && !/[/?#@\s]/.test(host)))
    throw expected('host', 'a host, such as metrics.internal or localhost:8080', host);
  // The message does not show the value: a wrong value may contain part of the secret.
  if (token !== undefined && !isText(token)) throw expected('token', 'a non-empty string', typeof token);
  if (
    basicAuth !== undefined &&
    !(isObject(basicAuth) && isText(basicAuth.username) && isText(basicAuth.password))
  ) {
    throw expected('basicAuth', 'an object with the strings `username` and `password`', typeof basicAuth);
  }
}
