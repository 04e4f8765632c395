/** Compares everything that was recorded with what a test states of its calls: every point, span and log line. */
import type Anthropic from '@anthropic-ai/sdk';
import { expect, vi } from 'vitest';
import type { Point } from '../../dev/telemetry.ts';
import { METRICS } from '../../src/index.ts';
import type { AnthropicServer } from '../../src/testing/index.ts';
import type { ExpectedCall } from './expected-call.ts';
import { expectedLogs } from './expected-logs.ts';
import { expectedPoints } from './expected-points.ts';
import { expectSpans } from './expected-spans.ts';
import { type Harness, type HarnessOptions, HELLO, keyOf, rejection, startHarness } from './harness.ts';

/** A row of a table of calls: what the API responds with, what the application does, and what is recorded. */
export interface CallCase {
  readonly title: string;
  readonly options?: HarnessOptions;
  readonly plan?: Parameters<AnthropicServer['plan']>[0];
  /** @default one `messages.create` */
  readonly run?: (client: Anthropic, harness: Harness) => PromiseLike<unknown>;
  /** Status or class of the error that the application gets, or `true` where each SDK has its own. */
  readonly fails?: number | string | true;
  readonly recorded: ExpectedCall | readonly ExpectedCall[];
}

/**
 * Runs a row with a new harness, and the client that `newClient` makes for it, and compares what was recorded: at once, or
 * `late`, when no call is open.
 */
export async function expectCase(
  { options = {}, plan = [], run = (client) => client.messages.create(HELLO), fails, recorded }: CallCase,
  newClient: (harness: Harness) => Anthropic = ({ client }) => client,
  late = false,
): Promise<void> {
  const harness = await startHarness(options);
  harness.server.plan(plan);
  const running = run(newClient(harness), harness);
  if (fails === undefined) await running;
  else {
    const error = await rejection(running);
    if (fails !== true)
      expect(typeof fails === 'number' ? error['status'] : error.constructor.name).toBe(fails);
  }
  const open = (): Promise<number> => harness.metric('anthropic.client.active_calls');
  if (late) await vi.waitFor(async () => expect(await open()).toBe(0), 5000);
  await expectCalls(harness, [recorded].flat());
}

/** Expects exactly one call, recorded as `call`. */
export function expectCall(harness: Harness, call: ExpectedCall): Promise<void> {
  return expectCalls(harness, [call]);
}

/** Expects exactly these calls, made one after the other, recorded as they are stated. */
export async function expectCalls(harness: Harness, calls: readonly ExpectedCall[]): Promise<void> {
  await harness.server.idle();
  const requestIds = harness.server.requests.map(({ requestId }) => requestId ?? undefined);
  const ids = calls.map(({ attempts }) => requestIds.splice(0, attempts.length));
  expect(requestIds, 'attempts that no call made').toEqual([]);
  await expectPoints(harness, calls);
  expectSpans(harness, calls, ids);
  expect(harness.logs()).toEqual(expectedLogs(calls, ids));
}

async function expectPoints(harness: Harness, calls: readonly ExpectedCall[]): Promise<void> {
  const expected = expectedPoints(calls, new URL(harness.server.url));
  for (const [name, points] of expected) {
    expect(comparable(await harness.points(name)), name).toEqual(points);
  }
  for (const { name, attributes } of Object.values(METRICS)) {
    for (const point of (await harness.allPoints()).get(name) ?? []) {
      expect(attributes, `catalogue entry of ${name}`).toEqual(
        expect.arrayContaining(Object.keys(point.attributes)),
      );
    }
  }
}

/** Points by their attributes; of a histogram, the count, and of money, micro-dollars. */
function comparable(points: readonly Point[]): Record<string, number> {
  return Object.fromEntries(
    points.map(({ attributes, value }) => {
      const number = typeof value === 'number' ? value : value.count;
      return [keyOf(attributes), Number(number.toFixed(9))];
    }),
  );
}
