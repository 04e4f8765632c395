/** Series: how many one process exports, after every kind of end of a call with five models, after calls with 100,000 made-up model names, and with attribution. */
import Anthropic from '@anthropic-ai/sdk';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { METRICS, type MetricKey, prometheusName, withAttributes, withTelemetry } from '../dist/index.mjs';
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

/** The gauges that are there for rules alone. */
const DETECTION: readonly MetricKey[] = [
  'recentCalls',
  'recentAttempts',
  'recentRetriesExhausted',
  'recentCost',
  'authenticationFailureAge',
  'authenticationFailing',
  'serverErrorRunAge',
  'rateLimitHeadroom',
  'oldestCallAge',
];
const DETECTION_NAMES = new Set(DETECTION.map((key) => prometheusName(METRICS[key])));

const plain = createProcess([]);
for (const model of MODELS) await endInEveryWay(plain.client, model);
const five = await plain.count();
for (let n = 0; n < HOSTILE; n++) await callOnce(plain.client, `made-up-${n}`);
const hostile = await plain.count();

const attributed = createProcess(['team', 'feature']);
for (const model of MODELS) await endInEveryWay(attributed.client, model);
const TEAMS = 10;
const FEATURES = 4;
for (let n = 0; n < TEAMS * FEATURES; n++) {
  for (const model of MODELS) await callFor(model, n % TEAMS, Math.floor(n / TEAMS));
}
const teams = await attributed.count();
for (let n = 0; n < HOSTILE / 10; n++) await callFor(MODELS[n % MODELS.length]!, n % 499, n % 503);
const everyone = await attributed.count();

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ five, names: HOSTILE, hostile, teams, everyone }));
} else {
  const line = ({ all, detection }: Series, what: string): void =>
    console.log(`${all} series, ${detection} of them for detection, ${what}`);
  line(five, 'after every end of a call with 5 models');
  line(hostile, `after calls with ${HOSTILE.toLocaleString('en')} more model names`);
  line(
    teams,
    `after the first, and calls of ${TEAMS} teams with ${FEATURES} features each to 5 models, with attribution`,
  );
  line(everyone, `after ${(HOSTILE / 10).toLocaleString('en')} more calls of 499 teams with 503 features`);
}

/** How many series there are. */
interface Series {
  readonly all: number;
  readonly detection: number;
}

/** What one process has: a client, and the page that Prometheus would scrape. */
function createProcess(attributionKeys: readonly string[]): { client: Anthropic; count(): Promise<Series> } {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const fetch = async (): Promise<Response> => next();
  const client = new Anthropic(
    withTelemetry(
      { apiKey: 'k', baseURL: 'http://127.0.0.1:1', logLevel: 'off', maxRetries: 0, fetch },
      { meterProvider, attributionKeys },
    ),
  );
  const count = async (): Promise<Series> => {
    const { resourceMetrics } = await reader.collect();
    const page = new PrometheusSerializer().serialize(resourceMetrics);
    const lines = page.split('\n').filter((each) => each !== '' && !each.startsWith('#'));
    const detection = lines.filter((each) => DETECTION_NAMES.has(/^\w+/.exec(each)?.[0] ?? ''));
    return { all: lines.length, detection: detection.length };
  };
  return { client, count };
}

async function callOnce(client: Anthropic, model: string): Promise<void> {
  next = json;
  await client.messages.create({ model, max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] });
}

function callFor(model: string, team: number, feature: number): Promise<void> {
  return withAttributes({ team: `team-${team}`, feature: `feature-${feature}` }, () =>
    callOnce(attributed.client, model),
  );
}

/** Makes calls to `model` that end in every way. */
async function endInEveryWay(client: Anthropic, model: string): Promise<void> {
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
