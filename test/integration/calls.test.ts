/** What is recorded of calls, by what the API responds with. What every SDK has to show is in `every-sdk.test.ts`. */
import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { type CallCase, expectCall, expectCalls, expectCase } from '../helpers/expect-calls.ts';
import {
  type ExpectedAttempt,
  failedCall,
  failureOf,
  final,
  OK_ATTEMPT,
  OK_CALL,
  retried,
  STREAMED_CALL,
} from '../helpers/expected-call.ts';
import { collect, HELLO, rejection, startHarness } from '../helpers/harness.ts';

const BATCHES = '/v1/messages/batches';
const ONCE = { client: { maxRetries: 0 } };
const NO_MODEL = { model: null, outcome: 'ok', attempts: [OK_ATTEMPT] } as const;
const PAGE = { ...NO_MODEL, method: 'models.list', route: '/v1/models', httpMethod: 'GET' };
const OTHER = (fault: string): Partial<ExpectedAttempt> => ({ errorType: '_OTHER', fault });
const TIMEOUT = { errorType: 'client_timeout_error', fault: 'network' } as const;
const SAMPLING = { temperature: 0.5, top_p: 0.9, top_k: 40 };
const requests = [{ custom_id: 'one', params: HELLO }];

const METHODS: readonly CallCase[] = [
  {
    title: 'beta.messages.create is recorded under the name that the SDK gives it',
    run: ({ beta }) => beta.messages.create({ ...HELLO, betas: ['context-1m-2025-08-07'] }),
    recorded: OK_CALL,
  },
  {
    title: 'each page of a list is a call',
    run: async ({ models }) => expect(await collect(models.list({ limit: 8 }))).toHaveLength(20),
    recorded: [PAGE, PAGE, PAGE],
  },
  {
    title: 'asResponse leaves the body to the application, and is one call without tokens',
    run: async ({ messages }) => (await messages.create(HELLO).asResponse()).json(),
    recorded: { outcome: 'ok', attempts: [OK_ATTEMPT] },
  },
  {
    title: 'awaiting the promise of a call twice records it once',
    async run({ messages }) {
      const promise = messages.create(HELLO);
      expect(await promise).toBe(await promise);
    },
    recorded: OK_CALL,
  },
  {
    title: 'request parameters that the SDK leaves out are on the call span',
    run: ({ messages }) => messages.create({ ...HELLO, ...SAMPLING }),
    recorded: {
      ...OK_CALL,
      spanned: {
        'gen_ai.request.temperature': 0.5,
        'gen_ai.request.top_p': 0.9,
        'gen_ai.request.top_k': 40,
      },
    },
  },
  {
    title: 'tokens of the prompt cache and of thinking are counted as parts of the whole',
    plan: [
      respond.ok({
        text: 'Hi',
        usage: {
          input_tokens: 10,
          cache_read_input_tokens: 300,
          cache_creation_input_tokens: 200,
          cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 0 },
          output_tokens: 50,
          output_tokens_details: { thinking_tokens: 20 },
        },
      }),
    ],
    recorded: {
      ...OK_CALL,
      tokens: { input: 510, output: 50, cacheRead: 300, cacheWrite: 200, reasoning: 20 },
    },
  },
  {
    title: 'an abort before the call is a canceled call without an attempt',
    run: ({ messages }) => messages.create(HELLO, { signal: AbortSignal.abort() }),
    fails: 'APIUserAbortError',
    recorded: { outcome: 'canceled', canceledBy: null, attempts: [] },
  },
  {
    title: 'an abort after the response changes nothing',
    async run({ messages }) {
      const controller = new AbortController();
      await messages.create(HELLO, { signal: controller.signal });
      controller.abort();
    },
    recorded: OK_CALL,
  },
];

const RETRIES: readonly CallCase[] = [
  {
    title: 'a 529, a 529 and a 500 are a call that failed by its last attempt',
    plan: [respond.error(529), respond.error(529), respond.error(500)],
    fails: 500,
    recorded: failedCall(retried(529), retried(529), final(500)),
  },
  // What only the envelope has is not known of an attempt that the SDK retries without reading it.
  ...[408, 409, 429, 504].map(
    (status): CallCase => ({
      title: `a ${status} is retried, after the wait that the API asks for`,
      plan: [respond.error(status)],
      recorded: { ...OK_CALL, attempts: [retried(status), OK_ATTEMPT] },
    }),
  ),
  {
    title: 'a stream whose first attempt fails is one streamed call',
    plan: [respond.error(500)],
    run: ({ messages }) => messages.stream(HELLO).finalMessage(),
    recorded: { ...STREAMED_CALL, attempts: [retried(500), OK_ATTEMPT] },
  },
  ...(['create', 'stream'] as const).map(
    (method): CallCase => ({
      title: `a request of messages.${method}() with stream that is rejected is a failed call`,
      plan: [respond.error(404)],
      run: ({ messages }) =>
        method === 'create'
          ? messages.create({ ...HELLO, stream: true })
          : messages.stream(HELLO).finalMessage(),
      fails: 404,
      recorded: { ...failedCall(final(404)), stream: true },
    }),
  ),
  {
    title: 'maxRetries of the client and of the request decide which attempt is the last',
    options: { client: { maxRetries: 1 } },
    plan: [respond.error(529), respond.error(529), respond.error(529)],
    async run({ messages }) {
      await rejection(messages.create(HELLO));
      await rejection(messages.create(HELLO, { maxRetries: 0 }));
    },
    recorded: [failedCall(retried(529), final(529)), failedCall(final(529))],
  },
  {
    title: 'a timeout that is retried is the cause of the wait',
    plan: [respond.hang()],
    run: ({ messages }) => messages.create(HELLO, { maxRetries: 1, timeout: 1000 }),
    recorded: { ...OK_CALL, attempts: [{ disposition: 'retried', ...TIMEOUT }, OK_ATTEMPT] },
  },
  {
    title: 'x-should-retry: true makes a 400 an attempt that is retried',
    plan: [respond.error(400, { shouldRetry: true })],
    recorded: {
      ...OK_CALL,
      attempts: [
        retried(400, { errorType: 'invalid_request_error', fault: 'input', retryAfter: 0.001 }),
        OK_ATTEMPT,
      ],
    },
  },
  {
    title: 'x-should-retry: false makes a 500 final, and the call is not exhausted',
    plan: [respond.error(500, { shouldRetry: false })],
    fails: 500,
    recorded: failedCall(final(500, { retryAfter: undefined })),
  },
  ...[402, 403, 404].map((status): CallCase => {
    const { errorType, fault } = failureOf(status);
    return {
      title: `a ${status} is one failed call, ${errorType}, whose fault is ${fault}`,
      plan: [respond.error(status)],
      fails: status,
      recorded: failedCall(final(status)),
    };
  }),
  {
    title: 'the error code of the envelope is in spans and logs, and a spend limit is a matter of config',
    plan: [respond.error(403, { code: 'spend_limit_reached' })],
    fails: 403,
    recorded: failedCall(final(403, { errorCode: 'spend_limit_reached' })),
  },
  {
    title: 'an account without credit is a matter of config, though the API calls it an invalid request',
    plan: [
      respond.error(400, {
        message: 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
      }),
    ],
    fails: 400,
    recorded: { ...failedCall(final(400, { errorType: 'invalid_request_error', fault: 'config' })) },
  },
];

const NO_RESPONSES_OF_THE_API: readonly CallCase[] = [
  {
    title: 'the HTML page of a gateway is retried, and is a matter of Anthropic',
    options: { client: { maxRetries: 1 } },
    plan: [respond.error(502), respond.error(503)],
    fails: 503,
    recorded: failedCall(retried(502, OTHER('anthropic')), final(503, OTHER('anthropic'))),
  },
  {
    title: 'HTTP 200 with a page of a proxy is what the SDK makes of it: a response without tokens',
    plan: [respond.wrongContentType()],
    run: async ({ messages }) => expect(await messages.create(HELLO)).toContain('<html>'),
    recorded: { outcome: 'ok', attempts: [OK_ATTEMPT] },
  },
  {
    title: 'headers that mean nothing are as if they were not there',
    plan: [respond.malformedHeaders()],
    async run({ messages }, { points }) {
      await messages.create(HELLO);
      for (const name of ['limit', 'remaining', 'reset_time'])
        expect(await points(`anthropic.client.rate_limit.${name}`)).toEqual([]);
    },
    recorded: OK_CALL,
  },
  {
    title: 'headers that mean nothing on an error are as if they were not there',
    options: ONCE,
    plan: [respond.malformedHeaders(429)],
    fails: 429,
    recorded: { ...failedCall(final(429, { retryAfter: undefined })), exhausted: true },
  },
  {
    title: 'an error whose body is no envelope has the type of its status',
    options: ONCE,
    plan: [respond.error(529, { body: '{"type":"error","error":"very"}' })],
    fails: 529,
    recorded: failedCall(final(529)),
  },
  {
    title: 'an error type that the table does not have is _OTHER, in metrics, spans and logs',
    options: ONCE,
    plan: [respond.error(418, { type: 'teapot_error' })],
    fails: 418,
    recorded: failedCall(final(418, OTHER('input'))),
  },
];

describe('a call', () => {
  test.each(METHODS)('$title', (row) => expectCase(row));

  test('of a batch is recorded when it is created, retrieved and read, by the route and not by the path', async () => {
    const harness = await startHarness();
    const { batches } = harness.client.messages;
    const { id } = await batches.create({ requests });
    await batches.retrieve(id);
    const retrieved = { route: `${BATCHES}/{message_batch_id}`, path: `${BATCHES}/${id}`, httpMethod: 'GET' };
    await expectCalls(harness, [
      { ...NO_MODEL, method: 'messages.batches.create', route: BATCHES },
      { ...NO_MODEL, method: 'messages.batches.retrieve', ...retrieved },
    ]);
    const results = await batches.results(id);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(1);
    expect(await collect(results)).toHaveLength(1);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
    const ok = { 'anthropic.method': 'messages.batches.results', 'anthropic.outcome': 'ok' };
    expect(await harness.metric('anthropic.client.calls', ok)).toBe(1);
  });

  test('has its conversation id in spans and logs, and in no metric', async () => {
    const harness = await startHarness();
    await harness.client.messages.create(HELLO, { openTelemetry: { conversationId: 'conversation-7' } });
    await expectCall(harness, { ...OK_CALL, logged: { conversation_id: 'conversation-7' } });
    expect(harness.callSpans()[0]?.attributes['gen_ai.conversation.id']).toBe('conversation-7');
    expect(JSON.stringify([...(await harness.allPoints())])).not.toContain('conversation-7');
  });
});

describe('failures and retries', () => {
  test.each(RETRIES)('$title', (row) => expectCase(row));

  test('a streak goes on from call to call, and a good response ends it', async () => {
    const harness = await startHarness(ONCE);
    harness.server.plan([respond.error(500), respond.error(529), respond.error(500), respond.ok()]);
    const gauge = async (): Promise<unknown> =>
      (await harness.allPoints()).get('anthropic.client.server_error_streak')?.[0]?.value;
    for (const length of [1, 1, 2]) {
      await rejection(harness.client.messages.create(HELLO));
      expect(await gauge()).toBe(length);
    }
    await harness.client.messages.create(HELLO);
    expect(await gauge()).toBe(0);
    const failed = [500, 529, 500].map((status) => failedCall(final(status)));
    await expectCalls(harness, [...failed, OK_CALL]);
  });

  test('a 401 has the time of the authentication failure', async () => {
    const before = Math.floor(Date.now() / 1000);
    const harness = await startHarness({ server: { apiKeys: ['another-key'] } });
    await rejection(harness.client.messages.create(HELLO));
    const [time] = await harness.points('anthropic.client.authentication_failure_time');
    expect(time?.attributes).toEqual({ 'http.route': '/v1/messages' });
    expect(time?.value).toBeGreaterThanOrEqual(before);
  });
});

describe('a response that is none of the API', () => {
  test.each(NO_RESPONSES_OF_THE_API)('$title', (row) => expectCase(row));

  test.each([
    ['does not parse', respond.malformedJson()],
    ['is cut', respond.cutStream()],
  ])('HTTP 200 whose JSON %s is an error on the way', async (_, response) => {
    const harness = await startHarness();
    harness.server.plan([response]);
    await rejection(harness.client.messages.create(HELLO));
    const final = { 'anthropic.attempt.disposition': 'final' };
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'error' })).toBe(1);
    expect(await harness.metric('anthropic.client.attempts', final)).toBe(1);
    expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
    expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
  });
});
