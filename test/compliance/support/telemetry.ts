/** Telemetry as an application adds it in code: every signal is on, with providers of its own. */
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { createLogger, createMeter, createTracing } from '../../../dev/telemetry.ts';
import { observe, withTelemetry } from '../../../src/index.ts';

/** Adds telemetry, and prints at the end what it recorded. */
export interface AddedTelemetry {
  add<Options extends object>(options: Options): Options;
  observe<Client extends object>(client: Client): Client;
  report(): Promise<void>;
}

/** Starts it. `UNDICI=true` puts the undici instrumentation beside it, `CONTEXT=none` leaves the context manager out. */
export async function startTelemetry(): Promise<AddedTelemetry> {
  if (process.env['CONTEXT'] !== 'none') {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  }
  const meter = createMeter();
  const tracing = createTracing();
  const { logger, records } = createLogger();
  if (process.env['UNDICI']) new UndiciInstrumentation().setTracerProvider(tracing.provider);
  const options = { meterProvider: meter.provider, tracerProvider: tracing.provider, logger };
  return {
    add: (given) => withTelemetry(given, options),
    observe: (client) => observe(client, options),
    async report() {
      const calls = records.filter(({ fields }) => fields['event'] === 'anthropic.call').length;
      const errors = ((await meter.collect()).get('anthropic.telemetry.errors') ?? []).reduce(
        (sum, { value }) => sum + Number(value),
        0,
      );
      process.stdout.write(
        `${JSON.stringify({ recorded: { calls, spans: tracing.spans().length, errors } })}\n`,
      );
    },
  };
}
