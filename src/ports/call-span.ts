/** What the adapters and the span signal share of a call: the OpenTelemetry span behind it. */
import { type Context, context, type Span, type TracerProvider, trace } from '@opentelemetry/api';
import type { Call } from '../model/call.ts';

/** A call and the span behind it. */
export type SpannedCall = Call<CallSpan>;

/** The span of a call, as a `Call` carries it in `handle`. */
export interface CallSpan {
  /** The span that the application's tracer provider made, or one that does nothing. */
  readonly span: Span;
  /** Whether the application sees spans of this call. If not, it sees no attempt spans either. */
  readonly visible: boolean;
  /** The context in which the application made the call. */
  readonly parent: Context;
  /** Whether options of the SDK lead to the call. */
  tied?: boolean | undefined;
  /** Ends the call when the process does, in place of a cancellation: set while only a retry could change how it ends. */
  resolve?: (() => void) | undefined;
  /** The tracer provider that the call's spans come from. */
  readonly tracerProvider: TracerProvider;
}

/**
 * The active context as the application knows it: with the very span that its tracer provider made, and not with the tap's span in front of it. Some
 * SDKs keep children at the object of their parent, and sockets keep the context that they were opened in.
 */
export function applicationContext({ span, visible, parent }: CallSpan): Context {
  const active = context.active();
  if (visible) return trace.setSpan(active, span);
  // The application sees no call span: its own span is the current one, as it would be without this package.
  const own = trace.getSpan(parent);
  return own ? trace.setSpan(active, own) : trace.deleteSpan(active);
}
