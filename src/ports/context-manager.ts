/** Whether the application, or its OpenTelemetry SDK, has registered a context manager. */
import { context, createContextKey } from '@opentelemetry/api';

const PROBE = createContextKey('anthropic-otel.probe');

/** Whether contexts reach what is run in them. */
export function hasContextManager(): boolean {
  return context.with(
    context.active().setValue(PROBE, true),
    () => context.active().getValue(PROBE) === true,
  );
}
