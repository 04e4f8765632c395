/**
 * Makes calls with hostile names, by the real SDK, a `fetch` in memory and a Prometheus endpoint: `node child.ts CASE CALLS LENGTH`. Prints a
 * `Report` as JSON.
 */
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { withTelemetry } from '../../../src/index.ts';
import { CASES } from './cases.ts';

/** What the calls came to. */
export interface Report {
  /** Calls that the page counts. */
  readonly counted: number;
  /** Size of the page, in bytes. */
  readonly page: number;
  /** The longest line of the page, in characters. */
  readonly longestLine: number;
  /** The longest log record, in characters of JSON. */
  readonly longestRecord: number;
  /** Growth of the heap from the middle of the calls to their end, in bytes. */
  readonly growth: number;
  /** `anthropic.telemetry.errors`. */
  readonly errors: number;
}

const [way, calls, length] = process.argv.slice(2);
const hostile = CASES[way ?? ''] ?? {};
const total = Number(calls);
const exporter = new PrometheusExporter({ preventServerStart: true });
let longestRecord = 0;
const log = (message: string, fields: object): void => {
  longestRecord = Math.max(longestRecord, JSON.stringify({ message, ...fields }).length);
};
const telemetry = {
  meterProvider: new MeterProvider({ readers: [exporter] }),
  logger: { info: log, warn: log, error: log },
};

function newClient(options?: ClientOptions): Anthropic {
  return new Anthropic(
    withTelemetry(
      { apiKey: 'test-key', logLevel: 'off' as const, maxRetries: 0, fetch: respond, ...options },
      telemetry,
    ),
  );
}

async function respond(): Promise<Response> {
  const { status = 200, headers, message } = hostile.response?.(name) ?? {};
  const usage = { input_tokens: 10, output_tokens: 5 };
  const body = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: MODEL,
    content: [],
    usage,
    ...message,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** The page of `/metrics`. */
async function scrape(): Promise<string> {
  return new Promise((resolve) => {
    const response = { setHeader() {}, end: resolve };
    type Handler = Parameters<typeof exporter.getMetricsRequestHandler>;
    exporter.getMetricsRequestHandler({} as Handler[0], response as unknown as Handler[1]);
  });
}

/** The size of the heap without garbage, in bytes. */
async function heap(): Promise<number> {
  for (let turn = 0; turn < 4; turn++) {
    gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

function sum(page: string, metric: string): number {
  const values = page.matchAll(new RegExp(`^${metric}(?:\\{.*\\})? (\\d+)`, 'gm'));
  return [...values].reduce((total, [, value]) => total + Number(value), 0);
}

const MODEL = 'claude-opus-5-5';
const shared = newClient();
let name = '';
let before = 0;
for (let index = 0; index < total; index++) {
  if (index === Math.floor(total / 2)) {
    await scrape();
    before = await heap();
  }
  name = `${index}-`.padEnd(Number(length), String.fromCharCode(97 + (index % 26)));
  const client = hostile.client ? newClient(hostile.client(index)) : shared;
  const request = { model: MODEL, max_tokens: 10, messages: [], ...hostile.body?.(name) };
  const made = hostile.call ? hostile.call(client, name) : client.messages.create(request);
  await Promise.resolve(made).catch((error: { status?: number }) => {
    if (!error.status) throw error;
  });
}
name = '';
const growth = (await heap()) - before;
const page = await scrape();
const report: Report = {
  counted: sum(page, 'anthropic_client_calls_total'),
  page: Buffer.byteLength(page),
  longestLine: Math.max(...page.split('\n').map((line) => line.length)),
  longestRecord,
  growth,
  errors: sum(page, 'anthropic_telemetry_errors_total'),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
