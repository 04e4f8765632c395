/** A server that responds to every request with given bytes, whether they are HTTP or not. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** A running server. */
export interface RawServer {
  readonly url: string;
  /** The bytes of the response, in pieces. */
  response: readonly Uint8Array[];
}

/** Starts a server that ends with the test. */
export async function startRawServer(): Promise<RawServer> {
  const raw: { url: string; response: readonly Uint8Array[] } = { url: '', response: [] };
  const server = createServer({ noDelay: true }, (socket) => {
    let received = '';
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received += data.toString('latin1');
      const head = received.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (head === -1 || received.length < head + 4 + length) return;
      for (const piece of raw.response) socket.write(piece);
      socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  raw.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return raw;
}

/** A response with `headers` as they are, and `body`; the connection ends with it. */
export function httpResponse(
  status: number,
  headers: ReadonlyArray<readonly [string, Uint8Array | string]>,
  body: Uint8Array | string,
  cuts: readonly number[] = [],
): Uint8Array[] {
  const parts: Uint8Array[] = [Buffer.from(`HTTP/1.1 ${status} Status\r\nconnection: close\r\n`)];
  for (const [name, value] of headers) {
    parts.push(Buffer.from(`${name}: `), Buffer.from(value), Buffer.from('\r\n'));
  }
  parts.push(Buffer.from('\r\n'));
  const pieces: Uint8Array[] = [Buffer.concat(parts)];
  const bytes = Buffer.from(body);
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let at = 0;
  for (const end of [...ends, bytes.length]) {
    if (end > at) pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}
