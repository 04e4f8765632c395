/** `AnthropicInstrumentation` in a NodeSDK that the application sets up itself. */
import { describe, expect, test } from 'vitest';
import { REQUEST } from '../helpers/apps.ts';
import { createApp, run, startApi } from '../helpers/process.ts';

const SETUP = `
const reader = new InMemoryReader();
const spans = [];
const keep = { onStart() {}, onEnd: (span) => spans.push(span), async forceFlush() {}, async shutdown() {} };
const lines = [];
const logger = { info: (m, f) => lines.push(f), warn: (m, f) => lines.push(f), error: (m, f) => lines.push(f) };
const sdk = new NodeSDK({
  instrumentations: [new AnthropicInstrumentation({ logger })],
  metricReaders: [reader],
  spanProcessors: [keep],
  logRecordProcessors: [],
});
sdk.start();
globalThis.report = async () => {
  const { resourceMetrics } = await reader.collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const sum = (name) =>
    metrics
      .filter((metric) => metric.descriptor.name === name)
      .flatMap((metric) => metric.dataPoints)
      .reduce((total, point) => total + point.value, 0);
  console.log(JSON.stringify({
    calls: sum('anthropic.client.calls'),
    attempts: sum('anthropic.client.attempts'),
    tokens: sum('gen_ai.client.inference.usage.output_tokens'),
    spans: spans.map((span) => span.name),
    traces: new Set(spans.map((span) => span.spanContext().traceId)).size,
    logged: lines.map((line) => line.event),
  }));
};
`;

const NAMES = {
  '@opentelemetry/sdk-node': 'NodeSDK',
  '@opentelemetry/sdk-metrics': 'MetricReader',
  'anthropic-otel/instrumentation': 'AnthropicInstrumentation',
};

const READER = 'class InMemoryReader extends MetricReader { async onForceFlush() {} async onShutdown() {} }';
const imports = Object.entries(NAMES).map(([name, what]) => `import { ${what} } from '${name}';`);
const requires = Object.entries(NAMES).map(([name, what]) => `const { ${what} } = require('${name}');`);

const setup = {
  'setup.mjs': [
    `import { register } from 'node:module';`,
    ...imports,
    `register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);`,
    READER,
    SETUP,
  ].join('\n'),
  'setup.cjs': [...requires, READER, SETUP].join('\n'),
};

const use = (client: string): string => `
const client = ${client};
await client.messages.create(${REQUEST});
await globalThis.report();
`;
const OPTIONS = `{ baseURL: process.env.BASE_URL }`;

const EXPECTED = {
  calls: 1,
  attempts: 1,
  tokens: 27,
  spans: ['POST', 'anthropic.messages.create'],
  traces: 1,
  logged: ['anthropic.call'],
};

const APPS: Readonly<Record<string, string>> = {
  'the default import of ES modules': `import A from '@anthropic-ai/sdk';${use(`new A(${OPTIONS})`)}`,
  'the named import of ES modules': `import { Anthropic } from '@anthropic-ai/sdk';${use(`new Anthropic(${OPTIONS})`)}`,
  'a subclass of the application': `import { Anthropic } from '@anthropic-ai/sdk';
class Mine extends Anthropic {}
${use(`new Mine(${OPTIONS})`)}
if (!(client instanceof Mine) || !(client instanceof Anthropic)) throw new Error('instanceof');`,
  'a dynamic import': `const { default: A } = await import('@anthropic-ai/sdk');${use(`new A(${OPTIONS})`)}`,
  'the module as a class in CommonJS': `const A = require('@anthropic-ai/sdk');(async () => {${use(`new A(${OPTIONS})`)}})();`,
  'the default export in CommonJS': `const { default: A } = require('@anthropic-ai/sdk');(async () => {${use(`new A(${OPTIONS})`)}})();`,
  'the named export in CommonJS': `const { Anthropic, APIError } = require('@anthropic-ai/sdk');(async () => {${use(`new Anthropic(${OPTIONS})`)}
if (Anthropic.APIError !== APIError) throw new Error('error classes');})();`,
  'a copy made by withOptions, and observe': `import { observe } from 'anthropic-otel';
import A from '@anthropic-ai/sdk';${use(`observe(new A(${OPTIONS}).withOptions({ maxRetries: 1 }))`)}`,
};

/** Runs an application, ES module or CommonJS, with `setup` loaded before it, unless it loads that itself. */
async function expectObserved(text: string, preloaded = true, files = setup): Promise<void> {
  const api = await startApi();
  const [flag, extension] = text.includes('require(') ? ['--require', 'cjs'] : ['--import', 'mjs'];
  const folder = createApp({ ...files, [`app.${extension}`]: text });
  const flags = preloaded ? [flag as string, `./setup.${extension}`] : [];
  const ended = await run(folder, [...flags, `app.${extension}`], { BASE_URL: api.url });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(ended.stdout)).toEqual(EXPECTED);
}

describe('AnthropicInstrumentation', () => {
  test.each(Object.entries(APPS))('observes %s', (_title, text) => expectObserved(text));

  test('records with the meter provider of its options, not with that of the NodeSDK', async () => {
    const own = setup['setup.mjs']
      .replace(`import { MetricReader }`, `import { MeterProvider, MetricReader }`)
      .replace('const spans', 'const meterProvider = new MeterProvider({ readers: [reader] });\nconst spans')
      .replace('{ logger }', '{ logger, meterProvider }')
      .replace('metricReaders: [reader]', 'metricReaders: [new InMemoryReader()]');
    const text = `import A from '@anthropic-ai/sdk';${use(`new A(${OPTIONS})`)}`;
    await expectObserved(text, true, { ...setup, 'setup.mjs': own });
  });

  test('observes the calls of a CommonJS application in which it is set up first', () =>
    expectObserved(
      `require('./setup.cjs');\nconst A = require('@anthropic-ai/sdk');(async () => {${use(`new A(${OPTIONS})`)}})();`,
      false,
    ));
});
