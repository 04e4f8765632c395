/** Checks of a Prometheus: whether it scrapes the application, has the rules, and notifies an Alertmanager. */
import { parse } from 'yaml';
import { METRICS } from '../../signals/catalogue.ts';
import { prometheusName } from '../../signals/metric-definition.ts';
import type { CliConfig } from '../config/config.ts';
import { rulesYaml } from '../export/mixin.ts';
import { send } from '../http.ts';
import { clockFinding, type Finding } from './finding.ts';

interface Target {
  readonly scrapeUrl: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

interface Rule {
  readonly name: string;
  readonly query: string;
  readonly duration?: number;
  readonly health: string;
  readonly lastError?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface WantedRule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Reads the API of one Prometheus. */
class Api {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async get<Data>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Data> {
    const query = new URLSearchParams(parameters).toString();
    const { status, body } = await send(`${this.url}/api/v1/${path}${query && `?${query}`}`);
    const { data, error } = body as { data?: Data; error?: string };
    if (status !== 200 || data === undefined) {
      throw new Error(`it responds with ${status}${error ? `: ${error}` : ''} to ${path}`);
    }
    return data;
  }

  /** The same, where not every engine has it: Mimir has no targets, and notifies by itself. */
  async getIfKnown<Data>(
    path: string,
    parameters?: Readonly<Record<string, string>>,
  ): Promise<Data | undefined> {
    const { status } = await send(`${this.url}/api/v1/${path}`);
    return status === 404 || status === 501 ? undefined : this.get<Data>(path, parameters);
  }

  async query(
    expression: string,
  ): Promise<readonly { metric: Record<string, string>; value: [number, string] }[]> {
    const { result } = await this.get<{
      result: { metric: Record<string, string>; value: [number, string] }[];
    }>('query', { query: expression });
    return result;
  }
}

/** Checks the Prometheus at `url`. `metricsUrl` is where the application has its metrics, if that is known. */
export async function checkPrometheus(
  url: string,
  config: CliConfig,
  metricsUrl: string | undefined,
): Promise<Finding[]> {
  const api = new Api(url);
  try {
    return [
      ...(await checkClock(api)),
      ...(await checkScrape(api, metricsUrl)),
      ...(await checkRules(api, config)),
      ...(await checkAlertmanagers(api)),
    ];
  } catch (error) {
    return [
      {
        id: 'prometheus-unreachable',
        problem: `Prometheus at ${url} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        fix: 'Give the address of its start page, with user and password where it asks for them: --prometheus http://user:password@host:9090',
      },
    ];
  }
}

async function checkClock(api: Api): Promise<Finding[]> {
  const before = Date.now();
  const { result } = await api.get<{ result: [number, string] }>('query', { query: 'time()' });
  const local = (before + Date.now()) / 2;
  const finding = clockFinding('prometheus-clock', 'Prometheus', Number(result[1]) * 1000, local);
  return finding ? [finding] : [];
}

async function checkScrape(api: Api, metricsUrl: string | undefined): Promise<Finding[]> {
  const name = prometheusName(METRICS.startTime);
  const known = await api.getIfKnown<{ activeTargets: Target[] }>('targets', { state: 'active' });
  const activeTargets = known?.activeTargets ?? [];
  const port = metricsUrl === undefined ? undefined : new URL(metricsUrl).port || '80';
  const targets = activeTargets.filter(
    ({ scrapeUrl }) => port !== undefined && new URL(scrapeUrl).port === port,
  );
  const down = targets.filter(({ health }) => health === 'down');
  if (down.length > 0) {
    return down.map(({ scrapeUrl, lastError }) => ({
      id: 'scrape-failing',
      problem: `Prometheus cannot scrape ${scrapeUrl}: ${lastError}.`,
      fix:
        'Is the address right as seen from Prometheus? In a container, the application must listen on all interfaces: ' +
        'OTEL_EXPORTER_PROMETHEUS_HOST=0.0.0.0.',
    }));
  }
  if ((await api.query(name)).length > 0) return [];
  const near = await api.query(
    `group by (__name__) ({__name__=~"(anthropic[._]client|gen[._]?ai[._]client)[._].+"})`,
  );
  if (near.length > 0) {
    const names = near.map(({ metric }) => metric['__name__'] ?? '').slice(0, 3);
    return [
      {
        id: 'metric-names',
        problem: `Prometheus has ${names.join(', ')}, but no ${name}.`,
        fix:
          'The names were changed on the way. With OTLP, leave otlp.translation_strategy of Prometheus and add_metric_suffixes of a ' +
          'Collector at their defaults; take relabelings of __name__ out.',
      },
    ];
  }
  return [
    {
      id: 'not-scraped',
      problem: `Prometheus has no ${name}: it does not scrape the application.`,
      fix: `Add a job to scrape_configs: { job_name: my-service, static_configs: [{ targets: ['${metricsUrl ? new URL(metricsUrl).host : 'localhost:9464'}'] }] }`,
    },
  ];
}

async function checkRules(api: Api, config: CliConfig): Promise<Finding[]> {
  const { groups } = await api.get<{ groups: { name: string; rules: Rule[] }[] }>('rules');
  const loaded = groups.flatMap(({ rules }) => rules);
  const wanted = (parse(rulesYaml(config)) as { groups: { rules: WantedRule[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  );
  const nameOf = ({ alert, record }: WantedRule): string => alert ?? record ?? '';
  const absent = wanted.filter((rule) => !loaded.some(({ name }) => name === nameOf(rule)));
  if (absent.length === wanted.length) {
    return [
      {
        id: 'rules-missing',
        problem: 'Prometheus has none of the rules.',
        fix: 'Run npx anthropic-otel export, and add alerts/anthropic.rules.yaml to rule_files.',
      },
    ];
  }
  const findings: Finding[] = loaded
    .filter(({ name, health }) => health === 'err' && wanted.some((rule) => nameOf(rule) === name))
    .map(({ name, lastError }) => ({
      id: 'rules-failing',
      problem: `The rule ${name} fails: ${lastError ?? 'unknown'}.`,
      fix: 'Is there a second Prometheus, or a relabeling, that gives series twice? Look at the page Rules of Prometheus.',
    }));
  const old = [...absent.map(nameOf), ...(await changedRules(api, loaded, wanted, nameOf))];
  if (old.length > 0) {
    const shown = old.slice(0, 3).join(', ') + (old.length > 3 ? ` and ${old.length - 3} more` : '');
    findings.push({
      id: 'rules-old',
      problem: `The rules in Prometheus are not those of this version and configuration: ${shown} differ.`,
      fix: 'Run npx anthropic-otel export, take the new alerts/anthropic.rules.yaml, and reload Prometheus.',
    });
  }
  return findings;
}

/** Names of the rules whose query or whose annotations differ. Prometheus itself brings both queries into one form. */
async function changedRules(
  api: Api,
  loaded: readonly Rule[],
  wanted: readonly WantedRule[],
  nameOf: (rule: WantedRule) => string,
): Promise<string[]> {
  const format = (query: string): Promise<string> =>
    api.get<string>('format_query', { query }).catch(() => query.replace(/\s/g, ''));
  const changed: string[] = [];
  for (const rule of wanted) {
    const name = nameOf(rule);
    const candidates = loaded.filter((each) => each.name === name);
    if (candidates.length === 0) continue;
    const expr = await format(rule.expr);
    const same = await Promise.all(
      candidates.map(
        async ({ query, annotations }) =>
          (await format(query)) === expr && sameTexts(annotations ?? {}, rule.annotations ?? {}),
      ),
    );
    if (!same.includes(true)) changed.push(name);
  }
  return changed;
}

function sameTexts(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => left[key] === right[key]);
}

async function checkAlertmanagers(api: Api): Promise<Finding[]> {
  const known = await api.getIfKnown<{ activeAlertmanagers: { url: string }[] }>('alertmanagers');
  if (!known) return [];
  const { activeAlertmanagers } = known;
  if (activeAlertmanagers.length === 0) {
    return [
      {
        id: 'alertmanager-not-connected',
        problem: 'Prometheus has no Alertmanager: alerts fire, and no one is notified.',
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
  // From elsewhere the Alertmanager may have another address, so this is no finding where the alerts arrive all the same.
  const failed = await api.query('sum(increase(prometheus_notifications_errors_total[10m])) > 0');
  if (unreached.length < activeAlertmanagers.length && failed.length === 0) return [];
  if (failed.length === 0 && unreached.some((origin) => !/localhost|127\.0\.0\.1/.test(origin))) return [];
  return [
    {
      id: 'alertmanager-unreachable-from-prometheus',
      problem: `Prometheus cannot notify ${unreached.join(', ') || 'its Alertmanager'}.`,
      fix: 'Is the Alertmanager running, and is its address in prometheus.yaml right as seen from Prometheus?',
    },
  ];
}
