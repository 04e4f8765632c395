/** Receives Alertmanager's notifications, as an on-call tool would. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One alert in a notification. */
export interface Notification {
  /** The receiver: `page`, `ticket`, `info` or `watchdog`. */
  readonly receiver: string;
  readonly alert: string;
  readonly severity: string;
  readonly job: string;
  readonly summary: string;
  readonly status: 'firing' | 'resolved';
  /** When it arrived, in Unix milliseconds. */
  readonly at: number;
}

/** A running receiver. */
export interface Webhook {
  readonly url: string;
  readonly notifications: readonly Notification[];
  close(): void;
}

interface Payload {
  readonly receiver: string;
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved';
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
  }[];
}

/** Starts the receiver on a free port of loopback. */
export async function startWebhook(): Promise<Webhook> {
  const notifications: Notification[] = [];
  const server = createServer(async (request, response) => {
    const at = Date.now();
    let text = '';
    for await (const chunk of request) text += chunk;
    const payload = JSON.parse(text) as Payload;
    for (const { status, labels, annotations } of payload.alerts) {
      notifications.push({
        receiver: payload.receiver,
        alert: labels['alertname'] ?? '',
        severity: labels['severity'] ?? '',
        job: labels['job'] ?? '',
        summary: annotations['summary'] ?? '',
        status,
        at,
      });
    }
    response.end();
  });
  // Alertmanager keeps its connections; one that is closed as it sends would be a failed notification.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    notifications,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
