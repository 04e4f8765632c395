/**
 * `node --import anthropic-otel/register app.js`, or `--require`: everything at once. Assembles the OpenTelemetry SDK from
 * the standard `OTEL_*` variables with a Prometheus endpoint by default, JSON log lines by winston, and
 * the instrumentation of the Claude SDK; flushes at exit. Whatever fails here, the application starts.
 */
import { isInternalThread, isMainThread } from 'node:worker_threads';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { AnthropicInstrumentation } from '../instrumentation/index.ts';
import { describe, onceLogger } from './diagnostics.ts';
import { flush } from './flush.ts';
import { registerLoaderHook } from './loader-hook.ts';
import { createLogger } from './logger.ts';
import { OtelTransport } from './otel-transport.ts';
import { createPrometheusExporter } from './prometheus.ts';
import { readSettings } from './settings.ts';
import { flushAtExit } from './shutdown.ts';
import { writeLine } from './standard-stream.ts';

const REGISTERED = Symbol.for('anthropic-otel.registered');

/** Standard error, not a logger: these lines say that telemetry itself is in trouble. */
function warn(message: string): void {
  writeLine('stderr', `anthropic-otel: ${message}`, () => {});
}

function start(): void {
  const settings = readSettings(process.env);
  for (const warning of settings.warnings) warn(warning);
  if (settings.disabled) return;
  registerLoaderHook();
  if (process.env['OTEL_LOG_LEVEL'] === undefined) {
    diag.setLogger(onceLogger(warn), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  }

  const logger = createLogger(
    settings.logTarget,
    settings.logLevel,
    settings.logs ? [new OtelTransport()] : [],
    (problem) => diag.error(`log lines cannot be written: ${describe(problem)}`),
  );
  const instrumentation = new AnthropicInstrumentation({ ...settings.telemetry, logger });
  const configuration: Partial<NodeSDKConfiguration> = { instrumentations: [instrumentation] };
  if (settings.prometheus && !isMainThread) {
    // The endpoint is the main thread's. Metrics of worker threads need a push exporter.
    configuration.metricReaders = [];
  } else if (settings.prometheus) {
    const { host, port } = settings.prometheus;
    configuration.metricReaders = [
      createPrometheusExporter(settings.prometheus, (problem) =>
        diag.error(
          `no Prometheus endpoint on ${host}:${port}: ${describe(problem)}. ` +
            'Set OTEL_EXPORTER_PROMETHEUS_PORT to a free port. The application is not affected.',
        ),
      ),
    ];
  }
  // Without a variable that asks for them, NodeSDK would export to localhost:4318, where nobody listens.
  if (!settings.traces) configuration.spanProcessors = [];
  if (!settings.logs) configuration.logRecordProcessors = [];
  const sdk = new NodeSDK(configuration);
  sdk.start();
  instrumentation.share();

  if (!isMainThread) return;
  const shutdown = async (): Promise<void> => {
    instrumentation.endOpenCalls();
    await sdk.shutdown();
  };
  flushAtExit({ flush, shutdown }, settings.shutdownTimeout);
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
