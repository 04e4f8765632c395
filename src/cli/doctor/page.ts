/** Checks the metrics endpoint of the application. */
import { METRICS, type MetricKey } from '../../signals/catalogue.ts';
import { prometheusName } from '../../signals/metric-definition.ts';
import { send } from '../http.ts';
import { clockFinding, type Finding } from './finding.ts';

/** A sample of a page. */
interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)/;
/** Metrics that every process has from its start on. */
const ALWAYS = ['startTime', 'telemetryClients'] as const satisfies readonly MetricKey[];

/** Checks the page at `url`. `service` is the service name that the application sets, if known. */
export async function checkPage(url: string, service: string | undefined): Promise<Finding[]> {
  const reply = await send(url).catch((error: unknown) =>
    String(error instanceof Error ? error.message : error),
  );
  if (typeof reply === 'string') {
    return [
      {
        id: 'endpoint-unreachable',
        problem: `No metrics at ${url}: ${reply}.`,
        fix:
          'Start the application with --import anthropic-otel/register. In a container, set ' +
          'OTEL_EXPORTER_PROMETHEUS_HOST=0.0.0.0. Look for a line on its standard error that starts with "anthropic-otel:".',
      },
    ];
  }
  if (reply.status !== 200) return [foreign(url, `it responds with ${reply.status}`)];
  if (typeof reply.body !== 'string' || /^\s*</.test(reply.body))
    return [foreign(url, 'it serves no metrics')];
  const samples = parse(reply.body);
  if (!samples.some(({ name }) => /^(anthropic|gen_ai)_/.test(name))) {
    return [
      foreign(url, samples.length > 0 ? 'it serves the metrics of another program' : 'its page is empty'),
    ];
  }
  return [...checkService(url, samples, service), ...checkNames(samples), ...checkValues(samples)];
}

/** Detects two services on one machine with the same port: the page belongs to the service that started first. */
function checkService(url: string, samples: readonly Sample[], service: string | undefined): Finding[] {
  const names = samples
    .filter(({ name }) => name === 'target_info')
    .flatMap(({ labels }) => /\bservice_name="((?:[^"\\]|\\.)*)"/.exec(labels)?.[1] ?? []);
  if (service === undefined || names.length === 0 || names.includes(service)) return [];
  return [
    {
      id: 'endpoint-other-service',
      problem: `${url} has the metrics of ${[...new Set(names)].join(', ')}, not those of ${service}, which is the OTEL_SERVICE_NAME.`,
      fix: 'Give each service on a machine its own port: OTEL_EXPORTER_PROMETHEUS_PORT=9465.',
    },
  ];
}

function checkNames(samples: readonly Sample[]): Finding[] {
  const missing = ALWAYS.map((key) => prometheusName(METRICS[key])).filter(
    (name) => !samples.some((sample) => sample.name === name),
  );
  if (missing.length === 0) return [];
  const near = missing.flatMap((name) => {
    const stem = name.replace(/_total$/, '');
    return samples.filter((sample) => sample.name.startsWith(stem)).map((sample) => sample.name);
  });
  return [
    {
      id: 'metric-names',
      problem: `The page has no ${missing.join(' and no ')}${near.length > 0 ? `, but ${[...new Set(near)].join(', ')}` : ''}.`,
      fix:
        'Dashboards and rules need the names in docs/metrics.md. Scrape the endpoint of `register`, or have the exporter keep ' +
        'the names: without unit suffixes, with _total for counters.',
    },
  ];
}

function checkValues(samples: readonly Sample[]): Finding[] {
  const sum = (key: MetricKey, label: string): number =>
    samples
      .filter(({ name, labels }) => name === prometheusName(METRICS[key]) && labels.includes(label))
      .reduce((total, { value }) => total + value, 0);
  const findings: Finding[] = [];
  const unobserved = sum('telemetryClients', 'anthropic_telemetry_observed="false"');
  if (unobserved > 0) {
    findings.push({
      id: 'clients-unobserved',
      problem: `${unobserved} clients are not observed, because the SDK was loaded before anthropic-otel/register or is part of a bundle.`,
      fix:
        'Register first (--import anthropic-otel/register before all other imports), exclude @anthropic-ai/sdk from the bundle, ' +
        'or create the clients with new Anthropic(withTelemetry({ ... })).',
    });
  }
  const errors = sum('telemetryErrors', '');
  if (errors > 0) {
    findings.push({
      id: 'telemetry-errors',
      problem: `Telemetry failed ${errors} times in this process, so records are missing.`,
      fix: 'Look for lines on its standard error that start with "anthropic-otel:". Set OTEL_LOG_LEVEL=debug for more.',
    });
  }
  const started = Math.max(
    ...samples
      .filter(({ name }) => name === prometheusName(METRICS.startTime))
      .map(({ value }) => value * 1000),
  );
  // If the process start is in the future, the clock of its machine is ahead.
  const clock =
    started > Date.now() ? clockFinding('process-clock', 'the process', started, Date.now()) : undefined;
  return [...findings, ...(clock ? [clock] : [])];
}

function foreign(url: string, why: string): Finding {
  return {
    id: 'endpoint-foreign',
    problem: `${url} does not belong to an application with anthropic-otel: ${why}.`,
    fix: 'Give the application its own port: OTEL_EXPORTER_PROMETHEUS_PORT=9465. The path is /metrics.',
  };
}

function parse(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels, value: Number(value) }];
  });
}
