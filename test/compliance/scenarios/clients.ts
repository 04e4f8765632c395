/** Client options, client classes, and copies of the SDK. */
import { Worker } from 'node:worker_threads';
import type Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions } from '@anthropic-ai/sdk';
import { respond } from '../../../src/testing/index.ts';
import { classesOf } from '../support/plain.ts';
import { all, outcome, type Scenario, scenarios, type World } from '../support/world.ts';

/** Makes a client with options as they are, and a call with it. */
const made =
  (options: (world: World) => unknown): Scenario['use'] =>
  (world) =>
    outcome(
      (async () =>
        new world.sdk.default(world.observed(options(world) as object)).messages.create(world.hello))(),
    );

/** The name by which a stack trace knows the class of a method that throws. */
function stackOf(use: () => void): string | undefined {
  try {
    use();
  } catch (error) {
    return /at (\w+)\.buildURL/.exec((error as Error).stack ?? '')?.[1];
  }
  return undefined;
}

/** Runs `use` under environment variables of its own. */
async function withEnv<Result>(
  env: Readonly<Record<string, string>>,
  use: () => Promise<Result>,
): Promise<Result> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await use();
  } finally {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

/** Options whose fields are all getters, own ones or of a class. */
function getters(world: World, own: boolean): object {
  const entries = Object.entries(world.options()).map(
    ([name, value]) => [name, { get: () => value, enumerable: own, configurable: true }] as const,
  );
  const holder = Object.defineProperties({}, Object.fromEntries(entries));
  return own ? holder : Object.create(holder);
}

export const CLIENTS: readonly Scenario[] = scenarios({
  'frozen options': made(({ options }) => Object.freeze(options())),
  'options with getters': made((world) => getters(world, true)),
  'options whose getters are inherited': made((world) => getters(world, false)),
  'options of a class, with a custom fetch': made((world) =>
    Object.assign(getters(world, false), { fetch: globalThis.fetch }),
  ),
  'options that are null': made(() => null),
  'options with a getter that throws': made((world) =>
    Object.defineProperty({ ...world.options() }, 'maxRetries', {
      enumerable: true,
      get: () => {
        throw new Error('no options today');
      },
    }),
  ),
  'options with fields that are unknown': made((world) => ({ ...world.options(), colour: 'blue' })),
  'options stay as they were': async (world) => {
    const options = { ...world.options(), middleware: [], defaultHeaders: { 'x-mine': '1' } };
    await new world.sdk.default(world.observed(options)).messages.create(world.hello);
    return [Object.keys(options), options.middleware.length, options.defaultHeaders];
  },
  'options from the environment alone': async (world) =>
    withEnv(
      {
        ANTHROPIC_BASE_URL: world.server.url,
        ANTHROPIC_API_KEY: world.planted('env_key').replaceAll(' ', '-'),
      },
      async () => new world.sdk.default(world.observed({})).messages.create(world.hello),
    ),
  'two credentials at once': made(({ options }) => ({ ...options(), authToken: 'b' })),
  'an auth token': made(({ options, planted }) => {
    const { apiKey: _, ...rest } = options();
    return { ...rest, authToken: planted('auth_token').replaceAll(' ', '-') };
  }),
  'a base URL with credentials and a path': {
    use: async ({ client, hello, server, planted }) =>
      outcome(
        client({
          baseURL: `http://${encodeURIComponent(planted('url_user'))}:${encodeURIComponent(planted('url_password'))}@127.0.0.1:${server.port}/prefix`,
          maxRetries: 0,
        }).messages.create(hello),
      ),
  },
  'a base URL that is none': made(({ options }) => options({ baseURL: 'not a url', maxRetries: 0 })),
  'tracing that is switched off by option': made(({ options }) => options({ openTelemetry: false })),
  'tracing that is switched off for spans': made(({ options }) =>
    options({ openTelemetry: { traces: false } }),
  ),
  'tracing that is switched off by the environment': async (world) =>
    withEnv({ ANTHROPIC_OPEN_TELEMETRY: 'false' }, async () => {
      const result = await world.client().messages.create(world.hello);
      return { result, env: process.env['ANTHROPIC_OPEN_TELEMETRY'] };
    }),
  'an openTelemetry option that is null': made(({ options }) => ({ ...options(), openTelemetry: null })),
  'a tracer provider that is none': made(({ options }) => ({
    ...options(),
    openTelemetry: { tracerProvider: null },
  })),
  'the identity of the class': async ({ sdk, options }) => {
    const hostile = {
      toString: () => {
        throw new Error('here');
      },
    };
    const { Anthropic: Named, default: Default, APIError, BaseAnthropic } = sdk;
    const client = new Default(options());
    return {
      named: Named === Default,
      name: Default.name,
      length: Default.length,
      stack: stackOf(() => client.buildURL(hostile as never, null)),
      constructor: client.constructor === Default,
      classes: classesOf(client).filter((name, index, names) => name !== names[index - 1]),
      instances: [client instanceof Default, client instanceof BaseAnthropic, {} instanceof Default],
      self: (Default as unknown as { Anthropic: unknown }).Anthropic === Default,
      statics: Object.getOwnPropertyNames(Object.getPrototypeOf(Default)).length > 0,
      errors: Default.APIError === APIError,
      keys: Object.keys(client).sort(),
      exports: Object.keys(sdk).sort(),
    };
  },
  'a subclass of the application': async (world) => {
    class Mine extends world.sdk.default {
      static readonly team = 'blue';
      readonly #secret: string;
      constructor(options: ClientOptions, secret: string) {
        super(world.observed(options));
        this.#secret = secret;
      }
      reveal(): string {
        return this.#secret;
      }
      protected override defaultQuery(): Record<string, string | undefined> {
        return { mine: 'yes' };
      }
    }
    const client = new Mine(world.options(), 'private');
    const copy = client.withOptions({ maxRetries: 0 });
    return {
      instances: [client instanceof Mine, client instanceof world.sdk.default, copy instanceof Mine],
      plainIsNotMine: world.client() instanceof Mine,
      statics: [Mine.team, Mine.name, Mine.APIError === world.sdk.APIError],
      secret: client.reveal(),
      message: await client.messages.create(world.hello),
    };
  },
  'a client made by Reflect.construct': async (world) => {
    class Other extends world.sdk.default {}
    const client: Anthropic = Reflect.construct(world.sdk.default, [world.observed(world.options())], Other);
    return [client instanceof Other, client.constructor === Other, await client.messages.create(world.hello)];
  },
  'a client that is observed when it is there': async (world) => {
    const client = world.observedClient(new world.sdk.default(world.options()));
    return { methods: typeof client.post, message: await client.messages.create(world.hello) };
  },
  'a copy by withOptions': async ({ client, hello, server }) => {
    server.plan([respond.error(529)]);
    const copy = client().withOptions({ maxRetries: 0, defaultHeaders: { 'x-copy': '1' } });
    return { first: await outcome(copy.messages.create(hello)), second: await copy.messages.create(hello) };
  },
  'resources used by themselves': async ({ sdk, client, hello }) =>
    new sdk.default.Messages(client()).create(hello),
  'methods taken off their object': async ({ client, hello }) => {
    const { messages } = client();
    const create = messages.create.bind(messages);
    return create(hello);
  },
  'errors by class': {
    plan: () => [respond.error(429, { shouldRetry: false })],
    use: async ({ sdk, client, hello }) => {
      const { rejected } = (await outcome(client().messages.create(hello))) as { rejected: unknown };
      return [rejected instanceof sdk.RateLimitError, rejected instanceof sdk.default.APIError];
    },
  },
});

/** The same calls with another version or copy of the SDK than the one that is imported by name. */
const withCopy = (name: string): Scenario => ({
  name: `the copy of the SDK in ${name}`,
  plan: () => [respond.error(529), respond.ok(), respond.ok(), respond.sseError(), respond.error(404)],
  use: async (world) => {
    const copy = await world.copy(name);
    const client = new copy.default(world.observed(world.options()));
    const failure = async (promise: PromiseLike<unknown>): Promise<unknown> => {
      const end = (await outcome(promise)) as { rejected?: unknown };
      return [end, end.rejected instanceof copy.APIError, end.rejected instanceof world.sdk.APIError];
    };
    return {
      json: await client.messages.create(world.hello),
      helper: await client.messages.stream(world.hello).finalMessage(),
      broken: await failure(client.messages.create({ ...world.hello, stream: true }).then(all)),
      rejected: await failure(client.messages.create(world.hello)),
    };
  },
});

/** A client in a worker. It has an OpenTelemetry of its own there, or none. */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
import(workerData.sdk).then(async ({ default: Anthropic }) => {
  const client = new Anthropic({ baseURL: workerData.url, apiKey: 'worker', logLevel: 'off' });
  const message = await client.messages.create(workerData.hello);
  parentPort.postMessage({ text: message.content, type: message.type });
});
`;

export const COPIES: readonly Scenario[] = [
  ...['sdk-0-39', 'sdk-0-60', 'sdk-0-122', 'sdk-0-133', 'second-copy'].map(withCopy),
  {
    name: 'a client in a worker',
    use: ({ server, hello }) =>
      new Promise((resolve, reject) => {
        const workerData = { sdk: import.meta.resolve('@anthropic-ai/sdk'), url: server.url, hello };
        const worker = new Worker(WORKER, { eval: true, workerData });
        const end: unknown[] = [];
        worker.on('message', (message) => end.push(message));
        worker.on('error', reject);
        worker.on('exit', (code) => resolve([code, ...end]));
      }),
  },
];
