/** What an adapter needs of the rest: a listener, a guard, and the application's OpenTelemetry. */
import type { Context, TracerProvider } from '@opentelemetry/api';
import type { Attempt } from '../model/attempt.ts';
import type { Call, CallListener } from '../model/call.ts';
import type { Decision } from '../model/decision.ts';
import type { StatedRetirements } from '../model/retirements.ts';
import type { CallSpan, SpannedCall } from './call-span.ts';
import type { Guard } from './guard.ts';

/** The side of the telemetry that the adapters talk to. */
export interface AdapterPort {
  /** Whether telemetry is on. It can be switched at run time. */
  readonly enabled: boolean;
  readonly guard: Guard;
  readonly listener: CallListener<CallSpan>;
  /** Whether request bodies and error messages may be recorded. */
  readonly captureContent: boolean;
  /** Learns when models retire, as the Models API of `provider` states it. */
  modelsRead(retirements: StatedRetirements, provider: string): void;
  /** Records a decision of a queue of deferred requests. */
  queueDecided(decision: Decision): void;
  /** Counts a client that was made, and whether its attempts can be seen. */
  clientMade(observed: boolean): void;
  /** The tracer provider for clients that bring none of their own. */
  tracerProvider(): TracerProvider;
  /** The context in which to send `attempt`. */
  attemptContext(call: SpannedCall, attempt: Attempt): Context;
  /** Remembers an open call, to end it at shutdown at the latest. `end` ends it as canceled. */
  opened(call: Call, end: () => void): void;
  /** Forgets a call that has ended. */
  closed(call: Call): void;
}
