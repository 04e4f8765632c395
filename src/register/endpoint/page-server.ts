/** The HTTP server of the endpoint. Nothing of it keeps the process. */
import { EventEmitter } from 'node:events';
import { createServer, type Server } from 'node:http';

/** How long a connection may be silent, in milliseconds. A scraper that does not read would keep a process from its end. */
const SOCKET_TIMEOUT = 10_000;
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** A server of `page` at `/metrics`, which does not listen yet. */
export function createPageServer(page: () => Promise<string>): Server {
  const server = createServer(async (request, response) => {
    // A body is not read, and not objected to.
    request.resume();
    response.on('error', () => {});
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end('Not found. Metrics are at /metrics.\n');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end('Metrics are there to be read: GET or HEAD.\n');
      return;
    }
    try {
      const text = await page();
      response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text);
    } catch {
      response.writeHead(500).end('Metrics could not be collected.\n');
    }
  });
  // Past an HTTP instrumentation of the application, which would make a span of each scrape.
  server.emit = EventEmitter.prototype.emit;
  server.setTimeout(SOCKET_TIMEOUT);
  server.on('connection', (socket) => socket.unref());
  return server;
}
