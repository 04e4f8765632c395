/** A process whose metrics another process serves. */
import { createConnection } from 'node:net';
import { receive, send, type ToMember } from './messages.ts';

/** The connection of a process to the owner of the endpoint. */
export interface MemberOptions {
  /** Whether this process uses the SDK. */
  readonly used: boolean;
  /** The previous slot of this process. */
  readonly slot: number | undefined;
  collect(): Promise<string>;
  /** Called when this process gets another slot. */
  onSlot(slot: number): void;
  /** Called when the owner is gone. `joined` states whether there was one. */
  onEnd(joined: boolean): void;
}

/** A connection to the owner of the endpoint. */
export interface Member {
  /** Reports that this process uses the SDK now. */
  use(): void;
  close(): void;
}

/** The maximum length of a line from the owner, in bytes. */
const MAX_LINE = 1000;
/** How long the owner may take to read a page, in milliseconds. Unread data would prevent the process from ending. */
const WRITE_TIMEOUT = 1000;

/** Connects to the owner at `path`. */
export function joinOwner(path: string, options: MemberOptions): Member {
  const socket = createConnection({ path }).unref();
  let { used } = options;
  let joined = false;
  const reply = (page: string | null): void => {
    send(socket, { page });
    setTimeout(() => {
      if (socket.writableLength > 0) socket.destroy();
    }, WRITE_TIMEOUT).unref();
  };
  socket.once('connect', () => {
    joined = true;
    send(socket, { used, slot: options.slot });
  });
  receive<ToMember>(socket, MAX_LINE, ({ slot, collect }) => {
    if (slot !== undefined) options.onSlot(slot);
    if (collect) options.collect().then(reply, () => reply(null));
  });
  socket.once('close', () => options.onEnd(joined));
  return {
    use() {
      used = true;
      if (joined) send(socket, { used });
    },
    close: () => void socket.destroy(),
  };
}
