/** The HTTP server of the endpoint. It never keeps the process alive. */
import { EventEmitter } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createHandler } from '../../metrics-handler.ts';

/** How long a connection may be silent, in milliseconds. A scraper that does not read would keep a process from its end. */
const SOCKET_TIMEOUT = 10_000;

/** A server of `page` at `/metrics`, which does not listen yet. */
export function createPageServer(page: () => Promise<string>): Server {
  const server = createServer(createHandler(page, {}));
  // Past an HTTP instrumentation of the application, which would make a span of each scrape.
  server.emit = EventEmitter.prototype.emit;
  server.setTimeout(SOCKET_TIMEOUT);
  server.on('connection', (socket) => socket.unref());
  return server;
}
