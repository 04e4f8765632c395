/** Makes calls with every ending and prints, for each, what is left of them. `node --expose-gc child.ts CALLS`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import Anthropic from '@anthropic-ai/sdk';
import { APIPromise } from '@anthropic-ai/sdk/core/api-promise';
import { Stream } from '@anthropic-ai/sdk/core/streaming';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createMeter } from '../../dev/telemetry.ts';
import { withTelemetry } from '../../src/index.ts';
import { Call } from '../../src/model/call.ts';
import { ENDINGS, type Ending } from './endings.ts';
import { startServerThread } from './server.ts';

/** A figure before the calls and after them. */
export type Change = readonly [before: number, after: number];

/** What is left of the calls with one ending. */
export interface Left {
  readonly name: string;
  readonly calls: number;
  /** Ended calls by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** `anthropic.client.active_calls`. */
  readonly openCalls: number;
  /** Spans that were started and not ended. */
  readonly openSpans: number;
  /** Bytes of heap after garbage collection, before and after. */
  readonly heap: Change;
  /** What keeps the process alive (sockets, timers, the server's thread), before and after. */
  readonly handles: Change;
  /** Timers that keep the process alive, after. */
  readonly timers: number;
  /** Series of all metrics together, before and after. */
  readonly series: Change;
  /** `anthropic.telemetry.errors`. */
  readonly errors: number;
}

/** Objects that are alive after garbage collection. */
export type Objects = Readonly<Record<'calls' | 'promises' | 'streams', number>>;

const calls = Number(process.argv[2]);
if (!gc || !(calls > 0)) throw new Error('expected --expose-gc and a number of calls');
const collectGarbage = gc;
const AT_ONCE = 20;
/** Enough of a warm-up for pools, caches and compiled code to have their size. */
const WARM_UP = 100;

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const meter = createMeter();
let openSpans = 0;
const processor: SpanProcessor = {
  onStart: () => {
    openSpans += 1;
  },
  onEnd: () => {
    openSpans -= 1;
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};
const tracerProvider = new TracerProvider({ spanProcessors: [processor] });
let outcomes: Record<string, number> = {};
const logger = { info: count, warn: () => {}, error: count };
const server = await startServerThread();
const client = new Anthropic(
  withTelemetry(
    { baseURL: server.url, apiKey: 'test-key', logLevel: 'off' },
    { meterProvider: meter.provider, tracerProvider, logger },
  ),
);

const objects = countObjects();
for (const ending of ENDINGS) {
  if (process.argv[3] && ending.name !== process.argv[3]) continue;
  await make(ending, WARM_UP);
  await drain();
  outcomes = {};
  const before = { heap: heap(), handles: handles().length, series: await countSeries() };
  await make(ending, calls);
  await drain();
  const left: Left = {
    name: ending.name,
    calls,
    outcomes,
    openCalls: await sum('anthropic.client.active_calls'),
    openSpans,
    heap: [before.heap, heap()],
    handles: [before.handles, handles().length],
    timers: handles().filter((name) => name === 'Timeout').length,
    series: [before.series, await countSeries()],
    errors: await sum('anthropic.telemetry.errors'),
  };
  process.stdout.write(`${JSON.stringify(left)}\n`);
}
process.stdout.write(`${JSON.stringify({ before: objects, after: countObjects() })}\n`);
await server.close();

async function make(ending: Ending, times: number): Promise<void> {
  for (let done = 0; done < times; done += AT_ONCE) {
    const batch = Math.min(AT_ONCE, times - done);
    // One retry or rejection after another: calls that run at once would take each other's responses.
    const together = ending.plan().length > 1 ? 1 : batch;
    for (let at = 0; at < batch; at += together) {
      const now = Math.min(together, batch - at);
      await server.plan(Array.from({ length: now }, () => ending.plan()).flat());
      await Promise.all(Array.from({ length: now }, () => ending.use(client)));
    }
    await sleep(0);
  }
}

/** Waits until nothing is under way and abandoned streams are collected. */
async function drain(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    collectGarbage();
    await sleep(5);
    if (turn > 2 && openSpans === 0 && (await sum('anthropic.client.active_calls')) === 0) break;
  }
  // Responses that were not asked for are not for the next ending.
  await server.reset();
  // A retry counts as one only after a moment; what waits for that must not count as left.
  await sleep(80);
  collectGarbage();
}

/** Bytes of heap in use. */
function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function handles(): string[] {
  return process.getActiveResourcesInfo();
}

async function countSeries(): Promise<number> {
  return [...(await meter.collect()).values()].reduce((total, points) => total + points.length, 0);
}

/** Objects that are alive. It takes its time. */
function countObjects(): Objects {
  const count = (type: new (...args: never[]) => unknown): number =>
    queryObjects(type, { format: 'count' }) as unknown as number;
  return { calls: count(Call), promises: count(APIPromise as never), streams: count(Stream as never) };
}

async function sum(name: string): Promise<number> {
  const points = (await meter.collect()).get(name) ?? [];
  return points.reduce((total, { value }) => total + (typeof value === 'number' ? value : value.count), 0);
}

function count(_message: string, fields: Record<string, unknown>): void {
  if (fields['event'] !== 'anthropic.call') return;
  const outcome = String(fields['outcome']);
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}
