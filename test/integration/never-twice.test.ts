import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { observe, withTelemetry } from '../../src/index.ts';
import { respond } from '../../src/testing/index.ts';
import { expectCall } from '../helpers/expect-calls.ts';
import { failedCall, final, OK_ATTEMPT, OK_CALL, retried } from '../helpers/expected-call.ts';
import { type Harness, HELLO, startHarness } from '../helpers/harness.ts';

const CALL_WITH_A_RETRY = { ...OK_CALL, attempts: [retried(529), OK_ATTEMPT] };

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

  test.each<[string, (harness: Harness) => Anthropic]>([
    [
      'observe of observe',
      (harness) => observe(observe(plain(harness), harness.telemetryOptions), harness.telemetryOptions),
    ],
    [
      'observe with other options: the first stays the only one',
      (harness) => observe(observe(plain(harness), harness.telemetryOptions), {}),
    ],
    [
      'observe of a client made with withTelemetry',
      (harness) => observe(harness.client, harness.telemetryOptions),
    ],
    ['withOptions of an observed client', ({ client }) => client.withOptions({ timeout: 5000 })],
    [
      'withOptions that spreads the openTelemetry option',
      ({ client }) => client.withOptions({ openTelemetry: { ...client.openTelemetry, propagation: false } }),
    ],
    ['withOptions with more retries', ({ client }) => client.withOptions({ maxRetries: 3 })],
    [
      'observe of a copy with its own middleware',
      ({ client, telemetryOptions }) =>
        observe(client.withOptions({ middleware: [(request, next) => next(request)] }), telemetryOptions),
    ],
  ])('by %s', async (_, newClient) => {
    const harness = await startHarness({ client: { maxRetries: 1 } });
    await expectOnce(harness, newClient(harness));
  });

  test('by withTelemetry of withTelemetry', async () => {
    const harness = await startHarness();
    const options: ClientOptions = { baseURL: harness.server.url, apiKey: 'test-key', logLevel: 'off' };
    const once = withTelemetry(options, harness.telemetryOptions);
    const twice = withTelemetry(once, harness.telemetryOptions);
    expect(twice.middleware).toHaveLength(1);
    await expectOnce(harness, new Anthropic(twice));
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
  test('with its own middleware is no longer seen by attempts, and its call is still recorded', async () => {
    const harness = await startHarness();
    const copy = harness.client.withOptions({ middleware: [(request, next) => next(request)] });
    await copy.messages.create(HELLO);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
    expect(await harness.metric('gen_ai.client.inference.usage.output_tokens')).toBe(27);
  });

  test('with openTelemetry: false, observed again, is recorded without spans', async () => {
    const harness = await startHarness();
    const copy = harness.client.withOptions({ openTelemetry: false });
    await observe(copy, harness.telemetryOptions).messages.create(HELLO);
    expect(await harness.metric('anthropic.client.calls')).toBe(1);
    expect(await harness.metric('anthropic.client.attempts')).toBe(1);
    expect(harness.spans()).toEqual([]);
  });

  test('with other retries knows which attempt is its last', async () => {
    const harness = await startHarness();
    const copy = harness.client.withOptions({ maxRetries: 0 });
    harness.server.plan([respond.error(529)]);
    await expect(copy.messages.create(HELLO)).rejects.toMatchObject({ status: 529 });
    await expectCall(harness, failedCall(final(529)));
  });
});
