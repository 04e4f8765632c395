/** A winston transport that carries the lines to OpenTelemetry, whose exporter sends them by OTLP. */
import * as api from '@opentelemetry/api';
import Transport from 'winston-transport';
import { SCOPE_NAME, VERSION } from '../signals/scope.ts';
import { requireFromSdk } from './sdk-packages.ts';

/** The logs API, as far as it is used here: part of `@opentelemetry/api` since 1.10, `@opentelemetry/api-logs` before. */
interface LogsApi {
  getLogger(name: string, version?: string): { emit(record: object): void };
}

const SEVERITY: Readonly<Record<string, number>> = { info: 9, warn: 13, error: 17 };

/** Emits each line as a log record, with its event name and its fields as attributes. */
export class OtelTransport extends Transport {
  readonly #logs: LogsApi | undefined = (api as { logs?: LogsApi }).logs ?? logsOfOlderApi();

  override log(info: Record<string, unknown>, done: () => void): void {
    const { level, message, time: _, event, trace_id, span_id, trace_flags, ...attributes } = info;
    this.#logs?.getLogger(SCOPE_NAME, VERSION).emit({
      eventName: event,
      severityNumber: SEVERITY[String(level)] ?? 9,
      severityText: String(level).toUpperCase(),
      body: message,
      attributes: { ...attributes },
      // The call may have ended in another context than the one it was made in.
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

/** The package is there exactly where the API has no logs. */
function logsOfOlderApi(): LogsApi | undefined {
  try {
    return requireFromSdk('@opentelemetry/api-logs')['logs'] as LogsApi;
  } catch {
    return undefined;
  }
}
