/** The SDKs whose sessions are checked. */
import type { Platformed, Sdk } from './run.ts';

interface Exports {
  readonly default: Sdk['Client'];
  readonly APIConnectionError: new (options: object) => Error;
}

const PACKAGES: Readonly<Record<string, string>> = {
  '0.60': 'sdk-0-60',
  '0.101': 'sdk-0-101',
  '0.133': 'sdk-0-133',
  newest: '@anthropic-ai/sdk',
};

/** Their names. */
export const SDK_NAMES: readonly string[] = Object.keys(PACKAGES);

/** Loads the SDK called `name`. */
export async function loadSdk(name: string): Promise<Sdk> {
  const loaded = (await import(PACKAGES[name] ?? name)) as Exports;
  return {
    name,
    Client: loaded.default,
    connectionError: () => new loaded.APIConnectionError({ message: 'from middleware' }),
    middleware: name !== '0.60',
    spans: name === 'newest',
    platforms: name === 'newest' ? await loadPlatforms() : {},
  };
}

async function loadPlatforms(): Promise<Sdk['platforms']> {
  const [vertex, foundry, bedrock] = await Promise.all([
    import('@anthropic-ai/vertex-sdk'),
    import('@anthropic-ai/foundry-sdk'),
    import('@anthropic-ai/bedrock-sdk'),
  ]);
  const authClient = { getRequestHeaders: async () => new Headers({ authorization: 'Bearer t' }) };
  const platform = (Client: unknown, options: object): Platformed => ({
    Client: Client as Sdk['Client'],
    options,
  });
  return {
    vertex: platform(vertex.AnthropicVertex, { region: 'us-east5', projectId: 'p', authClient }),
    foundry: platform(foundry.AnthropicFoundry, { apiKey: 'k' }),
    mantle: platform(bedrock.AnthropicBedrockMantle, { apiKey: 'k', awsRegion: 'us-east-1' }),
  };
}
