/** Middleware that makes a response in place of a failure: the failure of the attempt stays what it was. */
import { describe, expect, test } from 'vitest';
import { collect, HELLO, startHarness } from '../helpers/harness.ts';
import { newClient, SDKS } from '../helpers/sdks.ts';

const FAILURES = {
  invalid_request_error: 400,
  rate_limit_error: 429,
  api_error: 500,
  overloaded_error: 529,
  connection_error: undefined,
} as const;

const RESPONSES = {
  'a stream without its end': () => new Response('event: ping\ndata: {"type": "ping"}\n\n'),
  'a stream with an error': () =>
    new Response('event: error\ndata: {"type":"error","error":{"type":"timeout_error"}}\n\n'),
  'a rejection': () => Response.json({ error: { type: 'permission_error' } }, { status: 403 }),
};

describe.each(SDKS.filter(({ adapter }) => adapter !== 'fetch'))('SDK $version', (sdk) => {
  test.each(
    Object.entries(FAILURES).flatMap(([type, status]) =>
      Object.keys(RESPONSES).map((response) => ({ type, status, response })),
    ),
  )('$type, replaced by $response', async ({ type, status, response }) => {
    const harness = await startHarness();
    const client = newClient(sdk, harness, {
      maxRetries: 0,
      fetch: async () => {
        if (status === undefined) throw new TypeError('fetch failed');
        return Response.json({ type: 'error', error: { type } }, { status });
      },
      middleware: [
        async (request, next) => {
          await next(request).catch(() => {});
          return RESPONSES[response as keyof typeof RESPONSES]();
        },
      ],
    });
    const reading = client.messages.create({ ...HELLO, stream: true }).then(collect);
    await reading.catch(() => {});
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'error' })).toBe(1);
    expect(await harness.metric('anthropic.client.attempts', { 'error.type': type })).toBe(1);
    expect(await harness.metric('anthropic.client.attempts')).toBe(1);
  });
});
