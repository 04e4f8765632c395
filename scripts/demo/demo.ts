/** Everything running: the API, two services, Prometheus, Alertmanager and a webhook receiver; and the acts on it. */

import { start } from '../../dev/processes.ts';
import { argumentsOf, composeService } from '../../dev/stage/compose.ts';
import { openStage } from '../../dev/stage/stage.ts';
import { ACTS, HEALTHY } from './acts.ts';
import { type ActResult, playAct } from './play.ts';
import type { Printer } from './print.ts';

/** What the demo found. */
export interface Summary {
  readonly acts: readonly ActResult[];
  readonly calls: number;
  readonly attempts: number;
  readonly ok: boolean;
}

/** The demo after its last act, still running. */
export interface RunningDemo {
  readonly prometheusUrl: string;
  /** When the first service started, in Unix milliseconds. */
  readonly since: number;
  /** Starts the traffic of `docker-compose.yml`. */
  startTraffic(): Promise<void>;
}

/**
 * Runs the demo, and ends all that it started.
 *
 * @param afterActs - called before the end: whatever it waits for finds everything running.
 * @throws the reason of `signal`, when it comes before the last act ended
 */
export async function runDemo(
  print: Printer,
  signal: AbortSignal,
  afterActs?: (demo: RunningDemo) => Promise<unknown>,
): Promise<Summary> {
  const since = Date.now();
  const stage = await openStage(150, print.step);
  const { api, chat, reports, monitoring, webhook, addresses } = stage;
  try {
    api.faults(HEALTHY);
    print.urls(stage, monitoring, webhook.url);
    await unless(signal, monitoring.scraped(['chat', 'reports']));

    const acts: ActResult[] = [];
    for (const [index, act] of ACTS.entries()) {
      print.act(index + 1, ACTS.length, act);
      const result = await unless(signal, playAct(act, stage, monitoring, webhook, print.fired));
      acts.push(result);
      print.result(result);
    }
    const { calls, attempts } = api.sent;
    const seen = {
      calls: await monitoring.prometheus.number('sum(anthropic_client_calls_total)'),
      attempts: await monitoring.prometheus.number('sum(anthropic_client_attempts_total)'),
    };
    const exact = seen.calls === calls && seen.attempts === attempts;
    const warnings = monitoring.warnings();
    const ok = exact && warnings.length === 0 && acts.every((act) => act.ok);
    print.total({ calls, attempts }, seen, warnings, ok);
    await afterActs?.({
      prometheusUrl: monitoring.prometheus.url,
      since,
      startTraffic: async () => {
        // The report service got its key back.
        api.apiKeys = [chat.apiKey, reports.apiKey];
        start(process.execPath, argumentsOf(await composeService('traffic'), addresses).slice(1));
      },
    });
    return { acts, calls, attempts, ok };
  } finally {
    await stage.close();
  }
}

/** `work`, unless `signal` comes first. */
function unless<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
