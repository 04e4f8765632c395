/** The SDK's other methods, and its promises. */
import type Anthropic from '@anthropic-ai/sdk';
import type { BatchCreateParams } from '@anthropic-ai/sdk/resources/messages/batches';
import { type JsonObject, respond } from '../../../src/testing/index.ts';
import { classesOf } from '../support/plain.ts';
import { all, outcome, type Scenario, scenarios, type World } from '../support/world.ts';

const TOOL_USE = (planted: World['planted']): JsonObject[] => [
  { type: 'tool_use', id: 'toolu_1', name: 'look', input: { where: planted('tool_input') } },
];

const runTool =
  (stream: boolean, run: (planted: World['planted']) => string): Scenario['use'] =>
  async ({ client, hello, planted }) => {
    const tool = {
      name: 'look',
      description: planted('tool'),
      input_schema: {
        type: 'object' as const,
        properties: { where: { type: 'string', description: planted('schema') } },
      },
      parse: (input: unknown) => input,
      run: () => run(planted),
    };
    const runner = client().beta.messages.toolRunner({ ...hello, tools: [tool], stream });
    return (await runner.runUntilDone()).content;
  };

const TURNS = (planted: World['planted']) => [
  respond.ok({ content: TOOL_USE(planted) }),
  respond.error(529),
  respond.ok(),
];

export const CALLS: readonly Scenario[] = scenarios({
  'the kind of promise': async ({ client, hello }) => {
    const promise = client().messages.create(hello);
    const kind = {
      classes: classesOf(promise),
      methods: ['withResponse', 'asResponse', '_thenUnwrap', 'then', 'catch', 'finally'].map(
        (name) => typeof (promise as unknown as Record<string, unknown>)[name],
      ),
      isPromise: promise instanceof Promise,
      keys: Object.keys(promise),
    };
    await promise;
    return kind;
  },
  'a response with its response': async ({ client, hello }) => {
    const { data, response, request_id } = await client().messages.create(hello).withResponse();
    return { data, response, id: typeof request_id, status: response.status };
  },
  'a response as a response': async ({ client, hello }) => {
    const response = await client().messages.create(hello).asResponse();
    return { response, used: response.bodyUsed, message: await response.json() };
  },
  'a response as a response that is never read': async ({ client, hello }) =>
    client().messages.create(hello).asResponse(),
  'a failure with its response': {
    plan: (planted) => [respond.error(404, { message: planted('error') })],
    use: ({ client, hello }) => client().messages.create(hello).withResponse(),
  },
  'a promise that is awaited twice sends one request': async ({ client, hello }) => {
    const promise = client().messages.create(hello);
    const first = await promise;
    return first === (await promise);
  },
  'a promise that is never awaited': async ({ client, hello, server }) => {
    void client().messages.create(hello);
    await server.waitForRequests(1);
    await server.idle();
  },
  'a failure that is not handled': {
    plan: () => [respond.error(400)],
    use: async ({ client, hello, server }) => {
      client()
        .messages.create(hello)
        .then(() => {});
      await server.waitForRequests(1);
      await server.idle();
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  },
  'a call that is aborted before it starts': ({ client, hello }) =>
    client().messages.create(hello, { signal: AbortSignal.abort(new Error('never mind')) }),
  'a call that is aborted before its response': {
    plan: () => [respond.hang()],
    use: ({ client, hello, server }) => {
      const controller = new AbortController();
      void server.waitForRequests(1).then(() => controller.abort());
      return client().messages.create(hello, { signal: controller.signal });
    },
  },
  'a call that is aborted between two attempts': {
    plan: () => [respond.error(529, { retryAfter: 5, headers: { 'retry-after-ms': null } })],
    use: ({ client, hello, server }) => {
      const controller = new AbortController();
      void server.waitForRequests(1).then(() => setTimeout(() => controller.abort(), 200));
      return client().messages.create(hello, { signal: controller.signal });
    },
  },
  'twenty calls at once': ({ client, hello }) => {
    const one = client();
    return Promise.all(Array.from({ length: 20 }, () => one.messages.create(hello)));
  },
  'options given per request': ({ client, hello }) =>
    client().messages.create(hello, {
      maxRetries: 0,
      timeout: 5000,
      headers: { 'x-request': 'mine' },
      query: { more: '1' },
      idempotencyKey: 'key-1',
    }),
  'request options that are used twice and frozen': async ({ client, hello }) => {
    const options = Object.freeze({ headers: Object.freeze({ 'x-request': 'mine' }) });
    const one = client();
    await one.messages.create(hello, options);
    await one.messages.create(hello, options);
    return options;
  },
  countTokens: ({ client, hello }) =>
    client().messages.countTokens({ model: hello.model, messages: hello.messages }),
  'a list of pages': async ({ client }) =>
    (await all(client().models.list({ limit: 3 }))).map(({ id }) => id),
  'one model': ({ client }) => client().models.retrieve('claude-opus-5-5'),
  'a batch, from its creation to its results': async ({ client, hello }) => {
    const { batches } = client().messages;
    const { id } = await batches.create({
      requests: [{ custom_id: 'one', params: hello as BatchCreateParams.Request['params'] }],
    });
    const { processing_status } = await batches.retrieve(id);
    return { processing_status, results: await outcome(batches.results(id).then(all)) };
  },
  'beta messages': ({ client, hello }) =>
    client().beta.messages.create({ ...hello, betas: ['context-1m-2025-08-07'] }),
  'a stream of beta messages': async ({ client, hello }) =>
    all(await client().beta.messages.create({ ...hello, stream: true })),
  'the tool runner': { plan: TURNS, use: runTool(false, (planted) => planted('tool_result')) },
  'the tool runner with streams': { plan: TURNS, use: runTool(true, (planted) => planted('tool_result')) },
  'the tool runner with a tool that throws': {
    plan: TURNS,
    use: runTool(false, (planted) => {
      throw new Error(planted('tool_error'));
    }),
  },
  'a path of the application': ({ client, hello }) => client().post('/v1/messages', { body: hello }),
  'a path that does not exist': ({ client }) => outcome(client().get('/v1/nothing?of=this')),
  "the lines of the SDK's own log": async ({ client, hello, server }) => {
    server.plan([respond.error(529), respond.error(500)]);
    const lines: string[] = [];
    const at =
      (level: string) =>
      (message: string): void => {
        lines.push(`${level} ${message}`);
      };
    const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    await client({ logger, logLevel: 'debug' }).messages.create(hello);
    return lines.map((line) => line.replace(/\b(log|req)_\w+/g, '$1').replace(/\d+/g, '#'));
  },
  'parameters stay as they were': async ({ client, hello }) => {
    const params = structuredClone({
      ...hello,
      temperature: 0.5,
    }) as Anthropic.MessageCreateParamsNonStreaming;
    await client().messages.create(params);
    return params;
  },
});
