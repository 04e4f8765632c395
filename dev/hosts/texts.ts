/** The parts that applications of many cells share. */

const CALLS = (client: string): string => `
async function work() {
  const ask = (model, more) => client.messages.create({ model, max_tokens: 50, messages: [{ role: 'user', content: 'Hello' }], ...more });
  client ??= ${client};
  await ask('claude-sonnet-5-5');
  await ask('claude-sonnet-5-5');
  await ask('claude-haiku-5-5');
  for await (const _ of await ask('claude-sonnet-5-5', { stream: true }));
  return page();
}
function page() {
  return { pid: process.pid, middleware: client?._options?.middleware?.length ?? 0, spans: globalThis.hostSpans ?? [] };
}
`;

/** `work()` makes the calls of one visit with a client that is made by `client` at the first. */
export const WORK_ESM = (
  client = 'new Anthropic()',
  imports = `import Anthropic from '@anthropic-ai/sdk';`,
): string => `${imports}\nlet client;${CALLS(client)}export { work, page };\n`;

/** The same as CommonJS. */
export const WORK_CJS = (
  client = 'new Anthropic()',
  imports = `const { Anthropic } = require('@anthropic-ai/sdk');`,
): string => `${imports}\nlet client;${CALLS(client)}module.exports = { work, page };\n`;

/** The same as TypeScript that any loader can read. */
export const WORK_TS: string = `import Anthropic from '@anthropic-ai/sdk';
let client: Anthropic | undefined;
export async function work(): Promise<object> {
  client ??= new Anthropic();
  const ask = { max_tokens: 50, messages: [{ role: 'user' as const, content: 'Hello' }] };
  await client.messages.create({ model: 'claude-sonnet-5-5', ...ask });
  await client.messages.create({ model: 'claude-sonnet-5-5', ...ask });
  await client.messages.create({ model: 'claude-haiku-5-5', ...ask });
  for await (const _ of await client.messages.create({ model: 'claude-sonnet-5-5', stream: true, ...ask }));
  return page();
}
export function page(): object {
  return { pid: process.pid, spans: (globalThis as { hostSpans?: unknown[] }).hostSpans ?? [] };
}
`;

const SERVE = `
http.createServer((request, response) => {
  if (request.url === '/die') process.kill(process.pid, 'SIGKILL');
  const result = request.url === '/work' ? work() : Promise.resolve(page());
  result.then(
    (value) => response.end(JSON.stringify(value)),
    (error) => response.writeHead(500).end(String(error.stack)),
  );
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

/** A server of Node's own. */
export const SERVER_ESM: string = `import http from 'node:http';\nimport { work, page } from './work.mjs';${SERVE}`;
/** The same as CommonJS. */
export const SERVER_CJS: string = `const http = require('node:http');\nconst { work, page } = require('./work.cjs');${SERVE}`;

/** A processor that keeps what the checks need of ended spans. */
export const SPAN_KEEPER: string = `({
  onStart() {},
  onEnd(span) {
    (globalThis.hostSpans ??= []).push({
      scope: (span.instrumentationScope ?? span.instrumentationLibrary).name,
      name: span.name,
      path: span.attributes['url.path'] ?? span.attributes['http.target'],
    });
  },
  async forceFlush() {},
  async shutdown() {},
})`;
