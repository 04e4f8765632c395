/** Counters that are read at any time, by readers of both kinds, state what was added. */
import type { Attributes, Counter, Meter } from '@opentelemetry/api';
import {
  AggregationTemporality,
  createAllowListAttributesProcessor,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { createInstruments, type Instruments } from '../../src/signals/instruments.ts';
import { SummedCounters } from '../../src/signals/metrics/summed-counters.ts';

afterEach(() => vi.useRealTimers());

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}

  /** The values of `anthropic.client.cost`, by their attributes. */
  async cost(): Promise<Map<string, number>> {
    const { resourceMetrics } = await this.collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const points =
      metrics.find(({ descriptor }) => descriptor.name === 'anthropic.client.cost')?.dataPoints ?? [];
    return new Map(points.map(({ attributes, value }) => [JSON.stringify(attributes), Number(value)]));
  }
}

/** Attributes that are kept ready, two of which are equal. */
const SETS: readonly Attributes[] = [
  { model: 'a', kind: 'input' },
  { model: 'a', kind: 'output' },
  { model: 'b', kind: 'input' },
  { model: 'a', kind: 'input' },
];

const STEP = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ add: fc.nat(1000), to: fc.nat(SETS.length - 1), fresh: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constantFrom('cumulative' as const, 'delta' as const) },
);

test.each([undefined, ['model']])(
  'random adds and collections: totals are those of a ledger, with attributes kept by a View: %s',
  async (kept) => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { maxLength: 60 }), async (steps) => {
        const cumulative = new Reader({
          aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
        });
        const delta = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
        const views = kept
          ? [{ instrumentName: '*', attributesProcessors: [createAllowListAttributesProcessor(kept)] }]
          : [];
        const provider = new MeterProvider({ readers: [cumulative, delta], views });
        const { instruments } = new SummedCounters(createInstruments(provider.getMeter('test')));
        const ledger = new Map<string, number>();
        const deltas = new Map<string, number>();
        const keyOf = (attributes: Attributes): string =>
          JSON.stringify(kept ? { model: attributes['model'] } : attributes);
        const readDelta = async (): Promise<void> => {
          for (const [key, value] of await delta.cost()) deltas.set(key, (deltas.get(key) ?? 0) + value);
        };
        for (const step of steps) {
          if (step === 'delta') await readDelta();
          else if (step === 'cumulative') expect(await cumulative.cost()).toEqual(ledger);
          else {
            const attributes = SETS[step.to] ?? {};
            instruments.cost.add(step.add, step.fresh ? { ...attributes } : attributes);
            ledger.set(keyOf(attributes), (ledger.get(keyOf(attributes)) ?? 0) + step.add);
          }
        }
        expect(await cumulative.cost()).toEqual(ledger);
        await readDelta();
        expect(deltas).toEqual(ledger);
      }),
      { numRuns: 100 },
    );
  },
);

test('a meter provider that observes nothing gets the sums a minute later', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const added: number[] = [];
  const { instruments, counters } = withAdd((value) => added.push(value));
  for (let n = 0; n < 10; n++) instruments.calls.add(1, SETS[0]);
  counters.flushIfLate();
  expect(added).toEqual([1]);
  vi.advanceTimersByTime(61_000);
  counters.flushIfLate();
  expect(added).toEqual([1, 9]);
});

test('an add that throws costs no other add, and is not repeated', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const added: string[] = [];
  const { instruments, counters } = withAdd((value, attributes) => {
    added.push(`${value} ${attributes?.['model']} ${attributes?.['kind']}`);
    if (value > 1 && attributes?.['kind'] === 'output') throw new Error('broken');
  });
  for (const set of SETS.slice(0, 3)) {
    instruments.calls.add(1, set);
    instruments.calls.add(2, set);
  }
  added.length = 0;
  vi.advanceTimersByTime(61_000);
  expect(() => counters.flushIfLate()).toThrow('broken');
  vi.advanceTimersByTime(61_000);
  counters.flushIfLate();
  expect(added).toEqual(['2 a input', '2 a output', '2 b input']);
});

function withAdd(add: Counter['add']): { instruments: Instruments; counters: SummedCounters } {
  const create = () => ({ add, record() {}, addCallback() {} });
  const meter = new Proxy({} as Meter, { get: () => create });
  const counters = new SummedCounters(createInstruments(meter));
  return { instruments: counters.instruments, counters };
}
