/** Checks a Prometheus: its version and clock, and whether it scrapes the application, has the rules, and notifies an Alertmanager. */
import type { CliConfig } from '../config/config.ts';
import { send } from '../http.ts';
import { clockFinding, type Finding } from './finding.ts';
import { PrometheusApi } from './prometheus-api.ts';
import { checkRules } from './rules.ts';
import { checkScrape } from './scrape.ts';

/** The oldest version of Prometheus that accepts the rules (major, minor). */
const OLDEST = [2, 42] as const;

/** Checks the Prometheus at `url`. `metricsUrl` is the address of the application's metrics, if known. */
export async function checkPrometheus(
  url: string,
  config: CliConfig,
  metricsUrl: string | undefined,
): Promise<Finding[]> {
  const api = new PrometheusApi(url);
  try {
    const checks = [
      checkVersion(api),
      checkClock(api),
      checkScrape(api, metricsUrl),
      checkRules(api, config),
      checkAlertmanagers(api),
    ];
    return (await Promise.all(checks)).flat();
  } catch (error) {
    return [
      {
        id: 'prometheus-unreachable',
        problem: `Prometheus at ${url} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        fix: 'Use the address of its start page, with user and password if it requires them: --prometheus http://user:password@host:9090',
      },
    ];
  }
}

/** Checks the version. Other engines have their own versions, all below 2 or without a number. */
async function checkVersion(api: PrometheusApi): Promise<Finding[]> {
  const info = await api.getIfKnown<{ version?: string }>('status/buildinfo').catch(() => undefined);
  const [, major, minor] = /^(\d+)\.(\d+)\./.exec(info?.version ?? '') ?? [];
  if (Number(major) !== OLDEST[0] || Number(minor) >= OLDEST[1]) return [];
  return [
    {
      id: 'prometheus-version',
      problem: `Prometheus ${info?.version} is too old for the rules, which need ${OLDEST.join('.')} or later.`,
      fix: 'Update Prometheus. Older versions do not know keep_firing_for and reject the file.',
    },
  ];
}

async function checkClock(api: PrometheusApi): Promise<Finding[]> {
  const before = Date.now();
  const { result } = await api.get<{ result: [number, string] }>('query', { query: 'time()' });
  const local = (before + Date.now()) / 2;
  const finding = clockFinding('prometheus-clock', 'Prometheus', Number(result[1]) * 1000, local);
  return finding ? [finding] : [];
}

async function checkAlertmanagers(api: PrometheusApi): Promise<Finding[]> {
  const known = await api.getIfKnown<{ activeAlertmanagers: { url: string }[] }>('alertmanagers');
  if (!known) return [];
  const { activeAlertmanagers } = known;
  if (activeAlertmanagers.length === 0) {
    return [
      {
        id: 'alertmanager-not-connected',
        problem: 'Prometheus has no Alertmanager: alerts fire, but no one is notified.',
        fix: "Add to prometheus.yaml: alerting: { alertmanagers: [{ static_configs: [{ targets: ['localhost:9093'] }] }] }",
      },
    ];
  }
  const unreached: string[] = [];
  for (const { url } of activeAlertmanagers) {
    const { origin } = new URL(url);
    const reached = await send(`${origin}/-/ready`).then(
      () => true,
      () => false,
    );
    if (!reached) unreached.push(origin);
  }
  // From the host of Prometheus, the Alertmanager may have a different address. So this is not a finding if the alerts arrive.
  const failed = await api.query('sum(increase(prometheus_notifications_errors_total[10m])) > 0');
  if (unreached.length < activeAlertmanagers.length && failed.length === 0) return [];
  if (failed.length === 0 && unreached.some((origin) => !/localhost|127\.0\.0\.1/.test(origin))) return [];
  return [
    {
      id: 'alertmanager-unreachable-from-prometheus',
      problem: `Prometheus cannot notify ${unreached.join(', ') || 'its Alertmanager'}.`,
      fix: 'Check that Alertmanager runs, and that Prometheus can reach its address in prometheus.yaml.',
    },
  ];
}
