/** Whatever part of telemetry fails, in whatever way: the application gets what it gets without telemetry. */
import Anthropic from '@anthropic-ai/sdk';
import { DiagLogLevel, diag, propagation } from '@opentelemetry/api';
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Logger, TelemetryOptions } from '../../src/index.ts';
import { type Harness, startHarness } from '../helpers/harness.ts';
import { startApi } from '../helpers/process.ts';
import { ATTEMPTS, CALLS, useClient } from './support/app.ts';
import { COMPONENTS, type Component, type Fault, failing } from './support/components.ts';

const CASES = COMPONENTS.flatMap((component) =>
  component.faults.map((fault) => [component.name, fault, component] as const),
);

const warn = vi.fn();
const quiet = (): void => {};
let unharmed = 0;

/** What the application gets without any telemetry. */
async function expected(): Promise<unknown> {
  const api = await startApi();
  return useClient(
    new Anthropic({ baseURL: api.url, apiKey: 'test-key', logLevel: 'off', openTelemetry: false }),
    api,
  );
}

beforeEach(() => {
  warn.mockReset();
  diag.setLogger(
    { warn, error: quiet, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
});

afterEach(() => {
  diag.disable();
  propagation.disable();
});

afterAll(() => {
  process.stdout.write(
    `faults: ${unharmed} of ${CASES.length} combinations leave the application unharmed\n`,
  );
});

/** The stages that were warned of, in order. */
const warnedStages = (): string[] =>
  warn.mock.calls.flatMap(
    ([message]) => /^anthropic-otel: (\w+) telemetry failed/.exec(String(message))?.[1] ?? [],
  );

describe.each(CASES)('a %s that %s', (_name, fault, component) => {
  test('changes nothing for the application, and is reported once for each stage', async () => {
    const unhandled = watchRejections();
    const { telemetry, propagator } = component.make(fault as Fault);
    if (propagator) propagation.setGlobalPropagator(propagator);
    const harness = await startHarness(telemetry ? { telemetry } : {});
    expect(await useClient(harness.client, harness.server)).toEqual(await expected());
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(unhandled()).toEqual([]);
    const stages = warnedStages();
    expect(stages).toEqual([...new Set(stages)]);
    await expectOtherSignals(harness, component.costs);
    unharmed += 1;
  });
});

/** Expects that every signal but `lost` is recorded whole. */
async function expectOtherSignals(harness: Harness, lost: Component['costs']): Promise<void> {
  if (lost !== 'metrics') {
    expect(await harness.metric('anthropic.client.calls')).toBe(CALLS);
    expect(await harness.metric('anthropic.client.attempts')).toBe(ATTEMPTS);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
  }
  if (lost !== 'logs')
    expect(harness.events().filter((name) => name === 'anthropic.call')).toHaveLength(CALLS);
  if (lost !== 'spans') {
    expect(harness.callSpans()).toHaveLength(CALLS);
    expect(harness.attemptSpans()).toHaveLength(ATTEMPTS);
  }
}

/** Unhandled rejections end a process: here they are counted. */
function watchRejections(): () => unknown[] {
  const seen: unknown[] = [];
  const before = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => seen.push(reason));
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of before) process.on('unhandledRejection', listener);
  });
  return () => seen;
}

function brokenLogger(fault: Fault): Logger {
  return { info: failing(fault), warn: failing(fault), error: failing(fault) };
}

describe('anthropic.telemetry.errors', () => {
  test.each<[string, string, TelemetryOptions]>([
    ['logs', 'a logger', { logger: brokenLogger('throws') }],
    ['logs', 'a logger whose promises reject', { logger: brokenLogger('rejects') }],
    ['spans', 'a tracer provider', { tracerProvider: { getTracer: failing('throws') } }],
  ])('counts under %s what %s fails at, and warns once', async (stage, _what, telemetry) => {
    const harness = await startHarness({ telemetry });
    await useClient(harness.client, harness.server);
    const errors = await harness.points('anthropic.telemetry.errors');
    expect(errors.map(({ attributes }) => attributes['anthropic.telemetry.stage'])).toEqual([stage]);
    expect(errors[0]?.value).toBeGreaterThan(1);
    expect(warnedStages()).toEqual([stage]);
  });

  test('counts each record that is lost, also where the diagnostics fail themselves', async () => {
    warn.mockImplementation(failing('throws'));
    const harness = await startHarness({ telemetry: { logger: brokenLogger('throws') } });
    await useClient(harness.client, harness.server);
    // Six calls end, one attempt is retried, and the failed stream exhausts its call.
    expect(await harness.metric('anthropic.telemetry.errors')).toBe(8);
    expect(warnedStages()).toEqual(['logs']);
  });

  test('is zero where nothing fails', async () => {
    const harness = await startHarness();
    await useClient(harness.client, harness.server);
    expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
    expect(warnedStages()).toEqual([]);
  });
});
