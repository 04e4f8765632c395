/** Series: how many one process exports, after every kind of end of a call with five models, and after calls with 100,000 made-up model names. */
import Anthropic from '@anthropic-ai/sdk';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { withTelemetry } from '../dist/index.mjs';
import { SCENARIOS } from './scenarios.ts';

const MODELS = [
  'claude-opus-5-5',
  'claude-sonnet-5-5',
  'claude-haiku-4-5',
  'claude-opus-4-8',
  'claude-sonnet-4-6',
];
const STATUSES = [400, 401, 402, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504, 529];
const HOSTILE = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 100_000);
const [, headers, message] = SCENARIOS.find(({ name }) => name === 'json')!.replies[0]!;
const [, streamHeaders, events] = SCENARIOS.find(({ name }) => name === 'stream')!.replies[0]!;

/** The next response of the API. */
let next: () => Response | Promise<Response>;
const json = (): Response => new Response(message, { status: 200, headers });
const reader = new PrometheusExporter({ preventServerStart: true });
const meterProvider = new MeterProvider({ readers: [reader] });
const client = new Anthropic(
  withTelemetry(
    { apiKey: 'k', baseURL: 'http://127.0.0.1:1', logLevel: 'off', maxRetries: 0, fetch: async () => next() },
    { meterProvider },
  ),
);

for (const model of MODELS) {
  const params = { model, max_tokens: 9, messages: [{ role: 'user' as const, content: 'Hi' }] };
  const call = async (respond: () => Response | Promise<Response>): Promise<void> => {
    next = respond;
    await client.messages.create(params).catch(() => {});
  };
  await call(json);
  await call(() => Promise.reject(new TypeError('fetch failed')));
  for (const status of STATUSES) {
    await call(() => new Response('{}', { status, headers: { ...headers, 'retry-after-ms': '1' } }));
  }
  let attempts = 0;
  next = () =>
    attempts++ === 0 ? new Response('{}', { status: 529, headers: { 'retry-after-ms': '1' } }) : json();
  await client.messages.create(params, { maxRetries: 1 });
  next = () => new Response(events, { status: 200, headers: streamHeaders });
  for await (const _ of await client.messages.create({ ...params, stream: true }));
  for await (const _ of await client.messages.create({ ...params, stream: true })) break;
  next = json;
  await client.messages.countTokens({ model, messages: params.messages });
}
const five = await count();
next = json;
for (let n = 0; n < HOSTILE; n++) {
  await client.messages.create({
    model: `made-up-${n}`,
    max_tokens: 9,
    messages: [{ role: 'user', content: 'Hi' }],
  });
}
const hostile = await count();

if (process.argv.includes('--json')) console.log(JSON.stringify({ five, names: HOSTILE, hostile }));
else {
  console.log(`${five} series after every end of a call with 5 models`);
  console.log(`${hostile} series after calls with ${HOSTILE.toLocaleString('en')} more model names`);
}

/** Lines of the page that Prometheus would scrape. */
async function count(): Promise<number> {
  const { resourceMetrics } = await reader.collect();
  return new PrometheusSerializer()
    .serialize(resourceMetrics)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')).length;
}
