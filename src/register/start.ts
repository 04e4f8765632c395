/** Starts the parts of `register`: the hook that sees the SDK load, log lines, and OpenTelemetry when the first client is created. */
import { isInternalThread } from 'node:worker_threads';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { markUsed, onFirstUse } from '../first-use.ts';
import { observeClients } from '../instrumentation/observe-clients.ts';
import { observedClass } from '../instrumentation/observed-class.ts';
import { shareMetrics } from '../metrics-handler.ts';
import { resolveOptions } from '../options.ts';
import { shareTelemetry, Telemetry } from '../telemetry.ts';
import { describe, onceLogger } from './diagnostics.ts';
import { flushAtEnd } from './endings.ts';
import { openEndpoint } from './endpoint/index.ts';
import { installHook } from './hook/install.ts';
import { isSupported } from './hook/sdk-file.ts';
import { LineTransport, openTarget } from './line-target.ts';
import { createLogger } from './logger.ts';
import { OtelTransport } from './otel-transport.ts';
import { Providers } from './providers.ts';
import { serviceName } from './resource.ts';
import { readSettings } from './settings.ts';
import { standardStream } from './standard-stream.ts';
import { watchUnobserved } from './unobserved-clients.ts';
import { watchUnobservedRequests } from './unobserved-requests.ts';

export { packagesToCopy } from './sdk-packages.ts';

/** Uses standard error, not a logger, because these lines report that telemetry itself has a problem. */
const warnings = standardStream('stderr', () => {});
function warn(message: string): void {
  warnings.write(`anthropic-otel: ${message}`);
}

let warned = false;

function start(): void {
  const settings = readSettings(process.env);
  for (const warning of settings.warnings) warn(warning);
  if (settings.disabled) return;
  const watch = (): void =>
    watchUnobserved(telemetry, () => {
      markUsed();
      warnUnobserved();
    });
  const providers = new Providers(settings, warn, () => watch());
  const onLogProblem = (problem: unknown): void => {
    telemetry.countError('logs');
    diag.error(`cannot write log lines: ${describe(problem)}`);
  };
  const lines = openTarget(settings.logTarget, onLogProblem);
  const transports = [
    ...(settings.logs ? [new OtelTransport(() => providers.logger())] : []),
    ...(lines ? [new LineTransport(lines)] : []),
  ];
  const logger = createLogger(settings.logLevel, transports, onLogProblem);
  const { meterProvider } = providers;
  const telemetry = new Telemetry(resolveOptions({ ...settings.telemetry, meterProvider, logger }), () =>
    providers.tracerProvider(),
  );
  shareTelemetry(telemetry);
  watch();
  watchUnobservedRequests(telemetry, () => {
    markUsed();
    warnUnobserved();
  });
  const { add, complete } = observeClients(telemetry);
  const attached = installHook({
    observe: (root) => observedClass(root, add, complete),
    onLoaded: ({ version, url, observed }) => {
      // Makes the process visible, and its series start at zero, before its first call.
      markUsed();
      telemetry.start();
      if (observed) return;
      warned = true;
      warn(notObserved(version, url));
    },
  });
  if (/[\\/]jest(?:\.js)?$|jest-worker/.test(process.argv[1] ?? '')) {
    warned = true;
    warn(
      'Jest loads modules itself, so clients are not observed automatically. Use withTelemetry or observe in the code under test',
    );
  }
  if (!attached) {
    warned = true;
    warn(
      `clients are not observed automatically: \`module.registerHooks\` is missing in this runtime (${process.version}). ` +
        'Use Node 22.15, 23.5 or later, or `withTelemetry` in your code',
    );
  }
  if (process.env['OTEL_LOG_LEVEL'] === undefined) setDiagnostics();
  const collect = (): Promise<string> => {
    telemetry.start();
    return providers.text();
  };
  if (settings.metrics.prometheus) shareMetrics(collect);
  if (settings.metrics.prometheus?.endpoint) {
    const { host, port } = settings.metrics.prometheus;
    const endpoint = openEndpoint({
      host,
      port,
      service: serviceName(process.env),
      collect,
      onProblem: (problem) =>
        warn(
          `no Prometheus endpoint on ${host}:${port}: ${describe(problem)}. ` +
            'Set OTEL_EXPORTER_PROMETHEUS_PORT to a free port. The application is not affected.',
        ),
      onMissed: () => telemetry.countError('export'),
    });
    onFirstUse(() => endpoint.use());
  }
  flushAtEnd({
    endOpenCalls: () => telemetry.endOpenCalls(),
    flush: () => providers.flush(),
    writers: [lines?.writer, warnings.writer].filter((writer) => writer !== undefined),
    pushes: providers.pushes,
    deadline: settings.shutdownTimeout,
  });
}

function notObserved(version: string, url: string): string {
  const why = isSupported(version)
    ? `its file ${url} has an unknown form: use withTelemetry in your code`
    : '0.39.0 or later, below 2, is needed';
  return `@anthropic-ai/sdk ${version} is not observed; ${why}`;
}

function warnUnobserved(): void {
  if (warned) return;
  warned = true;
  warn(
    'a client of @anthropic-ai/sdk is not observed: it is bundled, or was loaded before anthropic-otel/register. Its attempts are ' +
      'not recorded. Create it with new Anthropic(withTelemetry({ ... })), or keep @anthropic-ai/sdk out of the bundle.',
  );
}

/** Shows each error of OpenTelemetry once, unless the application has its own diagnostics. */
function setDiagnostics(): void {
  diag.setLogger(onceLogger(warn), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

// Node also runs the modules of `--require` in its own loader threads.
if (!isInternalThread) {
  try {
    start();
  } catch (problem) {
    warn(`telemetry did not start: ${describe(problem)}. The application is not affected.`);
  }
}
