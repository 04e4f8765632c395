/** The messages between the processes of an endpoint: lines of JSON over a socket. */
import type { Socket } from 'node:net';

/** From a process to the owner of the endpoint. */
export interface ToOwner {
  /** Whether the process uses the SDK. */
  readonly used?: boolean;
  /** The slot of the process under the previous owner. */
  readonly slot?: number | undefined;
  /** The metrics of the process, in response to `collect`. `null` if it has none. */
  readonly page?: string | null;
}

/** From the owner of the endpoint to a process. */
export interface ToMember {
  /** The slot of the process from now on. */
  readonly slot?: number;
  /** Requests the metrics of the process. */
  readonly collect?: true;
}

/** Sends `message`. A closed socket drops it. */
export function send(socket: Socket, message: ToOwner | ToMember): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Passes each message to `take`. A line of more than `limit` bytes, or a line that is not JSON, closes the socket. */
export function receive<Message>(socket: Socket, limit: number, take: (message: Message) => void): void {
  let parts: Buffer[] = [];
  let size = 0;
  socket.on('data', (data: Buffer) => {
    try {
      let rest = data;
      for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
        const line = Buffer.concat([...parts, rest.subarray(0, end)]);
        parts = [];
        size = 0;
        rest = rest.subarray(end + 1);
        take(JSON.parse(line.toString()));
      }
      parts.push(rest);
      size += rest.length;
      if (size > limit) throw new RangeError('too long');
    } catch {
      parts = [];
      socket.destroy();
    }
  });
  // The error needs no handling, because 'close' follows.
  socket.on('error', () => {});
}
