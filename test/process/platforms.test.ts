/** The clients of the platforms, which are classes of their own packages. */
import { describe, expect, test } from 'vitest';
import { startApi } from '../helpers/api.ts';
import { createApp, freePort, run } from '../helpers/process.ts';

/** How each client is made without an account. */
const CLIENTS = [
  [
    '@anthropic-ai/bedrock-sdk',
    'AnthropicBedrock',
    `{ awsRegion: 'us-east-1', awsAccessKey: 'a', awsSecretKey: 'b' }`,
  ],
  ['@anthropic-ai/bedrock-sdk', 'AnthropicBedrockMantle', `{ awsRegion: 'us-east-1', apiKey: 'a' }`],
  [
    '@anthropic-ai/vertex-sdk',
    'AnthropicVertex',
    `{ region: 'us-east5', projectId: 'p', authClient: { getRequestHeaders: async () => new Headers() } }`,
  ],
  ['@anthropic-ai/foundry-sdk', 'AnthropicFoundry', `{ resource: 'r', apiKey: 'a' }`],
] as const;

const FORMS = [
  ['app.mjs', (name: string, client: string) => `import { ${client} as Client } from '${name}';`],
  ['app.cjs', (name: string, client: string) => `const { ${client}: Client } = require('${name}');`],
] as const;

const register = async (): Promise<Record<string, string>> => ({
  OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
});

describe.each(CLIENTS)('%s: %s', (name, client, options) => {
  test.each(FORMS)('carries both seams, once, in %s', async (file, load) => {
    const text = `${load(name, client)}
const client = new Client(${options});
const { middleware, openTelemetry } = client;
const taps = Object.getOwnPropertySymbols(openTelemetry.tracerProvider ?? {}).map(String);
console.log(JSON.stringify({ name: Client.name, instance: client instanceof Client, count: middleware.length, taps }));
`;
    const folder = createApp({ [file]: text });
    const ended = await run(folder, ['--import', 'anthropic-otel/register', file], await register());
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual({
      name: client,
      instance: true,
      count: 1,
      taps: expect.arrayContaining(['Symbol(anthropic-otel.tap)']),
    });
  });
});

describe('a call over the wire', () => {
  test('by AnthropicFoundry is recorded, under the provider that the SDK says', async () => {
    const api = await startApi();
    const text = `import { AnthropicFoundry } from '@anthropic-ai/foundry-sdk';
const client = new AnthropicFoundry({ baseURL: process.env.BASE_URL, apiKey: 'a' });
const message = await client.messages.create({ model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] });
console.log(message.type);
`;
    const folder = createApp({ 'app.mjs': text });
    const ended = await run(folder, ['--import', 'anthropic-otel/register', 'app.mjs'], {
      ...(await register()),
      BASE_URL: api.url,
    });
    expect(ended).toMatchObject({ code: 0, warnings: [] });
    expect(ended.stdout).toBe('message\n');
    expect(ended.records).toMatchObject([
      { event: 'anthropic.call', outcome: 'ok', attempts: 1, provider: 'anthropic', output_tokens: 9 },
    ]);
  });

  test('by AnthropicVertex is recorded with its provider and the model, which is in the path there', async () => {
    const api = await startApi();
    const text = `import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
const client = new AnthropicVertex({ baseURL: process.env.BASE_URL, region: 'us-east5', projectId: 'p', authClient: { getRequestHeaders: async () => new Headers() }, maxRetries: 0 });
await client.messages
  .create({ model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] })
  .catch((error) => console.log(error.status));
`;
    const folder = createApp({ 'app.mjs': text });
    const ended = await run(folder, ['--import', 'anthropic-otel/register', 'app.mjs'], {
      ...(await register()),
      BASE_URL: api.url,
    });
    expect(ended).toMatchObject({ code: 0, warnings: [], stdout: '404\n' });
    expect(ended.records).toMatchObject([
      {
        event: 'anthropic.call',
        outcome: 'error',
        attempts: 1,
        provider: 'gcp.vertex_ai',
        model: 'claude-opus-5-5',
        error_type: 'not_found_error',
      },
    ]);
  });
});
