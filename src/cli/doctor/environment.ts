/** Checks the environment variables of the application, as far as they are known: those of this shell, and those in `.env`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Finding } from './finding.ts';

/** Checks the variables for the application in `folder`. `toPrometheus` states whether its metrics go to a Prometheus, as far as known. */
export function checkEnvironment(folder: string, env: NodeJS.ProcessEnv, toPrometheus: boolean): Finding[] {
  const file = readEnvFile(folder);
  const value = (name: string): string => (env[name] || file[name] || '').trim().toLowerCase();
  const where = (name: string): string => (env[name] ? 'in this shell' : 'in .env');
  const exporters = value('OTEL_METRICS_EXPORTER')
    .split(',')
    .map((each) => each.trim());
  const findings: Finding[] = [];
  if (value('OTEL_SDK_DISABLED') === 'true') {
    findings.push({
      id: 'telemetry-disabled',
      problem: `OTEL_SDK_DISABLED=true ${where('OTEL_SDK_DISABLED')} turns all telemetry off.`,
      fix: 'Remove the variable. To turn off one signal, use OTEL_METRICS_EXPORTER, OTEL_TRACES_EXPORTER or ANTHROPIC_OTEL_LOG.',
    });
  }
  if (exporters.includes('none')) {
    findings.push({
      id: 'metrics-disabled',
      problem: `OTEL_METRICS_EXPORTER contains "none" ${where('OTEL_METRICS_EXPORTER')}, so there are no metrics, dashboards or alerts.`,
      fix: 'Remove the variable to get an endpoint that Prometheus can scrape, or set it to otlp.',
    });
  }
  const preference = value('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE');
  if (toPrometheus && exporters.includes('otlp') && ['delta', 'lowmemory'].includes(preference)) {
    findings.push({
      id: 'delta-temporality',
      problem: `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=${preference} ${where('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE')} sends counters as differences, which Prometheus drops.`,
      fix: 'Remove the variable. The default is cumulative, which Prometheus, Mimir and Grafana Cloud need.',
    });
  }
  return findings;
}

/** The service name that the application in `folder` sets, if known. */
export function serviceName(folder: string, env: NodeJS.ProcessEnv): string | undefined {
  return env['OTEL_SERVICE_NAME'] || readEnvFile(folder)['OTEL_SERVICE_NAME'] || undefined;
}

function readEnvFile(folder: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
  } catch {
    return {};
  }
}
