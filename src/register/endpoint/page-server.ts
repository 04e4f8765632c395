/** The HTTP server of the endpoint. It never keeps the process alive. */
import { EventEmitter } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createHandler } from '../../metrics-handler.ts';

/** How long a connection may be idle, in milliseconds. A scraper that does not read would prevent the process from ending. */
const SOCKET_TIMEOUT = 10_000;

/** Creates a server for `page` at `/metrics` that does not listen yet. */
export function createPageServer(page: () => Promise<string>): Server {
  const server = createServer(createHandler(page, {}));
  // Bypasses an HTTP instrumentation of the application, which would create a span for each scrape.
  server.emit = EventEmitter.prototype.emit;
  server.setTimeout(SOCKET_TIMEOUT);
  server.on('connection', (socket) => socket.unref());
  return server;
}
