/** The OpenTelemetry set-up of the application: its own SDK, its own exporters. */
import { register } from 'node:module';
import { ConsoleMetricExporter, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { AnthropicInstrumentation } from 'anthropic-otel/instrumentation';

// ES modules need the loader hook of OpenTelemetry.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, {
  data: { include: ['@anthropic-ai/sdk'] },
});
const sdk = new NodeSDK({
  metricReaders: [new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter() })],
  instrumentations: [new AnthropicInstrumentation()],
});
sdk.start();
process.once('beforeExit', () => sdk.shutdown());
