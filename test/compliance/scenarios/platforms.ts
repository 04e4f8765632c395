/** The clients of the platforms, each in its own form on the wire. */
import type Anthropic from '@anthropic-ai/sdk';
import { respond } from '../../../src/testing/index.ts';
import { classesOf } from '../support/plain.ts';
import { all, outcome, type Scenario, type World } from '../support/world.ts';

/** Makes a client without an account. Its class comes by `import`, so that `register` sees it. */
type Make = (world: World) => Promise<object>;

const options = ({ server, planted }: World): { baseURL: string; apiKey: string; logLevel: 'off' } => ({
  baseURL: server.url,
  apiKey: planted('api_key').replaceAll(' ', '-'),
  logLevel: 'off',
});

const CLIENTS: Readonly<Record<string, Make>> = {
  Bedrock: async (world) => {
    const { AnthropicBedrock } = await import('@anthropic-ai/bedrock-sdk');
    return new AnthropicBedrock(world.observed({ ...options(world), awsRegion: 'us-east-1' }));
  },
  'Bedrock Mantle': async (world) => {
    const { AnthropicBedrockMantle } = await import('@anthropic-ai/bedrock-sdk');
    return new AnthropicBedrockMantle(world.observed({ ...options(world), awsRegion: 'us-east-1' }));
  },
  Vertex: async (world) => {
    const { AnthropicVertex } = await import('@anthropic-ai/vertex-sdk');
    const { apiKey: _, ...rest } = options(world);
    const authClient = { getRequestHeaders: async () => new Headers({ authorization: 'Bearer t' }) } as never;
    return new AnthropicVertex(world.observed({ ...rest, region: 'us-east5', projectId: 'p', authClient }));
  },
  Foundry: async (world) => {
    const { AnthropicFoundry } = await import('@anthropic-ai/foundry-sdk');
    return new AnthropicFoundry(world.observed(options(world)));
  },
};

const use =
  (make: Make): Scenario['use'] =>
  async (world) => {
    const client = (await make(world)) as Anthropic;
    const { hello, server } = world;
    const stream = (): Promise<unknown> =>
      outcome(client.messages.create({ ...hello, stream: true }).then(all));
    const results: unknown[] = [];
    results.push(await outcome(client.messages.create(hello)));
    results.push(await stream());
    results.push(await outcome(client.messages.stream(hello).finalMessage()));
    results.push(await stream());
    server.plan([respond.hangBody(3)]);
    for await (const event of await client.messages.create({ ...hello, stream: true })) {
      results.push(event);
      break;
    }
    server.plan([respond.error(400, { message: 'no' })]);
    results.push(await outcome(client.withOptions({ maxRetries: 0 }).messages.create(hello)));
    const classes = classesOf(client).filter((name, index, names) => name !== names[index - 1]);
    return [classes, Object.keys(client).sort(), results];
  };

export const PLATFORMS: readonly Scenario[] = Object.entries(CLIENTS).map(([name, make]) => ({
  name: `a client of ${name}`,
  plan: (planted) => [
    respond.error(429),
    respond.ok({ text: planted('response') }),
    respond.ok({ text: planted('response') }),
    respond.ok(),
    respond.sseError('overloaded_error', 4, { message: planted('error') }),
  ],
  use: use(make),
}));
