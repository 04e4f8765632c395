/** The local API, in a process of its own: started by `startApi`, controlled by messages. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The model whose calls get one 529 before they succeed, as often as it was planned. */
export const RETRIED_MODEL = 'claude-haiku-5-5';

/** The API of the cells. */
export interface Api {
  readonly url: string;
  /** Forgets what was, and makes the next `retries` calls of the retried model take two attempts. */
  plan(retries: number): Promise<void>;
  /** How many requests came since `plan`. */
  requests(): Promise<number>;
  close(): void;
}

/** Starts the API. */
export async function startApi(): Promise<Api> {
  const child = fork(fileURLToPath(import.meta.url), { execArgv: [], env: process.env });
  const ask = async (message: object): Promise<Record<string, unknown>> => {
    child.send(message);
    return (await once(child, 'message'))[0];
  };
  const { url } = await ask({ start: true });
  return {
    url: String(url),
    plan: async (retries) => void (await ask({ retries })),
    requests: async () => Number((await ask({})).requests),
    close: () => void child.kill(),
  };
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  const { respond, startAnthropicServer } = await import('../../dist/testing.mjs' as string);
  const server = await startAnthropicServer();
  process.on('disconnect', () => process.exit());
  process.on('message', ({ retries }: { retries?: number }) => {
    if (retries !== undefined) {
      server.reset();
      const once529 = respond.error(529, { headers: { 'retry-after-ms': '20' } });
      // Every second request of the model is a retry, as the cells ask one after the other.
      const steps = Array.from({ length: retries }, () => [once529, respond.ok()]).flat();
      if (steps.length > 0) server.plan(steps, { model: RETRIED_MODEL });
    }
    process.send?.({ url: server.url, requests: server.requests.length });
  });
}
