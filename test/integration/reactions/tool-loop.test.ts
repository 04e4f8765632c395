/** A loop of turns with the tools of the API: each turn is a call with its stop reason, its searches and their price. */
import type { MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages';
import { describe, expect, test } from 'vitest';
import { respond } from '../../../src/testing/index.ts';
import { HELLO, MODEL, startHarness } from '../../helpers/harness.ts';
import { newClient, SDKS } from '../../helpers/sdks.ts';

const TOOLS: Pick<MessageCreateParamsBase, 'tools'> = {
  tools: [{ type: 'web_search_20260209', name: 'web_search' }],
};

const turn = (searches: number, stopReason: string) =>
  respond.ok({
    text: 'Hi',
    stopReason,
    usage: { input_tokens: 1000, output_tokens: 100, server_tool_use: { web_search_requests: searches } },
  });

describe.each(SDKS)('a loop of turns with searches, SDK $version', (sdk) => {
  test.each([false, true])('has the searches of all turns and their price, stream: %s', async (stream) => {
    const harness = await startHarness();
    harness.server.plan([turn(3, 'pause_turn'), turn(2, 'max_tokens'), turn(0, 'end_turn')]);
    const client = newClient(sdk, harness);
    for (let each = 0; each < 3; each++) {
      const params = { ...HELLO, ...TOOLS };
      if (!stream) await client.messages.create(params);
      else for await (const _ of await client.messages.create({ ...params, stream }));
    }
    const calls = await harness.points('anthropic.client.calls');
    expect(calls.map(({ attributes, value }) => [attributes['anthropic.stop_reason'], value])).toEqual([
      ['end_turn', 1],
      ['max_tokens', 1],
      ['pause_turn', 1],
    ]);
    expect(await harness.points('anthropic.client.server_tool_uses')).toEqual([
      { attributes: { 'gen_ai.request.model': MODEL, 'anthropic.server_tool': 'web_search' }, value: 5 },
    ]);
    const searches = { 'anthropic.cost.kind': 'web_search' };
    expect(await harness.metric('anthropic.client.cost', searches)).toBeCloseTo(0.05, 9);
    const usd = harness.logs().map(({ fields }) => fields['cost_usd']);
    const tokens = (1000 * 4 + 100 * 20) / 1e6;
    expect(usd).toEqual([0.03 + tokens, 0.02 + tokens, tokens].map((each) => expect.closeTo(each, 9)));
  });
});

test('a turn that offers a tool of the application alone is not read by telemetry', async () => {
  const harness = await startHarness();
  const read: string[] = [];
  const client = harness.newClient({
    fetch: async (...args) => {
      const response = await fetch(...args);
      const { json } = response;
      // A response that is read along has a `json` of the telemetry in front of this one.
      const own = async (): Promise<unknown> => {
        read.push('own');
        return json.call(response);
      };
      return Object.assign(response, { json: own });
    },
  });
  const tool = { name: 'get_weather', input_schema: { type: 'object' as const } };
  const { response } = await client.messages.create({ ...HELLO, tools: [tool] }).withResponse();
  expect(read).toEqual(['own']);
  expect(response.json.name).toBe('own');
});
