/** A winston transport that passes the lines to OpenTelemetry, which exports them by OTLP. */
import * as api from '@opentelemetry/api';
import Transport from 'winston-transport';
import type { OtelLogger } from './providers.ts';

const SEVERITY: Readonly<Record<string, number>> = { info: 9, warn: 13, error: 17 };

/** Emits each line as a log record, with its event name and its fields as attributes. */
export class OtelTransport extends Transport {
  readonly #logger: () => OtelLogger | undefined;

  /** `logger` returns the current destination of records. */
  constructor(logger: () => OtelLogger | undefined) {
    super();
    this.#logger = logger;
  }

  override log(info: Record<string, unknown>, done: () => void): void {
    const { level, message, time: _, event, trace_id, span_id, trace_flags, ...attributes } = info;
    this.#logger()?.emit({
      eventName: event,
      severityNumber: SEVERITY[String(level)] ?? 9,
      severityText: String(level).toUpperCase(),
      body: message,
      attributes: { ...attributes },
      // The call may have ended in a different context than the one in which it was made.
      context: contextOf(trace_id, span_id, trace_flags),
    });
    done();
  }
}

function contextOf(traceId: unknown, spanId: unknown, flags: unknown): api.Context {
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return api.ROOT_CONTEXT;
  const traceFlags = Number.parseInt(String(flags), 16);
  return api.trace.setSpanContext(api.ROOT_CONTEXT, { traceId, spanId, traceFlags });
}
