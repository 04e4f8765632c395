import { expect } from 'vitest';
import { createApp, type Ended, run, startApi } from './process.ts';

/** Ways of an application to load the SDK and make a client, each an expression of an ES module with the client class. */
export const WAYS: Readonly<Record<string, string>> = {
  'the default export': `(await import('@anthropic-ai/sdk')).default`,
  'the named export': `(await import('@anthropic-ai/sdk')).Anthropic`,
  'the base class': `(await import('@anthropic-ai/sdk')).BaseAnthropic`,
  'a client module': `(await import('@anthropic-ai/sdk/client')).Anthropic`,
  'a client module, its base class': `(await import('@anthropic-ai/sdk/client')).BaseAnthropic`,
  'an index file': `(await import('@anthropic-ai/sdk/index.mjs')).default`,
  'an index file of CommonJS': `(await import('@anthropic-ai/sdk/index.js')).default.Anthropic`,
  'a client file of CommonJS': `(await import('@anthropic-ai/sdk/client.js')).Anthropic`,
  'a file URL': `(await import(import.meta.resolve('@anthropic-ai/sdk/client.mjs'))).Anthropic`,
  'a URL with a query': `(await import(import.meta.resolve('@anthropic-ai/sdk/client.mjs') + '?a=1')).Anthropic`,
  'require, the module': `require('@anthropic-ai/sdk')`,
  'require, the default export': `require('@anthropic-ai/sdk').default`,
  'require, the base class': `require('@anthropic-ai/sdk').BaseAnthropic`,
  'require of a client module': `require('@anthropic-ai/sdk/client').Anthropic`,
  'require of a path': `require(require.resolve('@anthropic-ai/sdk'))`,
  'require of an ES module': `require('@anthropic-ai/sdk/client.mjs').Anthropic`,
  'Module._load': `require('node:module')._load('@anthropic-ai/sdk', module_)`,
  'require without the cache': `(() => {
    for (const key of Object.keys(require.cache)) delete require.cache[key];
    return require('@anthropic-ai/sdk').Anthropic;
  })()`,
  'a subclass': `class Mine extends (await import('@anthropic-ai/sdk')).default {}`,
  'a subclass of a subclass': `class Other extends (class Mine extends require('@anthropic-ai/sdk').Anthropic {}) {}`,
  'a subclass of the base class': `class Mine extends (await import('@anthropic-ai/sdk/client')).BaseAnthropic {}`,
  'a class that spells options out': `class Mine extends (await import('@anthropic-ai/sdk')).default {
    constructor({ apiKey, ...options } = {}) { super({ apiKey, ...options }); }
  }`,
  'an alias, 0.39': `(await import('sdk-0-39')).default`,
  'an alias of CommonJS, 0.39': `require('sdk-0-39')`,
  'an alias, 0.60': `(await import('sdk-0-60')).Anthropic`,
  'an alias of CommonJS, 0.100': `require('sdk-0-100').BaseAnthropic`,
  'an alias, 0.101': `(await import('sdk-0-101/client')).Anthropic`,
  'an alias of CommonJS, 0.122': `require('sdk-0-122')`,
  'an alias, 0.133': `(await import('sdk-0-133')).BaseAnthropic`,
  Foundry: `(await import('@anthropic-ai/foundry-sdk')).default`,
  'Foundry, a client module of CommonJS': `require('@anthropic-ai/foundry-sdk/client').AnthropicFoundry`,
  'Bedrock Mantle': `(await import('@anthropic-ai/bedrock-sdk')).AnthropicBedrockMantle`,
  'Bedrock Mantle, CommonJS': `require('@anthropic-ai/bedrock-sdk').AnthropicBedrockMantle`,
};

/** An ES module that makes a client in each of `ways`, in turn, a copy of each where it has copies, and a call with every one. */
function appOfWays(ways: readonly string[]): string {
  const steps = ways.map(
    (way) =>
      `await use(${JSON.stringify(way)}, ${WAYS[way]?.replace(/^class \w+ extends/, 'class extends')});`,
  );
  return `import { createRequire, Module } from 'node:module';
const require = createRequire(import.meta.url);
const module_ = new Module(import.meta.filename);
module_.paths = Module._nodeModulePaths(import.meta.dirname);
let calls = 0;
async function use(way, Client) {
  const client = new Client({ baseURL: process.env.BASE_URL, apiKey: 'k' });
  // The module itself is a function that makes clients of the class.
  if (!(client instanceof (Client.default ?? Client))) console.log(way, 'is no instance');
  for (const each of client.withOptions ? [client, client.withOptions({ timeout: 5000 })] : [client]) {
    if (each.middleware && each.middleware.length !== 1) console.log(way, 'has middleware', each.middleware.length);
    const message = await each.post('/v1/messages', {
      body: { model: 'claude-opus-5-5', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] },
    });
    if (message.usage.output_tokens !== 27) console.log(way, JSON.stringify(message));
    calls++;
  }
}
${steps.join('\n')}
console.log('calls', calls);
`;
}

const QUIET = { OTEL_METRICS_EXPORTER: 'none' };

/** Runs an application that makes clients in `ways`, in this order, with `register` loaded by `flag`. */
export async function runWays(ways: readonly string[], flag: string): Promise<Ended> {
  const api = await startApi();
  const folder = createApp({ 'app.mjs': appOfWays(ways) });
  return run(folder, [flag, 'anthropic-otel/register', 'app.mjs'], { BASE_URL: api.url, ...QUIET });
}

/** Expects that each call of the application was recorded once. */
export function expectEachOnce(ended: Ended): void {
  expect(ended).toMatchObject({ code: 0, warnings: [], stdout: expect.stringMatching(/^calls \d+\n$/) });
  const calls = Number(ended.stdout.slice('calls '.length));
  const once = { event: 'anthropic.call', outcome: 'ok', attempts: 1, output_tokens: 27 };
  expect(ended.records).toMatchObject(Array.from({ length: calls }, () => once));
}
