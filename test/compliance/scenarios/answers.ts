/** What the API, the network and gateways answer to a call. */
import type { ClientOptions } from '@anthropic-ai/sdk';
import { type Answer, answer } from '../../../src/testing/index.ts';
import { type Scenario, scenarios, type World } from '../support/world.ts';

const create = ({ client, hello }: World): Promise<unknown> => client().messages.create(hello);

const meets = (plan: (said: World['said']) => readonly Answer[]): Omit<Scenario, 'name'> => ({
  plan,
  use: create,
});

export const ANSWERS: readonly Scenario[] = scenarios({
  'a good answer': meets((said) => [answer.ok({ text: said('answer') })]),
  'two overloads and then a good answer': meets(() => [answer.error(529), answer.error(529)]),
  'exhausted retries': meets((said) =>
    [500, 500, 500].map((status) => answer.error(status, { message: said('error') })),
  ),
  'a request that is refused': meets((said) => [
    answer.error(400, { message: `messages.0.content: ${said('error')}`, code: 'bad_request' }),
  ]),
  'a key that is refused': meets((said) => [answer.error(401, { message: said('error') })]),
  'an account without credit': meets(() => [answer.error(402)]),
  'a permission that is missing': meets(() => [answer.error(403)]),
  'a model that is unknown': meets(() => [answer.error(404)]),
  'a conflict': meets(() => [answer.error(409), answer.error(409), answer.error(409)]),
  'a request that is too large': meets((said) => [answer.error(413, { message: said('error') })]),
  'a value that cannot be processed': meets((said) => [answer.error(422, { message: said('error') })]),
  'a rate limit with a time to wait': meets(() => [answer.error(429, { retryAfter: 1 })]),
  'a rate limit that says not to retry': meets(() => [answer.error(429, { shouldRetry: false })]),
  'a refusal that says to retry': meets(() => [answer.error(400, { shouldRetry: true })]),
  'a page of a gateway': meets(() => [answer.error(502), answer.error(503), answer.error(502)]),
  'an error type that nobody knows': meets((said) => [
    answer.error(418, { type: said('type'), message: said('error') }),
  ]),
  'an error body that is no object': meets(() => [answer.error(400, { body: '[[[null]]]' })]),
  'an error body that is empty': meets(() => [answer.error(400, { body: '' })]),
  'an error body that is broken JSON': meets(() => [answer.error(400, { body: '{"error":{"type":' })]),
  'an error body of two hundred kilobytes': meets(() => [
    answer.error(400, { body: `{"error":{"message":"${'x'.repeat(200_000)}"}}` }),
  ]),
  'a good answer that is broken JSON': meets(() => [answer.malformedJson()]),
  'a page where JSON should be': meets((said) => [
    answer.wrongContentType('text/html', `<p>${said('page')}</p>`),
  ]),
  'headers without meaning': meets(() => [answer.malformedHeaders(), answer.malformedHeaders(400)]),
  'headers without meaning on an error': meets(() => [answer.malformedHeaders(400)]),
  'a body that is cut': meets(() => [answer.cutStream()]),
  'a body whose socket is reset': meets(() => [answer.resetStream()]),
  'a connection that is reset, and then a good answer': meets(() => [answer.resetConnection()]),
  'connections that are reset': {
    plan: () => [answer.resetConnection()],
    use: ({ client, hello }) => client({ maxRetries: 0 }).messages.create(hello),
  },
  'a refusal by the model': meets(() => [answer.refusal()]),
  'a slow answer': meets(() => [answer.slow({ delayMs: 30 })]),
  'an answer in pieces of one byte': meets(() => [answer.ok({ chunkBytes: 1 })]),
  'no answer before the timeout': {
    plan: () => [answer.hang()],
    use: ({ client, hello }) => client({ timeout: 400, maxRetries: 0 }).messages.create(hello),
  },
  'no answer before the timeout, and then a good one': {
    plan: () => [answer.hang()],
    use: ({ client, hello }) => client({ timeout: 700, maxRetries: 1 }).messages.create(hello),
  },
  'a body that falls silent, and an application that aborts': {
    plan: () => [answer.hangBody()],
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
  'a connection that is refused': ({ client, hello }) =>
    client({ baseURL: 'http://127.0.0.1:9', maxRetries: 0 }).messages.create(hello),
  'a host that does not exist': ({ client, hello }) =>
    client({ baseURL: 'http://host.invalid', maxRetries: 0 }).messages.create(hello),
});
