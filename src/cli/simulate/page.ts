/** Rehearses routing, receivers and pager by sending the alerts directly to Alertmanager. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../command.ts';
import type { Io } from '../io.ts';
import { postAlerts, receivedAlerts, type SimulatedAlert } from './alertmanager.ts';

/** The settings of a rehearsal. */
export interface PageOptions {
  readonly alertmanager: string;
  readonly alerts: readonly SimulatedAlert[];
  /** In milliseconds. */
  readonly duration: number;
  readonly signal: AbortSignal;
}

/** Makes the alerts fire, reports which receivers they reach, and resolves them, even if interrupted. */
export async function rehearsePage(
  io: Io,
  { alertmanager, alerts, duration, signal }: PageOptions,
): Promise<number> {
  // Sends no alerts to a server that is not an Alertmanager.
  await receivedAlerts(alertmanager);
  const startsAt = new Date();
  await postAlerts(alertmanager, alerts, startsAt, new Date(startsAt.getTime() + duration));
  try {
    const received = await receivedAlerts(alertmanager);
    const reached = alerts.map(({ labels }) => {
      const name = labels['alertname'] ?? '';
      const found = received.find((each) => each.labels['alertname'] === name);
      const held = [...(found?.status.silencedBy ?? []), ...(found?.status.inhibitedBy ?? [])];
      return {
        alert: name,
        receivers: found?.receivers.map((each) => each.name) ?? [],
        heldBack: held.length > 0,
      };
    });
    io.printJson({ simulated: reached, seconds: duration / 1000 });
    for (const { alert, receivers, heldBack } of reached) {
      const end = heldBack
        ? 'is silenced or inhibited: no one is notified'
        : `goes to ${receivers.join(', ')}`;
      io.print(`${io.style(heldBack ? 'yellow' : 'green', heldBack ? '!' : '✓')} ${alert} ${end}`);
    }
    io.note(`It fires for ${duration / 1000} s, then resolves. Press Ctrl-C to resolve it now.`);
    await sleep(duration, undefined, { signal }).catch(() => {});
    return reached.some(({ heldBack }) => heldBack) ? EXIT.problem : EXIT.ok;
  } finally {
    await postAlerts(alertmanager, alerts, startsAt, new Date());
    io.note('Resolved.');
  }
}
