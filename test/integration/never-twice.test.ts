import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { observe, withTelemetry } from '../../src/index.ts';
import { respond } from '../../src/testing/index.ts';
import { expectCall } from '../helpers/expect-calls.ts';
import { OK_ATTEMPT, OK_CALL } from '../helpers/expected-call.ts';
import { type Harness, HELLO, startHarness } from '../helpers/harness.ts';

const CALL_WITH_A_RETRY = {
  ...OK_CALL,
  attempts: [
    {
      status: 529,
      disposition: 'retried',
      errorType: 'overloaded_error',
      fault: 'anthropic',
      retryAfter: 0.001,
    },
    OK_ATTEMPT,
  ],
} as const;

async function expectOnce(harness: Harness, client: Anthropic): Promise<void> {
  harness.server.plan([respond.error(529)]);
  await client.messages.create(HELLO);
  await expectCall(harness, CALL_WITH_A_RETRY);
}

const plain = (harness: Harness): Anthropic =>
  new Anthropic({ baseURL: harness.server.url, apiKey: 'test-key', logLevel: 'off' });

describe('a client is observed once', () => {
  test('by observe', async () => {
    const harness = await startHarness();
    const client = plain(harness);
    const observed = observe(client, harness.telemetryOptions);
    expect(observed).toBeInstanceOf(Anthropic);
    expect(observed).not.toBe(client);
    expect(client.middleware).toEqual([]);
    await expectOnce(harness, observed);
  });

  test('by observe of observe', async () => {
    const harness = await startHarness();
    const observed = observe(observe(plain(harness), harness.telemetryOptions), harness.telemetryOptions);
    await expectOnce(harness, observed);
  });

  test('by observe with other options: the first stays the only one', async () => {
    const harness = await startHarness();
    await expectOnce(harness, observe(observe(plain(harness), harness.telemetryOptions), {}));
  });

  test('by withTelemetry of withTelemetry', async () => {
    const harness = await startHarness();
    const options: ClientOptions = { baseURL: harness.server.url, apiKey: 'test-key', logLevel: 'off' };
    const once = withTelemetry(options, harness.telemetryOptions);
    const twice = withTelemetry(once, harness.telemetryOptions);
    expect(twice.middleware).toHaveLength(1);
    await expectOnce(harness, new Anthropic(twice));
  });

  test('by observe of a client made with withTelemetry', async () => {
    const harness = await startHarness();
    await expectOnce(harness, observe(harness.client, harness.telemetryOptions));
  });

  test('by observe of a client whose class adds telemetry itself, as the instrumentation has it', async () => {
    const harness = await startHarness();
    class Instrumented extends Anthropic {
      constructor(options: ClientOptions) {
        super(withTelemetry(options, harness.telemetryOptions));
      }
    }
    const options: ClientOptions = { baseURL: harness.server.url, apiKey: 'test-key', logLevel: 'off' };
    const client = new Instrumented(options);
    expect(client.withOptions({}).middleware).toHaveLength(1);
    await expectOnce(harness, observe(client, {}));
  });
});

describe('a copy made by withOptions', () => {
  test('is recorded like its original', async () => {
    const harness = await startHarness();
    await expectOnce(harness, harness.client.withOptions({ timeout: 5000 }));
  });

  test('with its own middleware is no longer seen by attempts, and its call is still recorded', async () => {
    const harness = await startHarness();
    const copy = harness.client.withOptions({ middleware: [(request, next) => next(request)] });
    await copy.messages.create(HELLO);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
    expect(await harness.metric('gen_ai.client.inference.usage.output_tokens')).toBe(27);
  });

  test('with its own middleware, observed again, is whole again', async () => {
    const harness = await startHarness();
    const copy = harness.client.withOptions({ middleware: [(request, next) => next(request)] });
    await expectOnce(harness, observe(copy, harness.telemetryOptions));
  });

  test('with its own openTelemetry option emits its spans there, and leaves no attempt span behind', async () => {
    const harness = await startHarness();
    const copy = harness.client.withOptions({ openTelemetry: false });
    await copy.messages.create(HELLO);
    expect(harness.spans()).toEqual([]);
  });

  test('with openTelemetry: false, observed again, is recorded without spans', async () => {
    const harness = await startHarness();
    const copy = harness.client.withOptions({ openTelemetry: false });
    await observe(copy, harness.telemetryOptions).messages.create(HELLO);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
    expect(await harness.metric('anthropic.client.attempts')).toBe(1);
    expect(harness.spans()).toEqual([]);
  });

  test('that spreads the openTelemetry option of its original keeps telemetry', async () => {
    const harness = await startHarness();
    const { openTelemetry } = harness.client;
    await expectOnce(
      harness,
      harness.client.withOptions({ openTelemetry: { ...openTelemetry, propagation: false } }),
    );
  });

  test('with other retries knows which attempt is its last', async () => {
    const harness = await startHarness();
    const copy = harness.client.withOptions({ maxRetries: 0 });
    harness.server.plan([respond.error(529)]);
    await expect(copy.messages.create(HELLO)).rejects.toMatchObject({ status: 529 });
    const failure = { errorType: 'overloaded_error', fault: 'anthropic' } as const;
    await expectCall(harness, {
      outcome: 'error',
      exhausted: true,
      ...failure,
      attempts: [{ status: 529, disposition: 'final', retryAfter: 0.001, ...failure }],
    });
  });

  test('with more retries than its original records `retried` for each attempt but the last', async () => {
    const harness = await startHarness({ client: { maxRetries: 0 } });
    await expectOnce(harness, harness.client.withOptions({ maxRetries: 3 }));
  });
});
