/** What observing an older SDK leaves as it is, and how a client of one gets its telemetry. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientOptions } from '@anthropic-ai/sdk';
import { propagation } from '@opentelemetry/api';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { observe, withTelemetry } from '../../src/index.ts';
import { respond } from '../../src/testing/index.ts';
import { expectCall } from '../helpers/expect-calls.ts';
import { OK_ATTEMPT, OK_CALL, STREAMED_CALL } from '../helpers/expected-call.ts';
import { collect, type Harness, HELLO, rejection, startHarness } from '../helpers/harness.ts';
import { instrumented, newClient, OLDER_SDKS, type OlderSdk } from '../helpers/sdks.ts';

const STREAM = { ...HELLO, stream: true } as const;
const FETCH_ONLY = OLDER_SDKS.filter(({ adapter }) => adapter === 'fetch');
const [OLDEST, ...NEWER] = OLDER_SDKS as [OlderSdk, ...OlderSdk[]];

function optionsFor({ server }: Harness): ClientOptions {
  return { baseURL: server.url, apiKey: 'test-key', logLevel: 'off' };
}

/** What a client sends its requests with. */
function fetchOf(client: object): unknown {
  return (client as { fetch: unknown }).fetch;
}

describe.each(OLDER_SDKS)('SDK $version', (sdk) => {
  test('a failing telemetry changes nothing', async () => {
    const harness = await startHarness();
    vi.spyOn(harness.telemetry.listener, 'callStarted').mockImplementation(() => {
      throw new Error('telemetry is broken');
    });
    harness.server.plan([respond.error(529)]);
    const client = newClient(sdk, harness);
    await client.messages.create(HELLO);
    expect(await collect(await client.messages.create(STREAM))).toHaveLength(10);
  });

  test('nothing reads ahead of the application', async () => {
    const harness = await startHarness({ server: { eventDelayMs: 5 } });
    const response = await newClient(sdk, harness).messages.create(STREAM).asResponse();
    expect(response.bodyUsed).toBe(false);
    expect(response.body).toBe(response.body);
    await harness.server.idle();
    expect(await harness.metric('anthropic.client.calls')).toBe(0);
    expect(await response.text()).toContain('message_stop');
    await expectCall(harness, STREAMED_CALL);
  });

  test('a clone reads the same as its original, and the call is recorded once', async () => {
    const harness = await startHarness();
    const response = await newClient(sdk, harness).messages.create(HELLO).asResponse();
    const copy = response.clone();
    const [json, text] = await Promise.all([response.json(), copy.text()]);
    expect(JSON.parse(text)).toEqual(json);
    await expectCall(harness, OK_CALL);
  });

  test('spans are hidden where ANTHROPIC_OPEN_TELEMETRY is false, and metrics are not', async () => {
    vi.stubEnv('ANTHROPIC_OPEN_TELEMETRY', 'false');
    const harness = await startHarness();
    await newClient(sdk, harness).messages.create(HELLO);
    expect(harness.spans()).toEqual([]);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(1);
  });

  test('an abort after a call that failed leaves it failed', async () => {
    const harness = await startHarness();
    const client = newClient(sdk, harness, { fetch: () => Promise.reject(new TypeError('fetch failed')) });
    const controller = new AbortController();
    await rejection(client.messages.create(HELLO, { signal: controller.signal }));
    controller.abort();
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'error' })).toBe(1);
    expect(await harness.metric('anthropic.client.retries_exhausted')).toBe(1);
  });

  test('telemetry that is switched off records nothing', async () => {
    const harness = await startHarness();
    const client = newClient(sdk, harness);
    harness.telemetry.enabled = false;
    await client.messages.create(HELLO);
    expect(await harness.metric('anthropic.client.calls')).toBe(0);
  });

  test("the application's own context is its own before, during and after a call", async () => {
    const harness = await startHarness();
    harness.server.plan([respond.error(529)]);
    const store = new AsyncLocalStorage<string>();
    const client = newClient(sdk, harness);
    const work = async (name: string): Promise<unknown[]> => {
      const seen: unknown[] = [store.getStore()];
      await client.messages.create(HELLO);
      seen.push(store.getStore());
      for await (const event of await client.messages.create(STREAM)) {
        if (event.type === 'message_stop') seen.push(store.getStore(), name);
      }
      return seen;
    };
    const [one, two] = await Promise.all([store.run('one', work, 'one'), store.run('two', work, 'two')]);
    expect(one).toEqual(['one', 'one', 'one', 'one']);
    expect(two).toEqual(['two', 'two', 'two', 'two']);
    expect(store.getStore()).toBeUndefined();
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(4);
  });

  test('a client made by withOptions of an observed one is observed once', async () => {
    const harness = await startHarness();
    const client = newClient(sdk, harness);
    if (typeof client.withOptions !== 'function') return;
    await client.withOptions({ maxRetries: 1 }).withOptions({ timeout: 5000 }).messages.create(HELLO);
    await expectCall(harness, OK_CALL);
  });

  test('withTelemetry and the instrumentation together record a call once', async () => {
    const harness = await startHarness();
    const Client = instrumented(sdk, harness);
    const options = { ...optionsFor(harness), fetch: globalThis.fetch };
    await new Client(withTelemetry(options, harness.telemetryOptions)).messages.create(HELLO);
    await expectCall(harness, OK_CALL);
  });
});

test.each(OLDER_SDKS)('SDK $version sends the same requests with and without this package', async (sdk) => {
  propagation.setGlobalPropagator({
    inject: (_context, carrier, setter) => setter.set(carrier, 'traceparent', 'mine'),
    extract: (context) => context,
    fields: () => ['traceparent'],
  });
  onTestFinished(() => propagation.disable());
  const harness = await startHarness();
  await new sdk.Client(optionsFor(harness)).messages.create(HELLO);
  await newClient(sdk, harness).messages.create(HELLO);
  const [bare, observed] = harness.server.requests.map(({ headers, body }) => ({ headers, body }));
  expect(observed).toEqual(bare);
});

describe('an SDK that has only fetch', () => {
  test.each(FETCH_ONLY)('SDK $version: the default fetch stays the default', async (sdk) => {
    const harness = await startHarness();
    const used = fetchOf(new sdk.Client(optionsFor(harness)));
    const calls = vi.fn(used as typeof fetch);
    const { Client } = sdk;
    class Spied extends Client {
      constructor(options: ClientOptions) {
        super(options);
        Object.assign(this, { fetch: calls });
      }
    }
    await newClient({ ...sdk, Client: Spied }, harness).messages.create(HELLO);
    expect(calls).toHaveBeenCalledTimes(1);
    await expectCall(harness, OK_CALL);
  });

  test('0.39 goes on with node-fetch, whose bodies are Node streams', async () => {
    const harness = await startHarness();
    const response = await newClient(OLDEST, harness).messages.create(STREAM).asResponse();
    const body = response.body as unknown as NodeJS.ReadableStream;
    expect(body.pipe).toBeTypeOf('function');
    let text = '';
    body.on('data', (chunk) => {
      text += chunk;
    });
    await new Promise((resolve) => body.on('end', resolve));
    expect(text).toContain('message_stop');
    await expectCall(harness, STREAMED_CALL);
  });

  test.each(FETCH_ONLY)('SDK $version: withTelemetry observes a fetch that is given', async ({ Client }) => {
    const harness = await startHarness();
    const options = { ...optionsFor(harness), fetch: globalThis.fetch };
    const client = new Client(withTelemetry(options, harness.telemetryOptions));
    expect(await collect(await client.messages.create(STREAM))).toHaveLength(10);
    await expectCall(harness, STREAMED_CALL);
  });

  test.each(FETCH_ONLY)('SDK $version: a request of the application itself is passed on', async (sdk) => {
    const harness = await startHarness();
    const client = newClient(sdk, harness);
    const response = await (fetchOf(client) as typeof fetch)(`${harness.server.url}/v1/models`, {
      method: 'GET',
    });
    expect(response.status).toBe(200);
    await response.text();
    expect(await harness.metric('anthropic.client.attempts')).toBe(0);
  });
});

describe('a body that is read by other means', () => {
  test.each(NEWER)('SDK $version: tee, pipeTo and pipeThrough give every byte, and are seen', async (sdk) => {
    const harness = await startHarness();
    const client = newClient(sdk, harness);
    const open = async (): Promise<ReadableStream<Uint8Array>> =>
      (await client.messages.create(STREAM).asResponse()).body as ReadableStream<Uint8Array>;
    const [left, right] = (await open()).tee();
    const texts = await Promise.all([new Response(left).text(), new Response(right).text()]);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const piped = new Response(readable).text();
    await (await open()).pipeTo(writable);
    texts.push(await piped);
    const through = (await open()).pipeThrough(new TransformStream());
    texts.push(await new Response(through).text(), await new Response(await open()).text());
    for (const text of texts) expect(text).toMatch(/message_stop"\}\s*$/);
    expect(await harness.metric('anthropic.client.calls', { 'anthropic.outcome': 'ok' })).toBe(4);
  });

  test.each(NEWER)('SDK $version: cancel() closes the connection and cancels the call', async (sdk) => {
    const harness = await startHarness();
    harness.server.plan([respond.hangBody(2)]);
    const response = await newClient(sdk, harness).messages.create(STREAM).asResponse();
    await response.body?.cancel();
    await harness.server.idle();
    expect(harness.server.requests[0]?.closedByClient).toBe(true);
    await expectCall(harness, {
      stream: true,
      outcome: 'canceled',
      canceledBy: sdk.adapter === 'fetch' ? null : 'application',
      attempts: [OK_ATTEMPT],
    });
  });
});

describe('observe', () => {
  test.each(NEWER)('SDK $version: makes an observed copy of a client', async ({ Client }) => {
    const harness = await startHarness();
    const client = new Client(optionsFor(harness));
    const copy = observe(client, harness.telemetryOptions);
    await client.messages.create(HELLO);
    expect(await harness.metric('anthropic.client.calls')).toBe(0);
    harness.server.reset();
    await copy.messages.create(HELLO);
    await expectCall(harness, OK_CALL);
  });

  test('reports what to do instead where a client cannot be copied', () => {
    const client = new OLDEST.Client({ apiKey: 'test-key' });
    expect(() => observe(client)).toThrow(TypeError);
    expect(() => observe(client)).toThrow(/withTelemetry\(\{ fetch \}\).*AnthropicInstrumentation/);
  });
});

test.each(OLDER_SDKS)('SDK $version: a call is sent once where timers are numbers', async (sdk) => {
  const harness = await startHarness();
  const statuses = [401, 529, 200];
  const client = newClient(sdk, harness, {
    fetch: async () => Response.json({}, { status: statuses.shift()!, headers: { 'retry-after-ms': '1' } }),
  });
  const { setTimeout: real } = globalThis;
  const isUndici = (): boolean => /undici/.test(new Error().stack ?? '');
  vi.stubGlobal('setTimeout', (...args: Parameters<typeof setTimeout>) =>
    isUndici() ? real(...args) : Number(real(...args)),
  );
  onTestFinished(() => void vi.unstubAllGlobals());
  await rejection(client.messages.create(HELLO));
  await client.messages.create(HELLO);
  expect(statuses).toEqual([]);
  expect(await harness.metric('anthropic.client.attempts')).toBe(3);
  expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
});
