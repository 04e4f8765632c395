/**
 * `node --import anthropic-otel/register app.js`, or `--require`: everything at once. Assembles the OpenTelemetry SDK from
 * the standard `OTEL_*` variables with a Prometheus endpoint by default, JSON log lines by winston, and
 * the instrumentation of the Claude SDK; flushes at exit. Whatever fails here, the application starts.
 */
import { isInternalThread, isMainThread } from 'node:worker_threads';
import { DiagLogLevel, diag, metrics } from '@opentelemetry/api';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { METRICS } from '../signals/catalogue.ts';
import { ATTR } from '../signals/names.ts';
import { SCOPE_NAME, VERSION } from '../signals/scope.ts';
import { describe, onceLogger } from './diagnostics.ts';
import { flushAtEnd } from './endings.ts';
import { RegisterInstrumentation } from './hook/instrumentation.ts';
import { LineTransport, openTarget } from './line-target.ts';
import { createLogger } from './logger.ts';
import { createMetricReaders } from './metric-readers.ts';
import { OtelTransport } from './otel-transport.ts';
import { resourceConfiguration } from './resource.ts';
import { readSettings } from './settings.ts';
import { standardStream } from './standard-stream.ts';

const REGISTERED = Symbol.for('anthropic-otel.registered');

/** Standard error, not a logger: these lines say that telemetry itself is in trouble. */
const warnings = standardStream('stderr', () => {});
function warn(message: string): void {
  warnings.write(`anthropic-otel: ${message}`);
}

function start(): void {
  const settings = readSettings(process.env);
  for (const warning of settings.warnings) warn(warning);
  if (settings.disabled) return;
  if (process.env['OTEL_LOG_LEVEL'] === undefined) {
    diag.setLogger(onceLogger(warn), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  }

  const onLogProblem = (problem: unknown): void => {
    countLogError();
    diag.error(`log lines cannot be written: ${describe(problem)}`);
  };
  const lines = openTarget(settings.logTarget, onLogProblem);
  const transports = [
    ...(settings.logs ? [new OtelTransport()] : []),
    ...(lines ? [new LineTransport(lines)] : []),
  ];
  const logger = createLogger(settings.logLevel, transports, onLogProblem);
  const instrumentation = new RegisterInstrumentation({ ...settings.telemetry, logger });
  // The endpoint is the main thread's. Metrics of worker threads need a push exporter.
  const wanted = isMainThread ? settings.metrics : { ...settings.metrics, prometheus: undefined };
  const configuration: Partial<NodeSDKConfiguration> = {
    ...resourceConfiguration(process.env),
    instrumentations: [instrumentation],
    metricReaders: createMetricReaders(wanted, (problem) => {
      const { host, port } = wanted.prometheus ?? {};
      diag.error(
        `no Prometheus endpoint on ${host}:${port}: ${describe(problem)}. ` +
          'Set OTEL_EXPORTER_PROMETHEUS_PORT to a free port. The application is not affected.',
      );
    }),
  };
  // Without a variable that asks for them, NodeSDK would export to localhost:4318, where nobody listens.
  if (!settings.traces) configuration.spanProcessors = [];
  if (!settings.logs) configuration.logRecordProcessors = [];
  const sdk = new NodeSDK(configuration);
  sdk.start();
  instrumentation.share();

  flushAtEnd({
    endOpenCalls: () => instrumentation.endOpenCalls(),
    writers: [lines?.writer, warnings.writer].filter((writer) => writer !== undefined),
    pushes: Boolean(wanted.otlp || wanted.console || settings.traces || settings.logs),
    deadline: settings.shutdownTimeout,
  });
}

/** Counts a log line that is lost. */
function countLogError(): void {
  const { name, unit, description } = METRICS.telemetryErrors;
  const counter = metrics.getMeter(SCOPE_NAME, VERSION).createCounter(name, { unit, description });
  counter.add(1, { [ATTR.stage]: 'logs' });
}

const registered = globalThis as { [REGISTERED]?: boolean };
// Node runs the modules of `--require` in its own loader threads too.
if (!isInternalThread && !registered[REGISTERED]) {
  registered[REGISTERED] = true;
  try {
    start();
  } catch (problem) {
    warn(`telemetry did not start: ${describe(problem)}. The application is not affected.`);
  }
}
