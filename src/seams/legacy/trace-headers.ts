/**
 * Sends the trace context with an attempt, where the SDK does not. Above its own attempt spans this package suppresses
 * the HTTP instrumentation of the application, which would have sent it: so whoever makes the span sends its context.
 * Switched off as for newer SDKs, by `propagation: false` or `ANTHROPIC_OPEN_TELEMETRY_PROPAGATION=false`.
 */
import { type Context, context, propagation, trace } from '@opentelemetry/api';
import type { Call } from '../../model/call.ts';
import type { CallSpan } from '../../ports/call-span.ts';
import type { SdkRequest } from '../sdk-shapes.ts';

/**
 * `request` with the trace headers of the attempt that is sent in `attemptContext`, as a copy; the same when there
 * are none. Headers of the same name are replaced, as the newer SDKs do.
 */
export function withTraceHeaders(request: SdkRequest, call: Call, attemptContext: Context): SdkRequest {
  const span = trace.getSpan(attemptContext);
  // Without an attempt span the HTTP instrumentation is at work, and sends the context of its own span.
  if (!span || span === (call.handle as CallSpan).span) return request;
  const carrier: Record<string, string> = {};
  // Not in the attempt's context itself: propagators send nothing where tracing is suppressed.
  propagation.inject(trace.setSpan(context.active(), span), carrier);
  if (Object.keys(carrier).length === 0) return request;
  const headers = new Headers(request.headers);
  for (const [name, value] of Object.entries(carrier)) headers.set(name, value);
  return { ...request, headers };
}
