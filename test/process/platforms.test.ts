/** The clients of the platforms, which are classes of their own packages. */
import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { createApp, freePort, run, startApi } from '../helpers/process.ts';

const FORMS = [
  ['app.mjs', (name: string, client: string) => `import { ${client} as Client } from '${name}';`],
  ['app.cjs', (name: string, client: string) => `const { ${client}: Client } = require('${name}');`],
] as const;

const register = async (): Promise<Record<string, string>> => ({
  OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
});

/** How each client reaches the test API, and what its calls are recorded with. */
const WIRES = [
  [
    '@anthropic-ai/bedrock-sdk',
    'AnthropicBedrock',
    `{ awsAccessKey: 'a', awsSecretKey: 'b' }`,
    'aws.bedrock',
  ],
  ['@anthropic-ai/bedrock-sdk', 'AnthropicBedrockMantle', `{ apiKey: 'a' }`, 'aws.bedrock'],
  [
    '@anthropic-ai/vertex-sdk',
    'AnthropicVertex',
    `{ region: 'us-east5', projectId: 'p', authClient: { getRequestHeaders: async () => new Headers() } }`,
    'gcp.vertex_ai',
  ],
  ['@anthropic-ai/foundry-sdk', 'AnthropicFoundry', `{ apiKey: 'a' }`, 'anthropic'],
] as const;

describe.each(WIRES)('%s: %s', (name, client, options, provider) => {
  test.each(FORMS)(
    'carries both adapters once, and its calls and streams are recorded, in %s',
    async (file, load) => {
      const api = await startApi();
      api.plan([respond.error(429)]);
      const text = `${load(name, client)}
const client = new Client({ baseURL: process.env.BASE_URL, ...${options} });
console.log(Client.name, client instanceof Client, client.middleware.length);
console.log(Object.getOwnPropertySymbols(client.openTelemetry.tracerProvider ?? {}).map(String).join());
const request = { model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };
(async () => {
  console.log((await client.messages.create(request)).type);
  const stream = await client.messages.create({ ...request, stream: true });
  for await (const event of stream) if (event.type === 'message_stop') console.log(event.type);
})();
`;
      const folder = createApp({ [file]: text });
      const ended = await run(folder, ['--import', 'anthropic-otel/register', file], {
        ...(await register()),
        AWS_REGION: 'us-east-1',
        BASE_URL: api.url,
      });
      expect(ended).toMatchObject({
        code: 0,
        warnings: [],
        stdout: `${client} true 1\nSymbol(anthropic-otel.adapters)\nmessage\nmessage_stop\n`,
      });
      const call = {
        event: 'anthropic.call',
        model: 'claude-opus-5-5',
        provider,
        outcome: 'ok',
        output_tokens: 9,
      };
      expect(ended.records).toMatchObject([
        { event: 'anthropic.attempt.retried', status: 429, error_type: 'rate_limit_error' },
        { ...call, attempts: 2, stream: false },
        { ...call, attempts: 1, stream: true },
      ]);
    },
  );
});
