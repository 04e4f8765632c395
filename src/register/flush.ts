/** Exports what the registered OpenTelemetry SDK holds, and leaves it running: NodeSDK itself can only shut down. */
import * as api from '@opentelemetry/api';

interface Provider {
  forceFlush?(): Promise<void>;
  /** What a proxy of the API stands for. */
  getDelegate?(): Provider;
}

/** Flushes traces, metrics and, where the API has them, logs. What fails is told by the exporters. */
export async function flush(): Promise<void> {
  const { logs } = api as { logs?: { getLoggerProvider(): Provider } };
  const providers: readonly (Provider | undefined)[] = [
    api.trace.getTracerProvider() as Provider,
    api.metrics.getMeterProvider() as Provider,
    logs?.getLoggerProvider(),
  ];
  await Promise.allSettled(
    providers.map(async (provider) => {
      const real = provider?.getDelegate?.() ?? provider;
      await real?.forceFlush?.();
    }),
  );
}
