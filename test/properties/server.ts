/** A server that responds by script, byte by byte, and keeps its own ledger of what came over the wire. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { bytesOf } from './bytes.ts';
import { isSelfDelimiting, keepsOpen, type Reply, redirects } from './plan.ts';

/** The header that states which call a request belongs to. */
export const CALL_HEADER = 'x-property-call';

/** How long the server holds a reply back for a client that should go, in milliseconds. */
const LONGEST_HOLD = 800;

/** A request as it came over the wire, and what became of its reply. */
export interface WireAttempt {
  readonly request: string;
  readonly retryCount: string | undefined;
  readonly headerNames: readonly string[];
  readonly body: string;
  readonly reply: Reply;
  /** The status that the client can have seen. */
  status: number | undefined;
  /** Whether the client closed the connection while the server waited for that; else `undefined`. */
  clientClosed: boolean | undefined;
  /** Resolves when the server has nothing more to send to it. */
  idle: Promise<void>;
}

interface Script {
  readonly replies: readonly Reply[];
  readonly after: Reply;
  readonly attempts: WireAttempt[];
  readonly onAttempt: (number: number) => void;
}

/** The server of all sessions of a process. */
export class ScriptedServer {
  readonly #server: Server;
  readonly #scripts = new Map<string, Script>();

  private constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  static async start(): Promise<ScriptedServer> {
    const started = new ScriptedServer();
    started.#server.listen(0, '127.0.0.1', 4096);
    await once(started.#server, 'listening');
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Plans the responses to the attempts of `call`: `replies`, and then by `after`. Returns its ledger. */
  script(
    call: string,
    replies: readonly Reply[],
    after: Reply,
    onAttempt: (number: number) => void,
  ): readonly WireAttempt[] {
    const attempts: WireAttempt[] = [];
    this.#scripts.set(call, { replies, after, attempts, onAttempt });
    return attempts;
  }

  close(): void {
    this.#server.close();
  }

  #serve(socket: Socket): void {
    let received = '';
    let responding = false;
    const serve = async (): Promise<void> => {
      const head = received.indexOf('\r\n\r\n');
      const length = Number(/^content-length: (\d+)/im.exec(received.slice(0, head))?.[1] ?? 0);
      const end = head + 4 + length;
      if (responding || head === -1 || received.length < end) return;
      responding = true;
      const { idle, reply } = this.#respond(
        socket,
        received.slice(0, head).split('\r\n'),
        received.slice(head + 4, end),
      );
      received = received.slice(end);
      await idle;
      responding = !keepsOpen(reply);
      return serve();
    };
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received += data.toString('latin1');
      void serve();
    });
  }

  #respond(socket: Socket, [request = '', ...lines]: string[], body: string): WireAttempt {
    const headers = new Map(lines.map((line) => [name(line), line.slice(line.indexOf(':') + 1).trim()]));
    const script = this.#scripts.get(headers.get(CALL_HEADER) ?? '');
    if (!script) throw new Error(`a request of no known call: ${request}`);
    const reply = script.replies[script.attempts.length] ?? script.after;
    const attempt: WireAttempt = {
      request,
      retryCount: headers.get('x-stainless-retry-count'),
      headerNames: [...headers.keys()].sort(),
      body,
      reply,
      status: undefined,
      clientClosed: undefined,
      idle: Promise.resolve(),
    };
    script.attempts.push(attempt);
    script.onAttempt(script.attempts.length);
    attempt.idle = send(socket, attempt);
    return attempt;
  }
}

async function send(socket: Socket, attempt: WireAttempt): Promise<void> {
  const { reply } = attempt;
  const { head, pieces, hold } = bytesOf(reply);
  switch (reply.head) {
    case 'none':
      return void socket.end();
    case 'reset':
      return void socket.resetAndDestroy();
    case 'cut':
      return void socket.end(head.subarray(0, head.length / 2));
    case 'huge':
      return void socket.end(`HTTP/1.1 200 OK\r\nx-huge: ${'h'.repeat(20_000)}\r\n\r\n`);
    case 'no-http':
      return void socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    case 'hang':
      attempt.clientClosed = await closed(socket);
      return void socket.destroy();
  }
  // `fetch` goes on by itself, or fails.
  attempt.status = redirects(reply) ? undefined : reply.status;
  socket.write(head);
  for (const [index, piece] of pieces.entries()) {
    if (index === hold && !(await held(socket, attempt))) return;
    socket.write(piece);
    if (pieces.length > 1) await wait(1);
  }
  if (hold === pieces.length && !(await held(socket, attempt))) return;
  // The client ends the connection after a body whose end it sees: Node fails an assertion when both do, in the middle of much.
  if (!isSelfDelimiting(reply)) socket.end();
}

/** Waits where the reply asks for it. Returns whether there is somebody to write to. */
async function held(socket: Socket, attempt: WireAttempt): Promise<boolean> {
  const until = attempt.reply.hold?.until;
  if (until !== 'closed') {
    await wait(until);
    return true;
  }
  attempt.clientClosed = await closed(socket);
  return !attempt.clientClosed;
}

async function closed(socket: Socket): Promise<boolean> {
  if (socket.destroyed) return true;
  const patience = new AbortController();
  const late = wait(LONGEST_HOLD, false, { signal: patience.signal }).catch(() => false);
  // Not `once` of events, which fails where the client resets the connection.
  const gone = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)));
  const closedByClient = await Promise.race([gone, late]);
  patience.abort();
  return closedByClient;
}

function name(line: string): string {
  return line.slice(0, line.indexOf(':')).toLowerCase();
}
