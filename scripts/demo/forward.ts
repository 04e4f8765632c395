/** Makes a server that listens on loopback reachable from other containers. */
import { connect, createServer } from 'node:net';

/** Forwards every connection to `port`, on all interfaces, to `target` on loopback. */
export function forward(port: number, target: number): Promise<void> {
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
