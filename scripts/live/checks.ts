/** What the steps ask of Prometheus, Alertmanager and the receiver. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../../dev/stage/stage.ts';
import type { Notification } from '../../dev/webhook.ts';

/** An alert as Alertmanager has it. */
export interface HeldAlert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

/** Notifications of alerts that fire, other than the watchdog. */
export function notified({ webhook }: Stage, since = 0): Notification[] {
  return webhook.notifications.filter(
    ({ status, receiver, at }) => status === 'firing' && receiver !== 'watchdog' && at >= since,
  );
}

/** Names of alerts that fire in Prometheus, other than the watchdog. */
export async function firing({ monitoring }: Stage): Promise<string[]> {
  return (await monitoring.alerts())
    .filter(({ state, labels }) => state === 'firing' && labels['alertname'] !== 'AnthropicWatchdog')
    .map(({ labels }) => `${labels['alertname']} of ${labels['job']}`);
}

/** The alert `name` of `job` in Alertmanager, if it has it. */
export async function alertOf(stage: Stage, name: string, job: string): Promise<HeldAlert | undefined> {
  const response = await fetch(`${stage.monitoring.alertmanagerUrl}/api/v2/alerts`);
  const alerts = (await response.json()) as HeldAlert[];
  return alerts.find(({ labels }) => labels['alertname'] === name && labels['job'] === job);
}

/** The result of `look` once it has one, or `undefined` after `seconds`. */
export async function eventually<Result>(
  look: () => Promise<Result | undefined> | Result | undefined,
  seconds = 20,
): Promise<Result | undefined> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const result = await look();
    if (result !== undefined || Date.now() > end) return result;
    await sleep(50);
  }
}

/** Looks at each notification: who gets it must be able to act on it. */
export function keepWatch({ webhook }: Stage): { problems(): string[] } {
  return {
    problems: () =>
      webhook.notifications
        .filter(({ alert, summary }) => alert === '' || summary === '' || /<no value>|%!|\{\{/.test(summary))
        .map(({ alert, summary }) => `${alert}: ${summary}`),
  };
}
