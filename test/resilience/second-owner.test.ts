import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import Anthropic039 from 'sdk-0-39';
import Anthropic060 from 'sdk-0-60';
import Anthropic100 from 'sdk-0-100';
import Anthropic101 from 'sdk-0-101';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type PolicyOptions, resilience, retry, withResilience } from '../../src/resilience/index.ts';
import { respond } from '../../src/testing/index.ts';
import { HELLO, rejection } from '../helpers/harness.ts';
import { setup } from './support/setup.ts';

const FAST = { server_error: { delays: [1] } };
const policies = (common: PolicyOptions) =>
  resilience({ retry: { rules: FAST, budget: false }, circuitBreaker: false, ...common });
const fails = { rate: 1, responses: [respond.error(500)] };

let warnings: string[] = [];
const listen = ({ message }: Error): void => void warnings.push(message);
beforeEach(() => {
  warnings = [];
  process.on('warning', listen);
});
afterEach(() => process.off('warning', listen));

/** Warnings are emitted in the next turn. */
async function warned(): Promise<string[]> {
  await new Promise(setImmediate);
  return warnings;
}

describe('a second owner of retries is reported, and warned of once', () => {
  test('the SDK with its default of retries, whose retries are sent once each', async () => {
    const { server, newClient, names, statuses } = await setup(policies, { server: { retryAfterMs: 1 } });
    server.faults(fails);
    const client = newClient({ maxRetries: 2 });
    await rejection(client.messages.create(HELLO));
    expect(statuses()).toEqual([500, 500, 500, 500]);
    expect(names().filter((name) => name === 'second_retry_owner')).toHaveLength(2);
    await rejection(client.messages.create({ ...HELLO, max_tokens: 101 }));
    expect(await warned()).toEqual([
      expect.stringMatching(/The SDK retries too\. Set `maxRetries: 0` on the client/),
    ]);
  });

  test('`maxRetries` of a call, also when it succeeds', async () => {
    const { client, names } = await setup(policies);
    await client.messages.create(HELLO, { maxRetries: 3 });
    await client.messages.create(HELLO, { maxRetries: 3 });
    await client.messages.create(HELLO, { maxRetries: 0 });
    expect(names()).toEqual(['second_retry_owner', 'second_retry_owner']);
    expect(await warned()).toEqual([expect.stringMatching(/Remove `maxRetries` from the call/)]);
  });

  test('`maxRetries` of `withOptions`', async () => {
    const { server, client, names } = await setup(policies, { server: { retryAfterMs: 1 } });
    server.faults(fails);
    await rejection(client.withOptions({ maxRetries: 1 }).messages.create(HELLO));
    expect(names()).toContain('second_retry_owner');
  });

  test('a loop around the client', async () => {
    const { server, client, names } = await setup(policies);
    server.faults(fails);
    for (let turn = 0; turn < 3; turn++) await rejection(client.messages.create(HELLO));
    expect(names().filter((name) => name === 'second_retry_owner')).toHaveLength(2);
    expect(await warned()).toEqual([expect.stringMatching(/a loop around the client retries too/)]);
  });

  test('whatever is called in whatever order: one report for each call that repeats a failed one', async () => {
    const step = fc.record({ body: fc.nat(3), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { server, client, names } = await setup(policies);
        const failed = new Set<number>();
        let repeated = 0;
        for (const { body, fails: isFailing } of steps) {
          server.faults(isFailing ? fails : { rate: 0 });
          const messages = [{ role: 'user' as const, content: `question ${body}` }];
          await client.messages.create({ ...HELLO, messages }).catch(() => {});
          if (failed.delete(body)) repeated += 1;
          if (isFailing) failed.add(body);
        }
        expect(names().filter((name) => name === 'second_retry_owner')).toHaveLength(repeated);
        await server.close();
      }),
      { numRuns: 30, seed: 20_261_127 },
    );
  });
});

describe('withResilience', () => {
  const OLD = [
    ['0.39', Anthropic039],
    ['0.60', Anthropic060],
    ['0.100', Anthropic100],
  ] as const;
  test.each(OLD)('is a clear error in front of SDK %s, which has no middleware', async (_, Old) => {
    const { server } = await setup(() => []);
    const options = withResilience({ baseURL: server.url, apiKey: 'test-key' });
    const client = new Old(options as never) as unknown as Anthropic;
    const error = await rejection(client.messages.create(HELLO));
    expect((error.cause as Error).message).toMatch(
      /need the `middleware` option of `@anthropic-ai\/sdk` 0\.101\.0/,
    );
    expect(server.requests).toEqual([]);
  });

  test.each([
    ['0.101', Anthropic101],
    ['the newest', Anthropic],
  ] as const)('sends with the fetch of the client in front of SDK %s', async (_, Sdk) => {
    const { server } = await setup(() => []);
    let used = 0;
    const own: typeof fetch = (...request) => {
      used += 1;
      return fetch(...request);
    };
    const options = withResilience({ baseURL: server.url, apiKey: 'test-key', fetch: own });
    const client = new Sdk(options as never) as unknown as Anthropic;
    expect((await client.messages.create(HELLO)).type).toBe('message');
    expect(used).toBe(1);
  });

  test('without any policy sends as the client does', async () => {
    const { server } = await setup(() => []);
    const none = {
      sizeGuard: false,
      failFast: false,
      retry: false,
      throttle: false,
      circuitBreaker: false,
      attemptTimeout: false,
    } as const;
    const client = new Anthropic060(
      withResilience({ baseURL: server.url, apiKey: 'test-key' }, none) as never,
    );
    expect((await client.messages.create(HELLO as never)).type).toBe('message');
  });
});

test('the policy alone reports a second owner, too', async () => {
  const { client, names } = await setup((common) => retry(common));
  await client.messages.create(HELLO, { maxRetries: 1 });
  expect(names()).toEqual(['second_retry_owner']);
});
