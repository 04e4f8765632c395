/** The call state that the adapters and the span signal share: the OpenTelemetry span of a call. */
import { type Context, context, type Span, type TracerProvider, trace } from '@opentelemetry/api';
import type { Call } from '../model/call.ts';

/** A call with its span. */
export type SpannedCall = Call<CallSpan>;

/** The span of a call, which a `Call` holds in `handle`. */
export interface CallSpan {
  /** The span that the application's tracer provider created, or a no-op span. */
  readonly span: Span;
  /** Whether the application sees spans of this call. If not, it sees no attempt spans either. */
  readonly visible: boolean;
  /** The context in which the application made the call. */
  readonly parent: Context;
  /** Whether the SDK's request options are linked to the call. */
  tied?: boolean | undefined;
  /** Ends the call when the process ends, instead of a cancellation. Set while only a retry could change how the call ends. */
  resolve?: (() => void) | undefined;
  /** The tracer provider of the call's spans. */
  readonly tracerProvider: TracerProvider;
}

/**
 * The active context as the application knows it: with the span that its own tracer provider created, not with the tap's span around
 * it. Some OpenTelemetry SDKs store children on their parent object, and sockets keep the context in which they were opened.
 */
export function applicationContext({ span, visible, parent }: CallSpan): Context {
  const active = context.active();
  if (visible) return trace.setSpan(active, span);
  // The application sees no call span, so its own span is the current one, as without this package.
  const own = trace.getSpan(parent);
  return own ? trace.setSpan(active, own) : trace.deleteSpan(active);
}
