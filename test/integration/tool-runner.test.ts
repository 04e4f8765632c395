import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { SpanKind, trace } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { type Harness, HELLO, startHarness } from '../helpers/harness.ts';

const TOOL_USE = [{ type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Ulm' } }];

async function runTool(harness: Harness, stream: boolean): Promise<{ text: unknown; active: unknown }> {
  let active: unknown;
  const tool = betaTool({
    name: 'get_weather',
    description: 'The weather of a city',
    inputSchema: { type: 'object', properties: { city: { type: 'string' } } },
    run: () => {
      active = trace.getActiveSpan()?.spanContext().spanId;
      return 'sunny';
    },
  });
  harness.server.plan([
    respond.ok({ content: TOOL_USE }),
    respond.error(529),
    respond.ok({ text: 'Sunny.' }),
  ]);
  const runner = harness.client.beta.messages.toolRunner({ ...HELLO, tools: [tool], stream });
  const message = await runner.runUntilDone();
  return { text: message.content, active };
}

describe.each([false, true])('the tool runner, stream: %s', (stream) => {
  test('makes one call for each turn, and none for the tool or the runner', async () => {
    const harness = await startHarness();
    const { text } = await runTool(harness, stream);
    expect(text).toMatchObject([{ type: 'text', text: 'Sunny.' }]);
    const calls = await harness.points('anthropic.client.calls');
    expect(calls.map(({ value, attributes }) => [attributes['anthropic.stop_reason'], value])).toEqual([
      ['end_turn', 1],
      ['tool_use', 1],
    ]);
    expect(await harness.metric('anthropic.client.attempts')).toBe(3);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
    expect(harness.events()).toEqual(['anthropic.call', 'anthropic.attempt.retried', 'anthropic.call']);
  });

  test("leaves the SDK's spans of runner and tool as they are, with the tool's span current in it", async () => {
    const harness = await startHarness();
    const { active } = await runTool(harness, stream);
    const internal = harness.spans().filter((span) => span.kind === SpanKind.INTERNAL);
    const [runner, tool] = internal;
    expect(internal.map(({ name }) => name)).toEqual([
      'anthropic.messages.tool_runner',
      'anthropic.custom_tool_use get_weather',
    ]);
    expect(active).toBe(tool?.spanContext().spanId);
    expect(tool?.parentSpanContext?.spanId).toBe(runner?.spanContext().spanId);
    for (const call of harness.callSpans()) {
      expect(call.parentSpanContext?.spanId).toBe(runner?.spanContext().spanId);
    }
    for (const { attributes } of internal) expect(attributes).not.toHaveProperty('anthropic.attempt.count');
    expect(new Set(harness.spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });
});
