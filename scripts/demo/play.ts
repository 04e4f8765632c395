/** Plays one act and judges it: which pages came, how soon, and which rightly did not. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Monitoring } from '../../dev/stage/monitoring.ts';
import type { Stage } from '../../dev/stage/stage.ts';
import type { Notification, Webhook } from '../../dev/webhook.ts';
import type { ReceivedRequest } from '../../src/testing/index.ts';
import { type Act, PAGES } from './acts.ts';

/** How an act ended. */
export interface ActResult {
  readonly name: string;
  readonly expected: readonly string[];
  readonly fired: readonly {
    readonly alert: string;
    readonly severity: string;
    readonly seconds_after_first_failure: number | null;
  }[];
  /** The pages that rightly stayed silent. */
  readonly silent: readonly string[];
  /** The API's responses during the act, by status. */
  readonly responses: Readonly<Record<string, number>>;
  /** What Prometheus counts after the act, since the start of the demo. */
  readonly prometheus: { readonly calls: number; readonly attempts: number; readonly failed_calls: number };
  readonly ok: boolean;
}

/** How long to wait for a page, in milliseconds. */
const PATIENCE = 20_000;
/** How long to listen for one that must not come: several scrapes, evaluations and notifications. */
const SILENCE = 5000;

/** Plays `act`. `onFired` is called with each alert when its notification arrives. */
export async function playAct(
  act: Act,
  stage: Stage,
  monitoring: Monitoring,
  webhook: Webhook,
  onFired: (notification: Notification, seconds: number | null) => void,
): Promise<ActResult> {
  const firstRequest = stage.api.requests.length;
  const firstNotification = webhook.notifications.length;
  await act.play(stage);
  await stage.api.idle();
  const requests = stage.api.requests.slice(firstRequest);
  const failedAt = firstFailure(requests);

  const seen = new Set<Notification>();
  const news = (): Notification[] => {
    const fresh = webhook.notifications
      .slice(firstNotification)
      .filter(({ status, receiver }) => status === 'firing' && receiver !== 'watchdog');
    for (const each of fresh) {
      if (!seen.has(each)) onFired(each, secondsAfter(failedAt, each.at));
      seen.add(each);
    }
    return fresh;
  };
  const arrived = (alert: string): boolean => news().some((each) => each.alert === alert);
  const end = Date.now() + PATIENCE;
  while (Date.now() < end && !act.expected.every(arrived)) await sleep(50);
  // The others get their time to come, wrongly.
  await sleep(SILENCE);

  const fired = uniqueAlerts(news());
  const active = await monitoring.alerts();
  const paged = fired.filter(({ severity }) => severity === 'critical').map(({ alert }) => alert);
  const silent = PAGES.filter((page) => !paged.includes(page));
  const expected: readonly string[] = act.expected;
  const isNew = (alert: string): boolean =>
    !webhook.notifications.slice(0, firstNotification).some((each) => each.alert === alert);
  // A page that fires and is inhibited, or not yet notified, is not silent either.
  const unexpected = active.some(
    ({ state, labels: { alertname = '', severity } }) =>
      state === 'firing' && severity === 'critical' && !expected.includes(alertname) && isNew(alertname),
  );
  return {
    name: act.name,
    expected,
    fired: fired.map(({ alert, severity, at }) => ({
      alert,
      severity,
      seconds_after_first_failure: secondsAfter(failedAt, at),
    })),
    silent,
    responses: countStatuses(requests),
    prometheus: {
      calls: await monitoring.prometheus.number('sum(anthropic_client_calls_total)'),
      attempts: await monitoring.prometheus.number('sum(anthropic_client_attempts_total)'),
      failed_calls: await monitoring.prometheus.number(
        'sum(anthropic_client_calls_total{anthropic_outcome="error"})',
      ),
    },
    ok:
      !unexpected &&
      expected.every((alert) => paged.includes(alert)) &&
      paged.every((alert) => expected.includes(alert)),
  };
}

/** When the first failed response to `requests` was sent, in Unix milliseconds. */
function firstFailure(requests: readonly ReceivedRequest[]): number | undefined {
  const failed = requests.find(({ status, errorType }) => (status ?? 0) >= 400 || errorType !== null);
  return failed && (failed.endedAt ?? failed.receivedAt);
}

function secondsAfter(start: number | undefined, at: number): number | null {
  return start === undefined ? null : Math.max(0, Math.round(at - start)) / 1000;
}

function uniqueAlerts(notifications: readonly Notification[]): Notification[] {
  const first = new Map<string, Notification>();
  for (const each of notifications) if (!first.has(each.alert)) first.set(each.alert, each);
  return [...first.values()];
}

function countStatuses(requests: readonly ReceivedRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of requests) counts[status ?? 'none'] = (counts[status ?? 'none'] ?? 0) + 1;
  return counts;
}
