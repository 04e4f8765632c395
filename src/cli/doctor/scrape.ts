/** Checks whether a Prometheus has the application's metrics: once, often enough, and with their names. */
import { METRICS } from '../../signals/catalogue.ts';
import { prometheusName } from '../../signals/metric-definition.ts';
import type { Finding } from './finding.ts';
import type { PrometheusApi, Sample } from './prometheus-api.ts';

interface Target {
  readonly scrapeUrl: string;
  readonly scrapeInterval?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

const START_TIME = prometheusName(METRICS.startTime);
/** Rules look back 5 minutes, which must include at least two samples. */
const MAX_INTERVAL_SECONDS = 120;
const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Checks the scrapes of `api`. `metricsUrl` is the address of the application's metrics, if known. */
export async function checkScrape(api: PrometheusApi, metricsUrl: string | undefined): Promise<Finding[]> {
  const known = await api.getIfKnown<{ activeTargets: Target[] }>('targets', { state: 'active' });
  const series = await api.query(START_TIME);
  const port = metricsUrl === undefined ? undefined : new URL(metricsUrl).port || '80';
  const targets = (known?.activeTargets ?? []).filter(
    ({ scrapeUrl, labels }) =>
      (port !== undefined && new URL(scrapeUrl).port === port) || series.some((each) => isOf(each, labels)),
  );
  const down = targets.filter(({ health }) => health === 'down');
  if (down.length > 0) return down.map(failing);
  if (series.length === 0) return checkAbsent(api, metricsUrl);
  return [...checkIntervals(targets), ...checkTwice(series), ...(await checkCounters(api))];
}

function isOf({ metric }: Sample, labels: Readonly<Record<string, string>>): boolean {
  return metric['job'] === labels['job'] && metric['instance'] === labels['instance'];
}

function failing({ scrapeUrl, lastError }: Target): Finding {
  return {
    id: 'scrape-failing',
    problem: `Prometheus cannot scrape ${scrapeUrl}: ${lastError}.`,
    fix:
      'Check that Prometheus can reach the address. In a container, the application must listen on all interfaces: ' +
      'OTEL_EXPORTER_PROMETHEUS_HOST=0.0.0.0.',
  };
}

async function checkAbsent(api: PrometheusApi, metricsUrl: string | undefined): Promise<Finding[]> {
  const near = await api.query(
    `group by (__name__) ({__name__=~"(anthropic[._]client|gen[._]?ai[._]client)[._].+"})`,
  );
  if (near.length > 0) {
    const names = near.map(({ metric }) => metric['__name__'] ?? '').slice(0, 3);
    return [
      {
        id: 'metric-names',
        problem: `Prometheus has ${names.join(', ')}, but no ${START_TIME}.`,
        fix:
          'Something between the application and Prometheus changed the names. With OTLP, keep otlp.translation_strategy of Prometheus and add_metric_suffixes of a ' +
          'Collector at their defaults. Remove relabelings of __name__.',
      },
    ];
  }
  return [
    {
      id: 'not-scraped',
      problem: `Prometheus has no ${START_TIME}, so it does not scrape the application.`,
      fix: `Add a job to scrape_configs: { job_name: my-service, static_configs: [{ targets: ['${metricsUrl ? new URL(metricsUrl).host : 'localhost:9464'}'] }] }`,
    },
  ];
}

function checkIntervals(targets: readonly Target[]): Finding[] {
  const slow = targets.filter(({ scrapeInterval = '' }) => secondsOf(scrapeInterval) > MAX_INTERVAL_SECONDS);
  const [first] = slow;
  if (!first) return [];
  const { job } = first.labels;
  return [
    {
      id: 'scrape-interval',
      problem: `Prometheus scrapes the job ${job} every ${first.scrapeInterval}, so alerts arrive late and dashboards have gaps.`,
      fix: `Set scrape_interval of the job ${job} to 15s. The rules accept at most 2m.`,
    },
  ];
}

/** Converts `1m30s` to 90. */
function secondsOf(duration: string): number {
  return [...duration.matchAll(/(\d+)(ms|s|m|h|d)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * SECONDS[unit as keyof typeof SECONDS],
    0,
  );
}

/** Detects a process in several jobs: the same address and the same process start. */
function checkTwice(series: readonly Sample[]): Finding[] {
  const jobs = new Map<string, Set<string>>();
  for (const { metric, value } of series) {
    const process = `${metric['instance']} ${value[1]}`;
    jobs.set(process, (jobs.get(process) ?? new Set()).add(metric['job'] ?? ''));
  }
  const twice = [...jobs].find(([, names]) => names.size > 1);
  if (!twice) return [];
  const [instance] = twice[0].split(' ');
  return [
    {
      id: 'scraped-twice',
      problem: `Prometheus scrapes ${instance} in ${twice[1].size} jobs (${[...twice[1]].sort().join(', ')}), so each call counts, and each alert fires, once per job.`,
      fix: 'Keep one of them. On Kubernetes, use either the scrape annotations or the PodMonitor.',
    },
  ];
}

/** Detects gauges without counters. Either counters were sent with delta temporality, which Prometheus drops, or relabeling drops them. */
async function checkCounters(api: PrometheusApi): Promise<Finding[]> {
  if ((await api.query(`{__name__=~"anthropic_.+_total"}`)).length > 0) return [];
  return [
    {
      id: 'counters-missing',
      problem: `Prometheus has ${START_TIME}, but no counter of this package, so dashboards are empty.`,
      fix:
        'With OTLP, send cumulative temporality: OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative, and no ' +
        'cumulativetodelta processor in a Collector. With scraping, remove relabelings that drop anthropic_*.',
    },
  ];
}
