/** A service of `docker-compose.yml`, in a process of its own: `app.mjs` with `--import anthropic-otel/register`. */

import { freePort, start, waitForUrl } from '../processes.ts';
import { argumentsOf, composeService, moved } from './compose.ts';

/** A running service. */
export interface Service {
  readonly name: string;
  readonly apiKey: string;
  readonly url: string;
  readonly metricsPort: number;
  /** JSON log lines so far, by event. */
  readonly logLines: Readonly<Record<string, number>>;
  /** Asks one question. */
  ask(stream?: boolean): Promise<void>;
  /** Asks `count` questions, `concurrency` at a time, every second one streamed. */
  askMany(count: number, concurrency: number): Promise<void>;
}

/** Starts the service `name`, which calls the API at `apiUrl`. */
export async function startService(name: string, apiUrl: string): Promise<Service> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const apiKey = `demo-key-of-${name}`;
  const logLines: Record<string, number> = {};
  const service = await composeService(name);
  const addresses = { 'claude-api:8081': new URL(apiUrl).host };
  const [, ...command] = argumentsOf(service, addresses);
  const child = start(process.execPath, command, {
    env: {
      ...moved(service.environment, addresses),
      HOST: '127.0.0.1',
      PORT: String(port),
      ANTHROPIC_API_KEY: apiKey,
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
      // There is no collector here.
      OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
    },
    onLine: (line) => {
      const event = /"event":"([^"]+)"/.exec(line)?.[1];
      if (event) logLines[event] = (logLines[event] ?? 0) + 1;
    },
  });
  await waitForUrl(`http://127.0.0.1:${metricsPort}/metrics`, child);
  const url = `http://127.0.0.1:${port}`;
  const ask = async (stream = false): Promise<void> => {
    await (await fetch(`${url}/?question=Why?${stream ? '&stream' : ''}`)).text();
  };
  return {
    name,
    apiKey,
    url,
    metricsPort,
    logLines,
    ask,
    async askMany(count, concurrency) {
      let asked = 0;
      const worker = async (): Promise<void> => {
        while (asked < count) await ask(asked++ % 2 === 1);
      };
      await Promise.all(Array.from({ length: concurrency }, worker));
    },
  };
}
