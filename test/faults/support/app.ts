/** What an application does with a client, as plain data, to compare one run with another. */
import type Anthropic from '@anthropic-ai/sdk';
import { type AnthropicServer, respond } from '../../../src/testing/index.ts';
import { plain } from '../../compliance/support/plain.ts';
import { all, outcome } from '../../compliance/support/world.ts';
import { HELLO } from '../../helpers/harness.ts';

/** How many calls `useClient` makes, and with how many attempts. */
export const CALLS = 6;
export const ATTEMPTS = 7;

/** Makes calls of every kind of ending, one after another. */
export async function useClient(client: Anthropic, server: AnthropicServer): Promise<unknown> {
  server.reset();
  server.plan([
    respond.error(529),
    respond.ok({ text: 'fine' }),
    respond.ok({ text: 'streamed' }),
    respond.error(400, { message: 'no' }),
    respond.sseError('api_error'),
    respond.hangBody(3),
    respond.error(500, { shouldRetry: false }),
  ]);
  const stream = async (): Promise<unknown> => all(await client.messages.create({ ...HELLO, stream: true }));
  const broken = async (): Promise<unknown> => {
    for await (const event of await client.messages.create({ ...HELLO, stream: true })) return event;
    return undefined;
  };
  const results = [
    await outcome(client.messages.create(HELLO).withResponse()),
    await outcome(client.messages.stream(HELLO).finalMessage()),
    await outcome(client.messages.create(HELLO)),
    await outcome(stream()),
    await outcome(broken()),
    await outcome(client.messages.create(HELLO)),
  ];
  await server.idle();
  const requests = server.requests.map(
    ({ retryCount, bytesSent, eventsSent, completed, closedByClient }) => ({
      ...{ retryCount, bytesSent, eventsSent, completed, closedByClient },
    }),
  );
  return [results.map((result) => plain(result, { thrown: [], responses: [] })), requests];
}
