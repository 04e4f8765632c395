/**
 * `node --import anthropic-otel/register app.js`, or `--require`: everything at once. Assembles the OpenTelemetry SDK from
 * the standard `OTEL_*` variables with a Prometheus endpoint by default, JSON log lines by winston, and
 * the instrumentation of the Claude SDK; flushes at exit. Whatever fails here, the application starts.
 */
import { isInternalThread } from 'node:worker_threads';
import { DiagLogLevel, diag, metrics } from '@opentelemetry/api';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { onFirstUse } from '../first-use.ts';
import { AnthropicInstrumentation } from '../instrumentation/index.ts';
import type { Stage } from '../ports/guard.ts';
import { METRICS } from '../signals/catalogue.ts';
import { ATTR } from '../signals/names.ts';
import { SCOPE_NAME, VERSION } from '../signals/scope.ts';
import { describe, onceLogger } from './diagnostics.ts';
import { flushAtEnd } from './endings.ts';
import { createTextReader } from './endpoint/exporter.ts';
import { openEndpoint } from './endpoint/index.ts';
import { LineTransport, openTarget } from './line-target.ts';
import { registerLoaderHook } from './loader-hook.ts';
import { createLogger } from './logger.ts';
import { createPushReaders } from './metric-readers.ts';
import { OtelTransport } from './otel-transport.ts';
import { resourceConfiguration, serviceName } from './resource.ts';
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
  registerLoaderHook();
  if (process.env['OTEL_LOG_LEVEL'] === undefined) {
    diag.setLogger(onceLogger(warn), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  }

  const onLogProblem = (problem: unknown): void => {
    countError('logs');
    diag.error(`log lines cannot be written: ${describe(problem)}`);
  };
  const lines = openTarget(settings.logTarget, onLogProblem);
  const transports = [
    ...(settings.logs ? [new OtelTransport()] : []),
    ...(lines ? [new LineTransport(lines)] : []),
  ];
  const logger = createLogger(settings.logLevel, transports, onLogProblem);
  const instrumentation = new AnthropicInstrumentation({ ...settings.telemetry, logger });
  const { prometheus, ...wanted } = settings.metrics;
  const text = prometheus && createTextReader();
  const configuration: Partial<NodeSDKConfiguration> = {
    ...resourceConfiguration(process.env),
    instrumentations: [instrumentation],
    metricReaders: [...(text ? [text.reader] : []), ...createPushReaders(settings.metrics)],
  };
  // Without a variable that asks for them, NodeSDK would export to localhost:4318, where nobody listens.
  if (!settings.traces) configuration.spanProcessors = [];
  if (!settings.logs) configuration.logRecordProcessors = [];
  const sdk = new NodeSDK(configuration);
  sdk.start();
  instrumentation.share();

  if (text) {
    const { host, port } = prometheus;
    const endpoint = openEndpoint({
      host,
      port,
      service: serviceName(process.env),
      collect: text.collect,
      onProblem: (problem) =>
        diag.error(
          `no Prometheus endpoint on ${host}:${port}: ${describe(problem)}. ` +
            'Set OTEL_EXPORTER_PROMETHEUS_PORT to a free port. The application is not affected.',
        ),
      onMissed: () => countError('export'),
    });
    onFirstUse(() => endpoint.use());
  }

  flushAtEnd({
    endOpenCalls: () => instrumentation.endOpenCalls(),
    writers: [lines?.writer, warnings.writer].filter((writer) => writer !== undefined),
    pushes: Boolean(wanted.otlp || wanted.console || settings.traces || settings.logs),
    deadline: settings.shutdownTimeout,
  });
}

/** Counts telemetry that is lost. */
function countError(stage: Stage): void {
  const { name, unit, description } = METRICS.telemetryErrors;
  const counter = metrics.getMeter(SCOPE_NAME, VERSION).createCounter(name, { unit, description });
  counter.add(1, { [ATTR.stage]: stage });
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
