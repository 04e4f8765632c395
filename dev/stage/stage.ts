/** Everything that runs: the API, two services with a key each, Prometheus, Alertmanager and a webhook receiver. */
import { type AnthropicServer, startAnthropicServer } from '../../src/testing/index.ts';
import { stopAll } from '../processes.ts';
import { startWebhook, type Webhook } from '../webhook.ts';
import type { Addresses } from './compose.ts';
import { type Monitoring, startMonitoring } from './monitoring.ts';
import { type Service, startService } from './service.ts';

/** What runs: the API, the two services that call it, each with a key of its own, and all that monitors them. */
export interface Stage {
  readonly api: AnthropicServer;
  readonly chat: Service;
  readonly reports: Service;
  readonly monitoring: Monitoring;
  readonly webhook: Webhook;
  /** The address on this machine of each address of the compose stack. */
  readonly addresses: Addresses;
  /** Ends everything. */
  close(): Promise<void>;
}

/** Starts everything, or ends what it has started. `retryAfterMs` is what a 429 asks to wait. */
export async function openStage(retryAfterMs: number, onProgress: (line: string) => void): Promise<Stage> {
  const cleanUps: (() => unknown)[] = [stopAll];
  const close = async (): Promise<void> => {
    for (const cleanUp of cleanUps) await cleanUp();
  };
  try {
    const api = await startAnthropicServer({ retryAfterMs });
    cleanUps.push(() => api.close());
    const webhook = await startWebhook();
    cleanUps.push(() => webhook.close());
    onProgress('starting two services with --import anthropic-otel/register');
    const [chat, reports] = await Promise.all([
      startService('chat', api.url),
      startService('reports', api.url),
    ]);
    api.apiKeys = [chat.apiKey, reports.apiKey];
    onProgress('starting Prometheus and Alertmanager with the shipped configurations');
    const addresses = {
      'chat:9464': `127.0.0.1:${chat.metricsPort}`,
      'reports:9464': `127.0.0.1:${reports.metricsPort}`,
      'chat:8080': new URL(chat.url).host,
      'reports:8080': new URL(reports.url).host,
      'alert-receiver:8080': new URL(webhook.url).host,
    };
    const monitoring = await startMonitoring(addresses, onProgress);
    cleanUps.push(monitoring.cleanUp);
    return { api, chat, reports, monitoring, webhook, addresses, close };
  } catch (problem) {
    await close();
    throw problem;
  }
}
