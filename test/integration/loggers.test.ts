/** Loggers of applications: each gets message and fields in the order that it wants them. */
import { Writable } from 'node:stream';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import winston from 'winston';
import type { Logger } from '../../src/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, startHarness } from '../helpers/harness.ts';

type Json = Record<string, unknown>;

function createPino(): { logger: pino.Logger; lines: Json[] } {
  const lines: Json[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { logger, lines };
}

/** As bunyan 1.8 and 2.0 have it: given text first, it makes one text of all arguments. */
class Bunyan {
  readonly fields: Json = { name: 'app' };
  readonly lines: Json[] = [];
  addSerializers(): void {}
  addStream(): void {}
  readonly #write = (first: unknown, ...more: unknown[]): void => {
    if (typeof first === 'string') this.lines.push({ ...this.fields, msg: [first, ...more].join(' ') });
    else this.lines.push({ ...this.fields, ...(first as Json), msg: more.join(' ') });
  };
  info = this.#write;
  warn = this.#write;
  error = this.#write;
}

/** One call that ends well after a retry, and what telemetry reports of its own failures. */
async function callWith(logger: Logger): Promise<number> {
  const { server, client, metric } = await startHarness({ telemetry: { logger } });
  server.plan([respond.error(529)]);
  const message = await client.messages.create(HELLO);
  expect(message.type).toBe('message');
  return metric('anthropic.telemetry.errors');
}

const RECORDS = [
  { event: 'anthropic.attempt.retried', msg: expect.stringContaining('retried'), attempt: 1, status: 529 },
  { event: 'anthropic.call', msg: 'Claude call ok', outcome: 'ok', attempts: 2 },
];

describe('a logger', () => {
  test('of pino gets every field, and the message', async () => {
    const { logger, lines } = createPino();
    expect(await callWith(logger)).toBe(0);
    expect(lines).toMatchObject(RECORDS);
  });

  test('that is a child of pino keeps its bindings', async () => {
    const { logger, lines } = createPino();
    expect(await callWith(logger.child({ team: 'search' }))).toBe(0);
    expect(lines).toMatchObject(RECORDS.map((record) => ({ ...record, team: 'search' })));
  });

  test('of bunyan gets every field, and the message', async () => {
    const logger = new Bunyan();
    expect(await callWith(logger)).toBe(0);
    expect(logger.lines).toMatchObject(RECORDS);
  });

  test('that is a child of winston gets every field, and keeps its own', async () => {
    const lines: Json[] = [];
    const stream = new Writable({
      write: (line, _encoding, done) => {
        lines.push(JSON.parse(String(line)));
        done();
      },
    });
    const transports = [new winston.transports.Stream({ stream })];
    const logger = winston.createLogger({ transports, format: winston.format.json() });
    expect(await callWith(logger.child({ team: 'search' }))).toBe(0);
    expect(lines).toMatchObject(
      RECORDS.map(({ msg, ...record }) => ({ ...record, message: msg, team: 'search' })),
    );
  });

  test('can be the console', async () => {
    const lines: unknown[][] = [];
    const at = (...args: unknown[]): void => void lines.push(args);
    const logger = Object.assign(Object.create(console), { info: at, warn: at, error: at }) as Console;
    expect(await callWith(logger)).toBe(0);
    expect(lines).toEqual([
      [expect.stringContaining('retried'), expect.objectContaining({ attempt: 1 })],
      ['Claude call ok', expect.objectContaining({ outcome: 'ok' })],
    ]);
  });

  test('whose other properties throw when they are read is called all the same', async () => {
    const lines: unknown[][] = [];
    const at = (...args: unknown[]): void => void lines.push(args);
    const methods: Json = { info: at, warn: at, error: at };
    const logger = new Proxy(methods, {
      get(target, key) {
        if (typeof key === 'string' && key in target) return target[key];
        throw new Error('no such property');
      },
    });
    expect(await callWith(logger as unknown as Logger)).toBe(0);
    expect(lines).toHaveLength(2);
  });

  test('that cannot be read at all costs its records, and each is counted', async () => {
    const logger = new Proxy({} as Logger, {
      get() {
        throw new Error('not ready');
      },
    });
    expect(await callWith(logger)).toBe(2);
  });
});
