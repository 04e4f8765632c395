/** Detects whether the application, or its OpenTelemetry SDK, registered a context manager. */
import { context, createContextKey } from '@opentelemetry/api';

const PROBE = createContextKey('anthropic-otel.probe');

/** Whether code that runs in a context can read that context. */
export function hasContextManager(): boolean {
  return context.with(
    context.active().setValue(PROBE, true),
    () => context.active().getValue(PROBE) === true,
  );
}
