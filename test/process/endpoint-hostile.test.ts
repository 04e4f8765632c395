/** The endpoint beside programs that mean it no good, or do not belong to it: what is asked of it still comes, in time and in the format. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Endpoint, openEndpoint } from '../../src/register/endpoint/index.ts';
import { mergePages } from '../../src/register/endpoint/merge.ts';
import { privatePath } from '../../src/register/endpoint/private-path.ts';
import { freePort } from '../helpers/process.ts';
import { pageWhere, parsePage, scrape } from './support/page.ts';

const PAGE = '# HELP a_total of a\n# TYPE a_total counter\na_total{x="1"} 1\na_total 2\n';
let group: { host: string; port: number; service: string };
beforeEach(async () => {
  group = { host: '127.0.0.1', port: await freePort(), service: 'test' };
});

/** An endpoint of this process that is used, and what it reported. */
function open(collect: () => Promise<string> = async () => PAGE): {
  endpoint: Endpoint;
  problems: string[];
  missed: () => number;
} {
  const problems: string[] = [];
  let missed = 0;
  const endpoint = openEndpoint({
    ...group,
    collect,
    onProblem: (problem) => problems.push(String(problem)),
    onMissed: () => missed++,
  });
  onTestFinished(() => endpoint.close());
  endpoint.use();
  return { endpoint, problems, missed: () => missed };
}

/** A process that sends what it likes to the owner. */
async function connect(hello = '{"used":true}\n'): Promise<Socket> {
  const socket = createConnection({ path: privatePath(group) as string });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(hello);
  // Until it has its slot.
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

const samples = async (): Promise<unknown[]> =>
  parsePage((await scrape(group.port)) ?? '').map(({ labels, value }) => [
    labels['anthropic_process'] ?? '',
    value,
  ]);
const OWN = [
  ['', 1],
  ['', 2],
];

describe('a member of the endpoint', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['that never responds', () => {}],
    ['that ends when it is asked', (socket) => socket.destroy()],
    ['that responds with what is no JSON', (socket) => socket.write('page\n')],
    [
      'that responds with JSON of another shape',
      (socket) => socket.write('[1]\nnull\n"x"\n{"page":{"a":1}}\n'),
    ],
    [
      'that responds with what is no page',
      (socket) => socket.write(`${JSON.stringify({ page: '<html>\n{}\na 1 2 3' })}\n`),
    ],
    [
      'that responds with metrics of another type',
      (socket) => socket.write(`${JSON.stringify({ page: '# TYPE a_total gauge\na_total 9\n' })}\n`),
    ],
    ['that responds twice', (socket) => socket.write('{"page":""}\n{"page":""}\n{"page":""}\n')],
    [
      'that responds with 100 MB',
      (socket) => {
        const part = Buffer.alloc(1024 * 1024, 'a');
        for (let i = 0; i < 100; i++) socket.write(part);
      },
    ],
  ])('%s costs its own metrics, and nothing else', async (_name, respond) => {
    open();
    await pageWhere(group.port, () => true);
    const socket = await connect();
    socket.on('data', () => respond(socket));
    const began = performance.now();
    expect(await samples()).toEqual(OWN);
    expect(await samples()).toEqual(OWN);
    expect(performance.now() - began).toBeLessThan(8000);
  });

  test('that talks without being asked is not listened to', async () => {
    open();
    await pageWhere(group.port, () => true);
    const socket = await connect();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const part = Buffer.alloc(1024 * 1024, 'a');
    for (let i = 0; i < 40; i++) socket.write(part);
    await closed;
    expect(await samples()).toEqual(OWN);
  });

  test.each(['"1"', '-1', '1e9', '0.5', '0', 'null'])(
    'that asks for the slot %s gets one of its own',
    async (slot) => {
      open();
      await pageWhere(group.port, () => true);
      const socket = await connect(`{"used":true,"slot":${slot}}\n`);
      socket.on('data', () =>
        socket.write(`${JSON.stringify({ page: '# TYPE a_total counter\na_total 9\n' })}\n`),
      );
      expect(await samples()).toEqual([...OWN, ['1', 9]]);
    },
  );
});

describe('the page', () => {
  test('of anything at all is in the format', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '# TYPE a counter',
        '# TYPE a gauge',
        '# HELP a b',
        '# UNIT a s',
        'a 1',
        'a{} 1',
        'a{b="c"} +Inf',
      ),
      fc
        .tuple(fc.constantFrom('a', 'a_sum', 'b'), fc.string(), fc.double())
        .map(([n, l, v]) => `${n}{l=${JSON.stringify(l)}} ${v}`),
    );
    const text = fc.array(line).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 4 }), (pages) => {
        const merged = mergePages(pages.map((page, slot) => ({ slot: slot + 1, text: page })));
        const names = merged.match(/(?<=^# TYPE )\S+/gm) ?? [];
        expect(new Set(names).size).toBe(names.length);
        for (const each of merged.split('\n').filter(Boolean)) {
          expect(each).toMatch(
            /^(# (HELP|UNIT|TYPE) \w+|\w+\{anthropic_process="\d+"(,\w+="([^"\\]|\\.)*")*,?\} \S+( -?\d+)?$)/,
          );
        }
      }),
    );
  });

  test('of one process is what that process reports, to the letter', () => {
    expect(mergePages([{ slot: 0, text: '# anything\n' }])).toBe('# anything\n');
  });

  test('has every sample of every process, with the values that it reported', () => {
    const value = fc
      .oneof(fc.integer(), fc.double({ noNaN: true }), fc.constant(Number.NaN))
      .map((number) => String(number).replace('Infinity', 'Inf'));
    const reported = fc.uniqueArray(fc.tuple(fc.string(), value), {
      selector: ([label]) => label,
      minLength: 1,
    });
    const escaped = (text: string): string =>
      text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
    fc.assert(
      fc.property(fc.array(reported, { minLength: 2, maxLength: 4 }), (processes) => {
        const pages = processes.map((series, slot) => ({
          slot,
          text: `# HELP m of m\n# TYPE m gauge\n${series.map(([label, number]) => `m{l="${escaped(label)}"} ${number}`).join('\n')}`,
        }));
        expect(parsePage(mergePages(pages))).toHaveLength(processes.flat().length);
      }),
    );
  });

  test.each([
    ['GET', '/metrics', 200],
    ['GET', '/metrics?a=b', 200],
    ['HEAD', '/metrics', 200],
    ['POST', '/metrics', 405],
    ['GET', '/', 404],
    ['GET', '//', 404],
  ])('%s %s gets a %d', async (method, path, status) => {
    open();
    await pageWhere(group.port, () => true);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ port: group.port, host: group.host, method, path, agent: false }, (got) => {
        got.resume().once('end', () => resolve(got));
      })
        .once('error', reject)
        .end();
    });
    expect(response.statusCode).toBe(status);
    if (status === 200)
      expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  test('comes without a process whose metrics cannot be collected, which is counted', async () => {
    const { missed } = open(() => Promise.reject(new Error('no')));
    expect(await pageWhere(group.port, () => true)).toBe('');
    expect(missed()).toBeGreaterThanOrEqual(1);
  });
});

describe('the port', () => {
  test('of another program is reported once, and taken when it is free', { timeout: 30_000 }, async () => {
    const other = createServer((_request, response) => response.writeHead(418).end());
    await new Promise<void>((resolve) => other.listen(group.port, group.host, resolve));
    const { endpoint, problems } = open();
    await vi.waitFor(() => expect(problems).not.toEqual([]), 5000);
    await sleep(500);
    expect(problems).toEqual([expect.stringContaining('EADDRINUSE')]);
    expect(endpoint.owned()).toBe(false);
    await new Promise((resolve) => other.close(resolve));
    await pageWhere(group.port, () => true);
    expect(endpoint.owned()).toBe(true);
    expect(problems).toHaveLength(1);
  });

  test('that cannot be had is reported once', async () => {
    group = { ...group, host: '192.0.2.1' };
    const { problems } = open();
    await sleep(500);
    expect(problems).toHaveLength(1);
  });

  test('is found by new members when a program that tidies up removed what leads to its owner', async () => {
    open();
    await pageWhere(group.port, () => true);
    rmSync(privatePath(group) as string);
    await scrape(group.port);
    open(async () => '# TYPE a_total counter\na_total 5\n');
    await pageWhere(group.port, (page) => page.includes('a_total{anthropic_process="1"} 5'));
  });
});

describe('the folder in which processes find each other', () => {
  const folder = (): string => {
    const base = mkdtempSync(join(tmpdir(), 'bases-'));
    onTestFinished(() => rmSync(base, { recursive: true, force: true }));
    return base;
  };
  const inBase = (base: string): string => join(base, `anthropic-otel-${process.getuid?.()}`);

  test('is made for this user alone', () => {
    const base = folder();
    expect(privatePath(group, [base])?.startsWith(`${inBase(base)}/`)).toBe(true);
    expect(statSync(inBase(base)).mode & 0o777).toBe(0o700);
    expect(readdirSync(inBase(base))).toEqual([]);
  });

  test.each<[string, (path: string) => void]>([
    [
      'is open to others',
      (path) => {
        mkdirSync(path);
        chmodSync(path, 0o755);
      },
    ],
    ['is a link', (path) => symlinkSync(folder(), path)],
    ['cannot be made', (path) => rmSync(join(path, '..'), { recursive: true })],
  ])('that %s is not used: the next one is', (_name, spoil) => {
    const [first, second] = [folder(), folder()];
    spoil(inBase(first));
    expect(privatePath(group, [first, second])?.startsWith(second)).toBe(true);
    expect(privatePath(group, [first])).toBeUndefined();
  });

  test('whose path is too long for a socket is not used', () => {
    const long = join(folder(), 'a'.repeat(80));
    mkdirSync(long);
    expect(privatePath(group, [long])).toBeUndefined();
  });

  test('leads to another place for each host, port and service', () => {
    const base = folder();
    const others = [group, { ...group, host: '::1' }, { ...group, port: 1 }, { ...group, service: 'b' }];
    expect(new Set(others.map((other) => privatePath(other, [base]))).size).toBe(4);
  });
});
