import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import {
  circuitBreaker,
  deadline,
  POLICY_ORDER,
  type ResilienceOptions,
  resilience,
  retry,
  subscribeToDecisions,
  withResilience,
} from '../../src/resilience/index.ts';
import { policyOf } from '../../src/resilience/policy.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, rejection } from '../helpers/harness.ts';
import { setup } from './support/setup.ts';

describe('resilience', () => {
  test('gives the policies in their order', () => {
    const names = resilience({ deadline: 1_000 }).map(policyOf);
    expect(names).toEqual(POLICY_ORDER.filter((name) => names.includes(name)));
    expect(names).toContain('retry');
  });

  test('leaves out what is false', () => {
    expect(resilience({ retry: false, circuitBreaker: false }).map(policyOf)).not.toContain('retry');
  });

  test.each([
    [{ retrys: {} }, /unknown option `resilience.retrys`; known are/],
    [{ retry: true }, /`resilience.retry` to be an object of options, or false, got boolean/],
    [{ deadline: 'soon' }, /`deadline.ms` to be a number of at least 1, got a string/],
    [{ onDecision: 'log' }, /`resilience.onDecision` to be a function, got a string/],
  ])('%j is an error that states what was expected', (options, message) => {
    expect(() => resilience(options as unknown as ResilienceOptions)).toThrow(message);
  });

  test('works for every call of a client, also those that are not messages', async () => {
    const { server, client, names } = await setup((common) => resilience(common));
    server.plan([respond.error(500)]);
    expect((await client.models.list()).data.length).toBeGreaterThan(0);
    expect(names()).toEqual(['retry']);
  });
});

describe('withResilience', () => {
  test('puts the policies before the middleware of the client, and ends the retries of the SDK', () => {
    const own: Anthropic['middleware'][number] = (request, next) => next(request);
    const options = withResilience({ apiKey: 'test-key', middleware: [own] });
    expect(options.maxRetries).toBe(0);
    expect(options.middleware.at(-1)).toBe(own);
    expect(new Anthropic(options).maxRetries).toBe(0);
  });

  test('a second owner of retries is an error that states how to correct it', () => {
    expect(() => withResilience({ maxRetries: 2 })).toThrow(/`maxRetries` of the client must be 0 or absent/);
    expect(withResilience({ maxRetries: 2 }, { retry: false })).toMatchObject({ maxRetries: 2 });
  });

  test('policies that are there already are an error', () => {
    expect(() => withResilience({ middleware: resilience() })).toThrow(/already has the policy `sizeGuard`/);
  });
});

describe('the order of policies', () => {
  test('a wrong one is an error that names both', async () => {
    const { client, server } = await setup((common) => [circuitBreaker(common), retry(common)]);
    const error = await rejection(client.messages.create(HELLO));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/`retry` must come before `circuitBreaker`/);
    expect(server.requests).toEqual([]);
  });

  test('the same policy twice is an error', async () => {
    const { client } = await setup((common) => [retry(common), retry(common)]);
    expect((await rejection(client.messages.create(HELLO))).message).toMatch(/`retry` appears twice/);
  });

  test('a pair in its order works with middleware of the application in between', async () => {
    const { client, server } = await setup((common) => [
      deadline({ ms: 60_000, ...common }),
      (request, next) => next(request),
      retry(common),
    ]);
    server.plan([respond.error(500)]);
    expect((await client.messages.create(HELLO)).type).toBe('message');
  });
});

describe('decisions', () => {
  test('reach every subscriber, and what one throws fails no call', async () => {
    const seen: string[] = [];
    const end = subscribeToDecisions(({ name, path, model }) => {
      seen.push(`${name} ${path} ${model}`);
      throw new Error('a listener in trouble');
    });
    const { server, client } = await setup(({ clock }) =>
      retry({
        clock,
        onDecision: () => {
          throw new Error('a callback in trouble');
        },
      }),
    );
    server.plan([respond.error(500), respond.error(500)]);
    await rejection(client.messages.create(HELLO));
    end();
    server.plan([respond.error(500)]);
    await client.messages.create(HELLO);
    expect(seen).toEqual([
      'retry /v1/messages claude-opus-5-5',
      'retries_exhausted /v1/messages claude-opus-5-5',
    ]);
  });
});
