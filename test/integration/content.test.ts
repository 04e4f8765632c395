import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { collect, HELLO, rejection, startHarness } from '../helpers/harness.ts';

/** A string that must not turn up anywhere. It has the form of a field name, so that it could pass for one. */
const CANARY = 'canary_7f3a9';

const SECRETIVE = {
  ...HELLO,
  system: `You know ${CANARY}`,
  metadata: { user_id: CANARY },
  stop_sequences: [CANARY],
  messages: [
    { role: 'user', content: `Tell me ${CANARY}` },
    {
      role: 'assistant',
      content: [{ type: 'tool_use', id: `toolu_${CANARY}`, name: CANARY, input: { [CANARY]: CANARY } }],
    },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: `toolu_${CANARY}`, content: CANARY }],
    },
  ],
  tools: [
    {
      name: CANARY,
      description: CANARY,
      input_schema: { type: 'object', properties: { [CANARY]: { const: CANARY } } },
      input_examples: [{ [CANARY]: CANARY }],
    },
    { type: 'mcp_toolset', mcp_server_name: CANARY, configs: { [CANARY]: { enabled: true } } },
  ],
  output_config: {
    format: {
      type: 'json_schema',
      schema: { type: 'object', properties: { [CANARY]: { type: 'string' } } },
    },
  },
} as unknown as MessageCreateParamsNonStreaming;

const MESSAGE = `messages.1.content.0.tool_use.input: ${CANARY} is not allowed`;

describe('the shape of a rejected request', () => {
  test('records names, types and counts of a 400, and never a value', async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(400, { message: MESSAGE })]);
    await rejection(
      harness.client.messages.create(SECRETIVE, { headers: { 'anthropic-beta': 'context-1m-2025-08-07' } }),
    );
    const shape = harness.logs()[0]?.fields['request_shape'];
    expect(shape).toEqual({
      fields: {
        model: 'string',
        max_tokens: 'number',
        system: 'string',
        metadata: 'object',
        stop_sequences: { '[string]': 'string' },
        messages: {
          '[user]': expect.anything(),
          '[assistant]': expect.anything(),
        },
        tools: {
          '[_OTHER]': {
            name: 'string',
            description: 'string',
            input_schema: 'object',
            input_examples: 'array',
          },
          '[mcp_toolset]': { type: 'string', mcp_server_name: 'string', configs: 'object' },
        },
        output_config: { format: { type: 'string', schema: 'object' } },
      },
      messages: { user: 2, assistant: 1 },
      blocks: { string: 1, tool_use: 1, tool_result: 1 },
      tools: 2,
      bytes: Number(harness.server.requests[0]?.headers['content-length']),
      betas: ['context-1m-2025-08-07'],
      errorField: 'messages.1.content.0.tool_use.input',
    });
  });

  test.each([413, 422])('is part of the line of a %i', async (status) => {
    const harness = await startHarness();
    harness.server.plan([respond.error(status)]);
    await rejection(harness.client.messages.create(HELLO));
    expect(harness.logs()[0]?.fields['request_shape']).toMatchObject({ messages: { user: 1 }, tools: 0 });
  });

  test.each([401, 403, 404, 500])('is no part of the line of a %i', async (status) => {
    const harness = await startHarness({ client: { maxRetries: 0 } });
    harness.server.plan([respond.error(status)]);
    await rejection(harness.client.messages.create(HELLO));
    for (const { fields } of harness.logs()) expect(fields).not.toHaveProperty('request_shape');
  });

  test('names the missing field of a stream that the API rejects', async () => {
    const harness = await startHarness();
    const { max_tokens: _, ...incomplete } = HELLO;
    await rejection(collect(harness.client.messages.stream(incomplete as typeof HELLO)));
    expect(harness.logs()[0]?.fields['request_shape']).toMatchObject({ errorField: 'max_tokens' });
  });
});
