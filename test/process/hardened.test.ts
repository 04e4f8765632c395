/** Processes in which nothing can be added: no global, no export, no primordial. */
import { describe, expect, test } from 'vitest';
import { REQUEST } from '../helpers/apps.ts';
import { createApp, run, startApi } from '../helpers/process.ts';

const LOCKS: ReadonlyArray<readonly [string, string]> = [
  ['a global object that is not extensible', 'Object.preventExtensions(globalThis);'],
  ['a global object that is sealed', 'Object.seal(globalThis);'],
  [
    'frozen primordials',
    `for (const { prototype } of [Object, Function, Array, Error, TypeError, Map, Set, WeakMap, Promise, RegExp, String, Symbol])
  Object.freeze(prototype);
for (const each of [Object, Function, Array, Error, Map, Promise, Reflect, JSON, Math, Symbol]) Object.freeze(each);
Object.preventExtensions(globalThis);`,
  ],
];

/** Calls of three clients: two that share the telemetry of the process, and one with telemetry of its own. */
const app = (lock: string): string => `
import Anthropic from '@anthropic-ai/sdk';
import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { observe, withTelemetry } from 'anthropic-otel';
class Reader extends MetricReader { async onForceFlush() {} async onShutdown() {} }
const readers = [new Reader(), new Reader()];
const [shared, own] = readers.map((reader) => new MeterProvider({ readers: [reader] }));
metrics.setGlobalMeterProvider(shared);
const lines = [];
const at = (message) => void lines.push(message);
// Node makes the globals of its own fetch at the first use.
await fetch('data:,');
const bare = new Anthropic({ baseURL: process.env.BASE_URL });
${lock}
const clients = [
  new Anthropic(withTelemetry({ baseURL: process.env.BASE_URL })),
  observe(bare),
  new Anthropic(withTelemetry(Object.freeze({ baseURL: process.env.BASE_URL }), Object.freeze({ meterProvider: own, logger: { info: at, warn: at, error: at } }))),
];
for (const client of clients) await client.messages.create(${REQUEST});
const counts = [];
for (const reader of readers) {
  const { resourceMetrics } = await reader.collect();
  const points = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
    .filter(({ descriptor }) => descriptor.name === 'anthropic.client.calls').flatMap(({ dataPoints }) => dataPoints);
  counts.push(points.reduce((sum, { value }) => sum + value, 0));
}
console.log(JSON.stringify({ counts, lines }));
`;

const USES: ReadonlyArray<readonly [string, string]> = [
  ['the module', 'const client = new sdk({ baseURL: process.env.BASE_URL });'],
  ['its default export', 'const client = new sdk.default({ baseURL: process.env.BASE_URL });'],
  ['its named export', 'const client = new sdk.Anthropic({ baseURL: process.env.BASE_URL });'],
  ['a copy of its exports', 'const client = new ({ ...sdk }).Anthropic({ baseURL: process.env.BASE_URL });'],
];

const FREEZE = `const Module = require('node:module');
const load = Module._extensions['.js'];
Module._extensions['.js'] = (module, file) => {
  load(module, file);
  if (/@anthropic-ai.sdk.index\\.js$/.test(file)) {
    const plain = Object.fromEntries(Object.keys(module.exports).map((key) => [key, module.exports[key]]));
    module.exports = Object.freeze(Object.assign(function (...args) { return new plain.default(...args); }, plain));
  }
};
`;

const instrumented = (before: string, after: string, use: string): string => `
${before}
const { AnthropicInstrumentation } = require('anthropic-otel/instrumentation');
const lines = [];
const at = (message) => void lines.push(message);
new AnthropicInstrumentation({ logger: { info: at, warn: at, error: at } });
const sdk = require('@anthropic-ai/sdk');
${after}
${use}
if (!(client instanceof sdk.Anthropic) || sdk.Anthropic !== sdk.default) throw new Error('identity');
client.messages.create(${REQUEST}).then(() => console.log(JSON.stringify(lines)));
`;

describe('a hardened process', () => {
  test.each(LOCKS)('records with %s', async (_title, lock) => {
    const api = await startApi();
    const ended = await run(createApp({ 'app.mjs': app(lock) }), ['app.mjs'], { BASE_URL: api.url });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual({ counts: [2, 1], lines: ['Claude call ok'] });
  });

  test.each(USES)('that freezes the exports it loads is observed through %s', async (_title, use) => {
    const api = await startApi();
    for (const text of [instrumented('', 'Object.freeze(sdk);', use), instrumented(FREEZE, '', use)]) {
      const ended = await run(createApp({ 'app.cjs': text }), ['app.cjs'], { BASE_URL: api.url });
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(ended.stdout)).toEqual(['Claude call ok']);
    }
  });
});
