/** Processes with telemetry, and every kind of call that they can make, against the local API. */
import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { freePort } from '../../../dev/processes.ts';
import { type TelemetryOptions, withTelemetry } from '../../../src/index.ts';
import { telemetryFor } from '../../../src/telemetry.ts';
import { type AnthropicServer, respond } from '../../../src/testing/index.ts';

export const OPUS = 'claude-opus-5-5';
export const SONNET = 'claude-sonnet-5-5';
export const HAIKU = 'claude-haiku-4-5-20251001';
/** A model that the price table does not know. */
export const UNKNOWN = 'claude-future-9';

/** A process that serves its metrics. */
export interface App extends AsyncDisposable {
  readonly port: number;
  readonly client: Anthropic;
}

/** Starts a process: a meter provider of its own, and a client. */
export async function startApp(
  server: AnthropicServer,
  given: TelemetryOptions = {},
  port?: number,
): Promise<App> {
  port ??= await freePort();
  const exporter = new PrometheusExporter({ host: '127.0.0.1', port, preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [exporter] });
  await exporter.startServer();
  const telemetry: TelemetryOptions = { ...given };
  // As `register` does: the process is seen before its first call.
  telemetryFor(telemetry).setMeterProvider(meterProvider);
  const client = new Anthropic(
    withTelemetry({ baseURL: server.url, apiKey: 'good-key', timeout: 2000 }, telemetry),
  );
  return { port, client, [Symbol.asyncDispose]: () => meterProvider.shutdown() };
}

const request = (model: string, more: object = {}): MessageCreateParamsNonStreaming => ({
  model,
  max_tokens: 2048,
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
  ...more,
});

/** Fails on purpose. */
const failing = (call: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(call).then(
    () => {},
    () => {},
  );

const stream = async (client: Anthropic, body: MessageCreateParamsNonStreaming): Promise<void> => {
  for await (const _ of await client.messages.create({ ...body, stream: true }));
};

/** A prompt that is cached, the same each time. */
const cached = (ttl: '5m' | '1h') => ({
  system: [{ type: 'text', text: `${ttl} `.repeat(8000), cache_control: { type: 'ephemeral', ttl } }],
});

/** Calls that succeed: plain, streamed, cached, thinking; on every model. */
export async function goodCalls({ client }: App): Promise<void> {
  for (const model of [OPUS, SONNET, HAIKU, UNKNOWN]) {
    await client.messages.create(request(model));
    await stream(client, request(model));
  }
  await client.messages.create(request(OPUS, cached('5m')));
  await client.messages.create(request(SONNET, cached('1h')));
  await stream(
    client,
    request(OPUS, { ...cached('5m'), max_tokens: 4096, thinking: { type: 'enabled', budget_tokens: 1024 } }),
  );
  await client.models.list();
}

/** What one round of {@link badCalls} does that the server cannot tell. */
export const BAD = {
  exhausted: 5,
  streaks: 2,
  interrupted: 3,
  canceled: 1,
  failedCalls: 12,
  refused: 1,
} as const;

/** Calls that fail in every way, some until the last retry. */
export async function badCalls({ client }: App, server: AnthropicServer): Promise<void> {
  const times = (count: number, status: number) => Array.from({ length: count }, () => respond.error(status));
  const plans: readonly (readonly Parameters<AnthropicServer['plan']>[0][number][])[] = [
    times(1, 429),
    times(1, 529),
    times(3, 429),
    times(3, 529),
    times(2, 500),
    times(3, 504),
    times(1, 400),
    times(1, 403),
    times(1, 404),
    times(1, 402),
    times(1, 413),
    [respond.resetConnection()],
  ];
  for (const plan of plans) {
    server.plan(plan);
    await failing(client.messages.create(request(OPUS)));
  }
  for (const broken of [respond.sseError('overloaded_error'), respond.cutStream(), respond.resetStream()]) {
    server.plan([broken]);
    await failing(stream(client, request(SONNET)));
  }
  server.plan([respond.hang()]);
  await failing(client.messages.create(request(HAIKU), { timeout: 300, maxRetries: 1 }));
  await failing(client.withOptions({ apiKey: 'rotated-key' }).messages.create(request(OPUS)));
  const abort = new AbortController();
  server.plan([respond.hang()]);
  const letGo = failing(client.messages.create(request(OPUS), { signal: abort.signal }));
  await sleep(100);
  abort.abort();
  await letGo;
}

/** Uses up the limits of a model, a part at a time. */
export async function drain({ client }: App, server: AnthropicServer, left: number): Promise<void> {
  server.drain(SONNET, {
    requests: 4000 * left,
    inputTokens: 2_000_000 * left,
    outputTokens: 400_000 * left,
  });
  await client.messages.create(request(SONNET));
}
