/** Calls that a test makes by hand, on a clock of its own, and the metrics that come of them. */
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import { vi } from 'vitest';
import { createMeter, type Snapshot } from '../../dev/telemetry.ts';
import type { Attempt } from '../../src/model/attempt.ts';
import { Call, type CallStart } from '../../src/model/call.ts';
import { errorType, isRetryableStatus } from '../../src/model/errors.ts';
import type { RateLimit } from '../../src/model/rate-limit.ts';
import { resolveOptions, type TelemetryOptions } from '../../src/options.ts';
import { Telemetry } from '../../src/telemetry.ts';

export const MODEL_KEY = 'gen_ai.request.model';

/** A telemetry, its clock in milliseconds, and what happens to its calls. */
export interface Scene {
  readonly clock: { now: number };
  readonly telemetry: Telemetry;
  readonly meterProvider: MeterProvider;
  start(start?: Partial<CallStart>): Call;
  accept(call: Call, attempt: Attempt, rateLimits?: readonly RateLimit[]): void;
  /** `status`: of the response, or `undefined` where the network failed. */
  fail(call: Call, attempt: Attempt, status: number | undefined): void;
  points(): Promise<Snapshot>;
}

/** Makes a scene. Its clock is that of the whole process until the mocks are restored. */
export function createScene(options: TelemetryOptions = {}): Scene {
  const clock = { now: 1_000_000 };
  vi.spyOn(performance, 'now').mockImplementation(() => clock.now);
  const { provider, collect } = createMeter();
  const telemetry = new Telemetry(resolveOptions({ meterProvider: provider, ...options }));
  telemetry.start();
  return {
    clock,
    telemetry,
    meterProvider: provider,
    start: (start) =>
      new Call(
        {
          method: 'messages.create',
          operation: 'chat',
          provider: 'anthropic',
          route: '/v1/messages',
          model: 'm',
          stream: false,
          ...start,
        },
        telemetry.listener,
        HANDLE,
        () => clock.now,
      ),
    accept: (call, attempt, rateLimits = []) => call.acceptAttempt(attempt, { status: 200, rateLimits }),
    fail: (call, attempt, status) =>
      status === undefined
        ? call.failAttempt(attempt, { errorType: 'connection_error', retryable: true })
        : call.failAttempt(
            attempt,
            { errorType: errorType(undefined, status), retryable: isRetryableStatus(status, null) },
            { status, rateLimits: [] },
          ),
    points: collect,
  };
}

/** The span of a call that the application does not see. */
const HANDLE = { visible: false };
