/**
 * Sends the trace context with an attempt, where the SDK does not. Below its own attempt spans this package suppresses
 * the HTTP instrumentation of the application, which would have sent it: so whoever makes the span sends its context.
 * Switched off as for newer SDKs, by `propagation: false` or `ANTHROPIC_OPEN_TELEMETRY_PROPAGATION=false`.
 */
import { type Context, context, propagation, trace } from '@opentelemetry/api';
import type { Call } from '../../model/call.ts';
import type { CallSpan } from '../../ports/call-span.ts';

/** Headers by name. */
export type TraceHeaders = Readonly<Record<string, string>>;

/** The trace headers of the attempt of `call` that is sent in `attemptContext`, or `undefined` when there are none. */
export function traceHeaders(call: Call, attemptContext: Context): TraceHeaders | undefined {
  const span = trace.getSpan(attemptContext);
  // Without an attempt span the HTTP instrumentation is at work, and sends the context of its own span.
  if (!span || span === (call.handle as CallSpan).span) return undefined;
  const carrier: Record<string, string> = {};
  // Not in the attempt's context itself: propagators send nothing where tracing is suppressed.
  propagation.inject(trace.setSpan(context.active(), span), carrier);
  return Object.keys(carrier).length > 0 ? carrier : undefined;
}

/** A copy of `headers` with `added`, in place of headers of the same name, as the newer SDKs do. */
export function withTraceHeaders(headers: HeadersInit | undefined, added: TraceHeaders): HeadersInit {
  if (headers === undefined || headers instanceof Headers || Array.isArray(headers)) {
    const copy = new Headers(headers);
    for (const [name, value] of Object.entries(added)) copy.set(name, value);
    return copy;
  }
  // SDK 0.39 gives `node-fetch` an object, which does not know the platform's `Headers`.
  const replaced = new Set(Object.keys(added).map((name) => name.toLowerCase()));
  const kept = Object.entries(headers).filter(([name]) => !replaced.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...added };
}
