/** The responses of the API, the network and gateways to a call. */
import type { ClientOptions } from '@anthropic-ai/sdk';
import { type PlannedResponse, respond } from '../../../src/testing/index.ts';
import { type Scenario, scenarios, type World } from '../support/world.ts';

const create = ({ client, hello }: World): Promise<unknown> => client().messages.create(hello);

const meets = (plan: (planted: World['planted']) => readonly PlannedResponse[]): Omit<Scenario, 'name'> => ({
  plan,
  use: create,
});

export const RESPONSES: readonly Scenario[] = scenarios({
  'a good response': meets((planted) => [respond.ok({ text: planted('response') })]),
  'two overloads and then a good response': meets(() => [respond.error(529), respond.error(529)]),
  'exhausted retries': meets((planted) =>
    [500, 500, 500].map((status) => respond.error(status, { message: planted('error') })),
  ),
  'a request that is rejected': meets((planted) => [
    respond.error(400, { message: `messages.0.content: ${planted('error')}`, code: 'bad_request' }),
  ]),
  'a key that is rejected': meets((planted) => [respond.error(401, { message: planted('error') })]),
  'an account without credit': meets(() => [respond.error(402)]),
  'a permission that is missing': meets(() => [respond.error(403)]),
  'a model that is unknown': meets(() => [respond.error(404)]),
  'a conflict': meets(() => [respond.error(409), respond.error(409), respond.error(409)]),
  'a request that is too large': meets((planted) => [respond.error(413, { message: planted('error') })]),
  'a value that cannot be processed': meets((planted) => [respond.error(422, { message: planted('error') })]),
  'a rate limit with a time to wait': meets(() => [respond.error(429, { retryAfter: 1 })]),
  'a rate limit that asks not to retry': meets(() => [respond.error(429, { shouldRetry: false })]),
  'an error that asks to retry': meets(() => [respond.error(400, { shouldRetry: true })]),
  'a page of a gateway': meets(() => [respond.error(502), respond.error(503), respond.error(502)]),
  'an error type that is unknown': meets((planted) => [
    respond.error(418, { type: planted('type'), message: planted('error') }),
  ]),
  'an error body that is no object': meets(() => [respond.error(400, { body: '[[[null]]]' })]),
  'an error body that is empty': meets(() => [respond.error(400, { body: '' })]),
  'an error body that is broken JSON': meets(() => [respond.error(400, { body: '{"error":{"type":' })]),
  'an error body of two hundred kilobytes': meets(() => [
    respond.error(400, { body: `{"error":{"message":"${'x'.repeat(200_000)}"}}` }),
  ]),
  'a good response that is broken JSON': meets(() => [respond.malformedJson()]),
  'a page where JSON should be': meets((planted) => [
    respond.wrongContentType('text/html', `<p>${planted('page')}</p>`),
  ]),
  'headers without meaning': meets(() => [respond.malformedHeaders(), respond.malformedHeaders(400)]),
  'headers without meaning on an error': meets(() => [respond.malformedHeaders(400)]),
  'a body that is cut': meets(() => [respond.cutStream()]),
  'a body whose socket is reset': meets(() => [respond.resetStream()]),
  'a connection that is reset, and then a good response': meets(() => [respond.resetConnection()]),
  'connections that are reset': {
    plan: () => [respond.resetConnection()],
    use: ({ client, hello }) => client({ maxRetries: 0 }).messages.create(hello),
  },
  'a refusal by the model': meets(() => [respond.refusal()]),
  'a slow response': meets(() => [respond.slow({ delayMs: 30 })]),
  'a response in pieces of one byte': meets(() => [respond.ok({ chunkBytes: 1 })]),
  'no response before the timeout': {
    plan: () => [respond.hang()],
    use: ({ client, hello }) => client({ timeout: 400, maxRetries: 0 }).messages.create(hello),
  },
  'no response before the timeout, and then a good one': {
    plan: () => [respond.hang()],
    use: ({ client, hello }) => client({ timeout: 700, maxRetries: 1 }).messages.create(hello),
  },
  'a body that falls silent, and an application that aborts': {
    plan: () => [respond.hangBody()],
    use: async ({ client, hello }) => {
      const controller = new AbortController();
      // The head is there, and the client waits for the rest of the body.
      const fetch: ClientOptions['fetch'] = async (url, init) => {
        const response = await globalThis.fetch(url, init);
        setTimeout(() => controller.abort(), 50);
        return response;
      };
      return client({ fetch }).messages.create(hello, { signal: controller.signal });
    },
  },
  'a refused connection': ({ client, hello }) =>
    client({ baseURL: 'http://127.0.0.1:9', maxRetries: 0 }).messages.create(hello),
  'a host that does not exist': ({ client, hello }) =>
    client({ baseURL: 'http://host.invalid', maxRetries: 0 }).messages.create(hello),
});
