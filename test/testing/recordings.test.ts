import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadRecording, respond } from '../../src/testing/index.ts';
import { HELLO, serve } from './serve.ts';

test('a file that holds no recording is rejected by name', () => {
  const path = fileURLToPath(new URL('../../package.json', import.meta.url));
  expect(() => loadRecording(path)).toThrow(/Expected .*package\.json to contain a recording/);
});

test('a recorded error is served with its status, headers and body', async () => {
  const { server } = await serve();
  const envelope = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
  const headers = { 'content-type': 'application/json', 'x-should-retry': 'true', 'content-length': '9999' };
  server.plan([respond.replay({ stream: false, response: { status: 529, headers, body: envelope } })]);
  const response = await fetch(`${server.url}/v1/messages`, { method: 'POST', body: JSON.stringify(HELLO) });
  expect(response.headers.get('x-should-retry')).toBe('true');
  expect([response.status, await response.json()]).toEqual([529, envelope]);
  expect(server.sent.errors).toEqual({ overloaded_error: 1 });
});
