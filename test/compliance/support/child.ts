/**
 * Runs scenarios in a process of its own and prints one JSON line for each. `node child.ts MODE LOADER [COPIES]`: `MODE` is `plain`,
 * `passing` (a middleware that does nothing), `code` (withTelemetry) or `register` (telemetry comes by `--import`); `LOADER` is `esm` or `cjs`; `COPIES` is a folder with
 * other copies of the SDK.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ClientOptions, Middleware } from '@anthropic-ai/sdk';
import { type AnthropicServer, startAnthropicServer } from '../../../src/testing/index.ts';
import { SCENARIOS } from '../scenarios/index.ts';
import { plain, withoutIds } from './plain.ts';
import { startTelemetry } from './telemetry.ts';
import type { Scenario, Sdk, World } from './world.ts';

/** What a scenario came to. */
export interface Observation {
  readonly name: string;
  readonly result: unknown;
  readonly rejected: boolean;
  readonly requests: readonly unknown[];
  /** Unhandled rejections and uncaught exceptions. */
  readonly unhandled: readonly unknown[];
  readonly warnings: readonly string[];
}

const [mode = 'plain', loader = 'esm', copies = ''] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const sdk: Sdk = loader === 'cjs' ? require('@anthropic-ai/sdk') : await import('@anthropic-ai/sdk');
const telemetry = mode === 'code' ? await startTelemetry() : undefined;
const PASS: Middleware = (request, next) => next(request);
const thrown: unknown[] = [];
const responses: unknown[] = [];
const unhandled: unknown[] = [];
const warnings: string[] = [];

process.on('unhandledRejection', (reason) => unhandled.push(reason));
process.on('uncaughtException', (error) => unhandled.push(error));
process.on('warning', (warning) => warnings.push(warning.name));

const { fetch } = globalThis;
globalThis.fetch = async (...args) => {
  try {
    const response = await fetch(...args);
    responses.push(response);
    return response;
  } catch (error) {
    thrown.push(error);
    throw error;
  }
};

const CANARY = process.env['CANARY'];
const server = await startAnthropicServer({ retryAfterMs: 1 });
const only = process.env['ONLY'];
for (const scenario of SCENARIOS) {
  if (only && !scenario.name.includes(only)) continue;
  process.stdout.write(`${JSON.stringify(await observe(scenario))}\n`);
}
await server.close();
await telemetry?.report();

async function observe(scenario: Scenario): Promise<Observation> {
  server.reset();
  for (const list of [thrown, responses, unhandled, warnings]) list.length = 0;
  const world = createWorld(server);
  server.plan(scenario.plan?.(world.planted) ?? []);
  let result: unknown;
  let rejected = false;
  try {
    result = await scenario.use(world);
  } catch (error) {
    rejected = true;
    result = error;
  }
  await server.idle();
  // A rejection is unhandled only when the turn is over.
  await new Promise((resolve) => setTimeout(resolve, 1));
  const identities = { thrown, responses };
  return {
    name: scenario.name,
    result: plain(result, identities),
    rejected,
    requests: server.requests.map(({ method, path, query, headers, body, ...request }) => ({
      ...{
        method,
        path: withoutIds(path),
        query,
        headers: comparable(headers),
        body: plain(body, identities),
      },
      retryCount: request.retryCount,
      status: request.status,
      bytesSent: request.bytesSent,
      eventsSent: request.eventsSent,
      completed: request.completed,
      closedByClient: request.closedByClient,
    })),
    unhandled: unhandled.map((each) => plain(each, identities)),
    warnings: [...warnings],
  };
}

/** Headers but for those that differ between any two runs. A trace travels on where the application has tracing. */
function comparable(headers: Readonly<Record<string, string>>): unknown {
  const dropped = ['host', ...(mode === 'register' ? ['traceparent', 'tracestate'] : [])];
  return Object.entries(headers)
    .filter(([name]) => !dropped.includes(name))
    .sort();
}

function createWorld(api: AnthropicServer): World {
  const planted = (where: string): string => (CANARY ? `${CANARY}_${where}` : `the ${where}`);
  const options = (more: ClientOptions = {}): ClientOptions => ({
    baseURL: api.url,
    apiKey: planted('api_key').replaceAll(' ', '-'),
    logLevel: 'off',
    ...(CANARY && {
      defaultHeaders: { 'x-secret': planted('header'), [`x-${planted('header_name')}`]: 'yes' },
      defaultQuery: { secret: planted('query') },
    }),
    ...more,
  });
  const observed = <Options extends object>(given: Options): Options =>
    mode === 'passing' ? { ...given, middleware: [PASS] } : (telemetry?.add(given) ?? given);
  return {
    ...{ sdk, server: api, planted, options, observed, thrown, responses },
    hello: deepFreeze({
      model: 'claude-opus-5-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: planted('prompt') }],
      ...(CANARY && { system: planted('system'), metadata: { user_id: planted('user') } }),
    }),
    observedClient: (client) => telemetry?.observe(client) ?? client,
    client: (more) => new sdk.default(observed(options(more))),
    copy: async (name) =>
      loader === 'cjs'
        ? require(join(copies, name))
        : await import(pathToFileURL(join(copies, name, 'index.mjs')).href),
  };
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const each of Object.values(value)) if (typeof each === 'object' && each !== null) deepFreeze(each);
  return Object.freeze(value);
}
