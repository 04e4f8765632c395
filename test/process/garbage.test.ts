/** What is left to the garbage collector. */
import { describe, expect, test } from 'vitest';
import { REQUEST } from '../helpers/apps.ts';
import { createApp, run, startApi } from '../helpers/process.ts';

const SETUP = `
import Anthropic from '@anthropic-ai/sdk';
import { withTelemetry } from 'anthropic-otel';
import { setTimeout as sleep } from 'node:timers/promises';
const ended = [];
const log = (message, fields) => ended.push(fields);
const client = new Anthropic(withTelemetry(
  { baseURL: process.env.BASE_URL },
  { logger: { info: log, warn: log, error: log } },
));
const request = ${REQUEST};
`;

const DROP = `
await (async () => { await client.messages.create({ ...request, stream: true }); })();
for (let turn = 0; turn < 100 && ended.length === 0; turn++) {
  gc();
  await sleep(20);
}
console.log(JSON.stringify(ended.map(({ event, outcome, attempts, status }) => ({ event, outcome, attempts, status }))));
`;

const MANAGER = `
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
`;

describe('a stream that is dropped unread', () => {
  test.each([
    ['with a context manager', MANAGER],
    ['without a context manager', ''],
  ])('ends its call as canceled when it is collected, %s', async (_title, manager) => {
    const api = await startApi();
    const app = createApp({ 'app.mjs': `${SETUP}${manager}${DROP}` });
    const ended = await run(app, ['--expose-gc', 'app.mjs'], { BASE_URL: api.url });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual([
      { event: 'anthropic.call', outcome: 'canceled', attempts: 1, status: 200 },
    ]);
  });
});
