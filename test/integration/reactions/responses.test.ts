/** Middleware that makes, keeps and repeats responses: what the API responds with is billed once, whatever is made of it. */
import type { Middleware } from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { respond } from '../../../src/testing/index.ts';
import { expectCall, expectCalls } from '../../helpers/expect-calls.ts';
import { type ExpectedCall, HELLO_TOKENS, OK_ATTEMPT, OK_CALL } from '../../helpers/expected-call.ts';
import { type Harness, HELLO, MODEL, startHarness } from '../../helpers/harness.ts';

/** What is recorded of a call that the application served from its cache. */
const FROM_CACHE: ExpectedCall = {
  outcome: 'ok',
  attempts: [],
  responded: true,
  stopReason: 'end_turn',
  logged: { status: 200 },
};

describe('a cache', () => {
  test('serves one billed response again without tokens and cost', async () => {
    const kept = new Map<string, string>();
    const cache: Middleware = async (request, next) => {
      const key = String(request.body);
      const known = kept.get(key);
      const init = { headers: { 'content-type': 'application/json' } };
      if (known !== undefined) return new Response(known, init);
      const response = await next(request);
      const text = await response.text();
      kept.set(key, text);
      return new Response(text, init);
    };
    const harness = await startHarness({ client: { middleware: [cache] } });
    for (let call = 0; call < 3; call++) await harness.client.messages.create(HELLO);
    const first = { ...OK_CALL, logged: { request_id: expect.any(String) } };
    await expectCalls(harness, [first, FROM_CACHE, FROM_CACHE]);
  });

  test('that serves an older response while it fetches a new one bills the new one alone', async () => {
    const old = JSON.stringify({
      id: 'msg_old',
      type: 'message',
      role: 'assistant',
      model: MODEL,
      content: [],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1000, output_tokens: 1000 },
    });
    const revalidate: Middleware = async (request, next) => {
      const response = await next(request);
      await response.json();
      return new Response(old, { headers: { 'content-type': 'application/json' } });
    };
    const harness = await startHarness({ client: { middleware: [revalidate] } });
    await harness.client.messages.create(HELLO);
    await expectCall(harness, {
      ...OK_CALL,
      tokens: HELLO_TOKENS,
      servedBy: 'application',
      logged: { response_id: 'msg_old', request_id: expect.any(String) },
    });
  });
});

describe.each([false, true])('middleware that replays, stream: %s', (stream) => {
  const read = async ({ client }: Harness): Promise<void> => {
    if (!stream) await client.messages.create(HELLO);
    else for await (const _ of await client.messages.create({ ...HELLO, stream }));
  };

  test('bills every response that it reads, and none twice', async () => {
    const judge: Middleware = async (request, next) => {
      const first = await next(request);
      await first.text();
      return next(request);
    };
    const harness = await startHarness({ client: { middleware: [judge] } });
    harness.server.plan([
      respond.ok({ text: 'No', usage: { input_tokens: 10, output_tokens: 20 } }),
      respond.ok({ text: 'Yes', usage: { input_tokens: 30, output_tokens: 40 } }),
    ]);
    await read(harness);
    const tokens = { cacheRead: 0, cacheWrite: 0 };
    await expectCall(harness, {
      ...OK_CALL,
      stream,
      tokens: { input: 40, output: 60, ...tokens },
      bills: [
        { model: MODEL, tokens: { input: 10, output: 20, ...tokens } },
        { model: MODEL, tokens: { input: 30, output: 40, ...tokens } },
      ],
      attempts: [OK_ATTEMPT, OK_ATTEMPT],
    });
  });

  test('and passes the body on in another response keeps its tokens', async () => {
    const wrap: Middleware = async (request, next) => {
      const { body, status, headers } = await next(request);
      return new Response(body, { status, headers });
    };
    const harness = await startHarness({ client: { middleware: [wrap] } });
    await read(harness);
    await expectCall(harness, { ...OK_CALL, stream });
  });

  test('and looks at a copy counts the response once', async () => {
    const look: Middleware = async (request, next, context) => {
      const response = await next(request);
      if (!stream) await context.parse(response);
      await response.clone().text();
      return response;
    };
    const harness = await startHarness({ client: { middleware: [look] } });
    await read(harness);
    await expectCall(harness, { ...OK_CALL, stream });
  });
});
