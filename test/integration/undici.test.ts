import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { type Harness, HELLO, startHarness } from '../helpers/harness.ts';

const UNDICI = '@opentelemetry/instrumentation-undici';

describe('beside the undici instrumentation', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await startHarness();
    const instrumentation = new UndiciInstrumentation();
    instrumentation.setTracerProvider(harness.tracerProvider);
    onTestFinished(() => instrumentation.disable());
  });

  const undiciSpans = (): string[] =>
    harness
      .spans()
      .filter(({ instrumentationScope }) => instrumentationScope.name === UNDICI)
      .map(({ name }) => name);

  test('its span of each request is the child of the attempt', async () => {
    harness.server.plan([respond.error(529)]);
    await harness.client.messages.create(HELLO);
    const requests = harness
      .spans()
      .filter(({ instrumentationScope }) => instrumentationScope.name === UNDICI);
    const attempts = harness.attemptSpans().map((span) => span.spanContext().spanId);
    expect(requests.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(attempts);
    expect(attempts).toHaveLength(2);
  });

  test("a request of the application's own still has its span", async () => {
    await harness.client.messages.create(HELLO);
    await fetch(`${harness.server.url}/v1/models`);
    expect(undiciSpans()).toEqual(['POST', 'GET']);
  });

  test('without attempt spans of this package, its spans are the attempts', async () => {
    const other = await startHarness({
      telemetry: { attemptSpans: false, tracerProvider: harness.tracerProvider },
    });
    other.server.plan([respond.error(529)]);
    await other.client.messages.create(HELLO);
    expect(undiciSpans()).toEqual(['POST', 'POST']);
    expect(harness.attemptSpans()).toEqual([]);
  });

  test('with tracing turned off for the client, its spans stay as they would be without this package', async () => {
    await harness.newClient({ openTelemetry: false }).messages.create(HELLO);
    expect(undiciSpans()).toEqual(['POST']);
  });
});
