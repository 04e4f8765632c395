import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RetryBudget } from '../../src/resilience/retry-budget.ts';

const WINDOW = 600_000;
const step = fc.record({
  waitMs: fc.oneof(fc.nat(2_000), fc.nat(400_000)),
  calls: fc.nat(30),
  weight: fc.integer({ min: 1, max: 3 }),
});

test('whenever a retry is made, those of the window are at most its share of the calls and the reserve', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.nat(20), (steps, reserve) => {
      const budget = new RetryBudget({ ratio: 0.1, reserve, windowMs: WINDOW });
      const calls: number[] = [];
      const retries: number[] = [];
      let now = 0;
      for (const { waitMs, calls: count, weight } of steps) {
        now += waitMs;
        for (let call = 0; call < count; call++) {
          budget.deposit(now);
          calls.push(now);
        }
        const left = budget.balance(now);
        if (!budget.withdraw(weight, now)) {
          expect(left).toBeLessThan(weight);
          continue;
        }
        retries.push(...Array<number>(weight).fill(now));
        const within = (times: number[], ms: number) => times.filter((at) => now - at < ms).length;
        // Calls and retries are forgotten in parts of a twentieth.
        const most = reserve + 0.1 * within(calls, WINDOW);
        expect(within(retries, WINDOW * 0.95)).toBeLessThanOrEqual(most + 1e-6);
      }
    }),
    { seed: 20_261_127 },
  );
});

test('a clock that was set back does not keep an empty budget empty', () => {
  const budget = new RetryBudget({ reserve: 1 });
  expect([budget.withdraw(1, 7_200_000), budget.withdraw(1, 7_200_000)]).toEqual([true, false]);
  expect(budget.withdraw(1, 0)).toBe(true);
});
