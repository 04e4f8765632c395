/** Addresses that lead to something else: each is one finding, in words, and `simulate` states the same. */
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startServer } from '../../helpers/process.ts';
import { cli, createFolder } from '../support/cli.ts';
import { findings } from './support.ts';

const OPTIONS = [
  ['--metrics', /^endpoint-(?:unreachable|foreign)$/],
  ['--prometheus', /^prometheus-unreachable$/],
  ['--alertmanager', /^alertmanager-unreachable$/],
  ['--grafana', /^grafana-unreachable$/],
] as const;

/** What no message may have: a stack, or what JavaScript says about values that are not there. */
const RAW = /undefined|null|\[object|Cannot (?:read|destructure)|is not (?:a function|iterable)| {4}at /;

/** Takes connections and sends `greeting`, whatever it is sent. */
const startSocket = (greeting: string): Promise<string> =>
  startServer(createServer((socket) => socket.on('error', () => {}).end(greeting)));

const respond = (status: number, body: string, headers: Record<string, string> = {}): Promise<string> =>
  startServer((_request, response) => response.writeHead(status, headers).end(body));

const SERVERS: readonly (readonly [string, () => Promise<string>])[] = [
  ['a web page', () => respond(200, '<!doctype html><title>Hello</title>')],
  ['an empty response', () => respond(200, '')],
  ['JSON of something else', () => respond(200, '{"status":"ok"}')],
  ['a list', () => respond(200, '[1]')],
  ['null', () => respond(200, 'null')],
  ['half of its body', () => respond(200, '{"status":"success","data":{"resul')],
  ['401', () => respond(401, '{"message":"Unauthorized"}')],
  ['500', () => respond(500, 'Internal error')],
  ['204', () => respond(204, '')],
  ['a redirect to itself', () => respond(302, '', { location: '/' })],
  ['another protocol', () => startSocket('SSH-2.0-OpenSSH_9.2\r\n')],
  ['nothing, and ends', () => startSocket('')],
  ['nothing, as it takes no TLS', async () => (await respond(200, '')).replace('http:', 'https:')],
];

describe.each(SERVERS)('a server that responds with %s', (_name, startIt) => {
  test('is one finding for each option', async () => {
    const url = await startIt();
    for (const [option, id] of OPTIONS) {
      const found = await findings([option, url], { env: { GRAFANA_TOKEN: 'glsa_test' } });
      expect(found, option).toHaveLength(1);
      expect(found[0]?.id).toMatch(id);
      expect(found[0]?.problem, option).not.toMatch(RAW);
      expect(found[0]?.problem, option).toContain(url);
    }
  });

  test('is an error of simulate', async () => {
    const args = ['simulate', 'authentication', '--alertmanager', await startIt(), '--for', '1'];
    const ended = await cli(createFolder(), args);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^anthropic-otel: /);
    expect(ended.stderr).not.toMatch(RAW);
  });
});
