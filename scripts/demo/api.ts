/**
 * The local stand-in for the Claude API as a process of its own, for `docker-compose.yml`: mostly healthy, now and then a
 * fault. `PORT` is its port on all interfaces of the container.
 */
import { connect, createServer } from 'node:net';
import { respond, startAnthropicServer } from '../../src/testing/index.ts';

const api = await startAnthropicServer({ keepRequests: 100 });
api.faults(
  { rate: 0.02, responses: [respond.error(429)] },
  { rate: 0.01, responses: [respond.error(500), respond.error(529), respond.sseError('overloaded_error')] },
);
const port = Number(process.env['PORT'] ?? 8081);
await forward(port, api.port);
console.log(`Claude API stand-in on port ${port}`);

/** Forwards every connection to `port`, on all interfaces, to `target`, a server that listens on loopback only. */
function forward(port: number, target: number): Promise<void> {
  const server = createServer((inside) => {
    const outside = connect(target, '127.0.0.1');
    for (const socket of [inside, outside]) {
      socket.on('error', () => {
        inside.destroy();
        outside.destroy();
      });
    }
    inside.pipe(outside).pipe(inside);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '0.0.0.0', resolve);
  });
}
