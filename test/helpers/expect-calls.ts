/** Compares everything that was recorded with what a test states of its calls: every point, span and log line. */
import { expect } from 'vitest';
import type { Point } from '../../dev/telemetry.ts';
import { METRICS } from '../../src/index.ts';
import type { ExpectedCall } from './expected-call.ts';
import { expectedLogs } from './expected-logs.ts';
import { expectedPoints } from './expected-points.ts';
import { expectSpans } from './expected-spans.ts';
import { type Harness, keyOf } from './harness.ts';

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
