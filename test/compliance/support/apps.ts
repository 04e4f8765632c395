/** Applications for the harms, as text. Each prints what became of it. */

/** What every application begins with: a client, a request, and a way to read a stream. */
export const SETUP: string = `
import Anthropic from '@anthropic-ai/sdk';
import { setTimeout as sleep } from 'node:timers/promises';
const client = new Anthropic({ baseURL: process.env.BASE_URL, logLevel: 'off' });
const request = { model: 'claude-opus-5-5', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] };
const print = (...values) => console.log(...values.map((value) => JSON.stringify(value)));
async function read(stream) {
  const events = [];
  try {
    for await (const event of stream) events.push(event.type);
  } catch (error) {
    return [events.length, error.constructor.name];
  }
  return [events.length, 'whole'];
}
`;

/** Prints the variables and the parameters that are not its own doing. */
export const UNTOUCHED: string = `
const before = JSON.stringify(process.env);
const handlers = ['unhandledRejection', 'uncaughtException', 'warning'].map((name) => process.listenerCount(name));
${SETUP.replaceAll('\nimport', '\nimport ')}
const params = { ...request, extraAttributes: undefined, metadata: { user_id: 'u' } };
const copy = structuredClone(params);
await client.messages.create(params);
print(JSON.stringify(process.env) === before, JSON.stringify(params) === JSON.stringify(copy), handlers);
// What was set before the application began shows in comparison with the run without telemetry.
print(Object.entries(process.env).filter(([name]) => name !== 'OTEL_EXPORTER_PROMETHEUS_PORT').sort());
`;

/** Prints what is registered with OpenTelemetry after telemetry was added in code. */
export const GLOBALS: string = `
import { metrics, trace } from '@opentelemetry/api';
import { observe, withTelemetry } from 'anthropic-otel';
import Anthropic from '@anthropic-ai/sdk';
const options = { baseURL: process.env.BASE_URL, logLevel: 'off' };
const client = observe(new Anthropic(withTelemetry(options)));
const { type } = await client.messages.create({ model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] });
console.log(...[trace.getTracerProvider().constructor.name, metrics.getMeterProvider().constructor.name, type].map((value) => JSON.stringify(value)));
`;

/** Prints every address that the process connects to. To be loaded before anything else. */
export const CONNECTIONS: string = `
const { Socket } = require('node:net');
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  const [given] = args.flat();
  console.log('connects', String(given?.port ?? given));
  return connect.apply(this, args);
};
`;
