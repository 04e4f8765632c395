/** The interface that adapters use: a listener, a guard, and the application's OpenTelemetry. */
import type { Context, TracerProvider } from '@opentelemetry/api';
import type { Attempt } from '../model/attempt.ts';
import type { Call, CallListener } from '../model/call.ts';
import type { Decision } from '../model/decision.ts';
import type { StatedRetirements } from '../model/retirements.ts';
import type { CallSpan, SpannedCall } from './call-span.ts';
import type { Guard } from './guard.ts';

/** The part of the telemetry that the adapters use. */
export interface AdapterPort {
  /** Whether telemetry is on. This can change at run time. */
  readonly enabled: boolean;
  readonly guard: Guard;
  readonly listener: CallListener<CallSpan>;
  /** Whether request bodies and error messages may be recorded. */
  readonly captureContent: boolean;
  /** Receives the retirements that the Models API of `provider` states. */
  modelsRead(retirements: StatedRetirements, provider: string): void;
  /** Records a decision of a queue of deferred requests. */
  queueDecided(decision: Decision): void;
  /** Counts a new client, and whether its attempts can be seen. */
  clientMade(observed: boolean): void;
  /** The tracer provider for clients that have none of their own. */
  tracerProvider(): TracerProvider;
  /** The context in which to send `attempt`. */
  attemptContext(call: SpannedCall, attempt: Attempt): Context;
  /** Tracks an open call, so that it ends at shutdown at the latest. `end` ends it as canceled. */
  opened(call: Call, end: () => void): void;
  /** Stops tracking a call that has ended. */
  closed(call: Call): void;
}
