import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Guard } from '../../src/ports/guard.ts';

const fail = (): never => {
  throw new Error('broken');
};

describe('the guard', () => {
  afterEach(() => diag.disable());

  test('reports the first failure of each stage, also when counting it fails', () => {
    const warn = vi.fn();
    diag.setLogger({ error() {}, warn, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ALL);
    const guard = new Guard(fail);
    for (const stage of ['metrics', 'metrics', 'spans'] as const) guard.run(stage, fail);
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining('metrics telemetry failed'),
      expect.stringContaining('spans telemetry failed'),
    ]);
  });

  test('swallows whatever telemetry, the count and the diagnostics throw', () => {
    let quiet = true;
    const write = (): void => {
      if (!quiet) fail();
    };
    diag.setLogger(
      { error: write, warn: write, info: write, debug: write, verbose: write },
      DiagLogLevel.ALL,
    );
    quiet = false;
    const guard = new Guard(fail);
    const hostile = new Proxy({}, { get: fail });
    // biome-ignore lint/suspicious/noThenProperty: what a logger of an application may return.
    const thrower = { then: fail };
    for (const step of [fail, () => hostile, () => thrower]) {
      expect(guard.run('logs', step)).toBeUndefined();
    }
    quiet = true;
  });

  test('counts a rejection that is not awaited', async () => {
    const count = vi.fn();
    await new Guard(count).run('logs', () => Promise.reject(new Error('broken')))?.catch(() => {});
    expect(count.mock.calls).toEqual([['logs']]);
  });
});
