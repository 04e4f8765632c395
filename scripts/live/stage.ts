/** The stage: the API, two services with a key each, Prometheus, Alertmanager and a webhook receiver. */
import { startAnthropicServer } from '../../src/testing/index.ts';
import type { Stage } from '../demo/acts.ts';
import { type Monitoring, startMonitoring } from '../demo/monitoring.ts';
import { stopAll } from '../demo/processes.ts';
import { startService } from '../demo/service.ts';
import { startWebhook, type Webhook } from '../demo/webhook.ts';

/** Everything that runs. */
export interface LiveStage extends Stage {
  readonly monitoring: Monitoring;
  readonly webhook: Webhook;
  close(): Promise<void>;
}

/** Starts everything. */
export async function openStage(onProgress: (line: string) => void): Promise<LiveStage> {
  const api = await startAnthropicServer({ retryAfterMs: 50 });
  const webhook = await startWebhook();
  onProgress('starting two services with --import anthropic-otel/register');
  const [chat, reports] = await Promise.all([
    startService('chat', api.url),
    startService('reports', api.url),
  ]);
  api.apiKeys = [chat.apiKey, reports.apiKey];
  onProgress('starting Prometheus and Alertmanager with the shipped configurations');
  const monitoring = await startMonitoring(
    {
      'chat:9464': `127.0.0.1:${chat.metricsPort}`,
      'reports:9464': `127.0.0.1:${reports.metricsPort}`,
      'alert-receiver:8080': new URL(webhook.url).host,
    },
    onProgress,
  );
  return {
    api,
    chat,
    reports,
    monitoring,
    webhook,
    async close() {
      await stopAll();
      await api.close();
      webhook.close();
      await monitoring.cleanUp();
    },
  };
}
