/** Everything running: the API, two services, Prometheus, Alertmanager and a webhook receiver; and the acts on it. */
import { startAnthropicServer } from '../../src/testing/index.ts';
import { ACTS, HEALTHY, type Stage } from './acts.ts';
import { argumentsOf, composeService } from './compose.ts';
import { startMonitoring } from './monitoring.ts';
import { type ActResult, playAct } from './play.ts';
import type { Printer } from './print.ts';
import { start, stopAll } from './processes.ts';
import { startService } from './service.ts';
import { startWebhook } from './webhook.ts';

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
  const cleanUps: (() => unknown)[] = [stopAll];
  try {
    const api = await startAnthropicServer({ retryAfterMs: 150 });
    api.faults(HEALTHY);
    const webhook = await startWebhook();
    cleanUps.push(
      () => api.close(),
      () => webhook.close(),
    );
    print.step('starting two services with --import anthropic-otel/register');
    const [chat, reports] = await Promise.all([
      startService('chat', api.url),
      startService('reports', api.url),
    ]);
    api.apiKeys = [chat.apiKey, reports.apiKey];
    const stage: Stage = { api, chat, reports };
    print.step('starting Prometheus and Alertmanager with the shipped configurations');
    const addresses = {
      'chat:9464': `127.0.0.1:${chat.metricsPort}`,
      'reports:9464': `127.0.0.1:${reports.metricsPort}`,
      'chat:8080': new URL(chat.url).host,
      'reports:8080': new URL(reports.url).host,
      'alert-receiver:8080': new URL(webhook.url).host,
    };
    const monitoring = await startMonitoring(addresses, print.step);
    cleanUps.push(monitoring.cleanUp);
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
      calls: await monitoring.query('sum(anthropic_client_calls_total)'),
      attempts: await monitoring.query('sum(anthropic_client_attempts_total)'),
    };
    const exact = seen.calls === calls && seen.attempts === attempts;
    const warnings = monitoring.warnings();
    const ok = exact && warnings.length === 0 && acts.every((act) => act.ok);
    print.total({ calls, attempts }, seen, warnings, ok);
    await afterActs?.({
      prometheusUrl: monitoring.prometheusUrl,
      since,
      startTraffic: async () => {
        // The report service got its key back.
        api.apiKeys = [chat.apiKey, reports.apiKey];
        start(process.execPath, argumentsOf(await composeService('traffic'), addresses).slice(1));
      },
    });
    return { acts, calls, attempts, ok };
  } finally {
    for (const cleanUp of cleanUps) await cleanUp();
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
