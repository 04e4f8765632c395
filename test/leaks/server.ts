/** The test API in a thread of its own, so that its memory is not measured with the client's. */
import { parentPort, Worker } from 'node:worker_threads';
import { type PlannedResponse, startAnthropicServer } from '../../src/testing/index.ts';

/** The server's thread, as its client sees it. */
export interface ServerThread {
  readonly url: string;
  plan(responses: readonly PlannedResponse[]): Promise<void>;
  /** Forgets responses that were not asked for. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the server in a thread. */
export async function startServerThread(): Promise<ServerThread> {
  const worker = new Worker(new URL(import.meta.url));
  const reply = (): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve));
  const ask = async (message: unknown): Promise<void> => {
    const replied = reply();
    worker.postMessage(message);
    await replied;
  };
  return {
    url: String(await reply()),
    plan: (responses) => ask(responses),
    reset: () => ask('reset'),
    close: async () => void (await worker.terminate()),
  };
}

if (parentPort) {
  const port = parentPort;
  // The usual limits would reject what a hundred thousand calls ask for.
  const rateLimits = { requests: 1e9, inputTokens: 1e12, outputTokens: 1e12 };
  const server = await startAnthropicServer({ retryAfterMs: 1, keepRequests: 1, deltas: 1, rateLimits });
  port.on('message', async (message: readonly PlannedResponse[] | 'reset') => {
    if (message === 'reset') {
      await server.idle();
      server.reset();
    } else server.plan(message);
    port.postMessage('done');
  });
  port.postMessage(server.url);
}
