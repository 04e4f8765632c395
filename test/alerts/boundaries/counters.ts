/** Records of histograms and counters: their names, windows and minimums. */
import { RECORDS } from '../../../src/mixin/alerts/names.ts';
import { DURATION_BUCKETS } from '../../../src/signals/catalogue/durations.ts';
import type { Boundary, Given } from '../support/boundary.ts';
import { type Cases, counted, record } from '../support/boundary-cases.ts';

/** Names of histograms, scraped and by OTLP. */
const SUFFIXES = ['', '_seconds'] as const;
/** How much a counter gains between two samples to gain `total` in 5 minutes. */
const gain = (total: number): number => (total * 40) / 300;

/** The records of how long calls take. */
export function latencyCases({ config, ofModel, of, gauge }: Cases): Boundary[] {
  const buckets = (
    counts: Readonly<Record<string, number>>,
    { suffix = '', labels = '' }: { suffix?: string; labels?: string } = {},
  ): Given =>
    Object.fromEntries(
      Object.entries(counts).map(([le, count]) => [
        gauge('inferenceDuration', `${labels}le="${le}"`, `${suffix}_bucket`),
        count,
      ]),
    );
  const { factor, floorSeconds } = config.hanging;
  const small = DURATION_BUCKETS.findLast((bound) => bound <= floorSeconds / factor) ?? 0;
  const large = DURATION_BUCKETS.find((bound) => bound > small) ?? 0;
  const { calls: minCalls } = config.minimumTraffic;
  const { callSeconds, secondsPerToken } = config.latency;
  const slowness = (rate: number, tokens?: number): Given => ({
    [of(RECORDS.callRate, ofModel)]: rate,
    [of(RECORDS.durationRate, ofModel)]: 30,
    ...(tokens && { [of(RECORDS.tokenRate, ofModel)]: tokens }),
  });
  return [
    ...SUFFIXES.map((suffix) =>
      record(
        RECORDS.waitLimit,
        {
          ...buckets({ 100: 0, 200: 100, '+Inf': 100 }, { suffix }),
          ...buckets({ 100: 900, 200: 900, '+Inf': 900 }, { suffix, labels: 'error_type="x",' }),
        },
        factor * 199,
      ),
    ),
    record(RECORDS.waitLimit, buckets({ 0.5: 100, '+Inf': 100 }), floorSeconds),
    // The largest bucket that is below the limit: all of its calls are.
    record(RECORDS.waitLimit, buckets({ [small]: 100, [large]: 100, '+Inf': 100 }), floorSeconds),
    record(RECORDS.waitLimit, buckets({ 0: 100, '+Inf': 100 }), undefined),
    ...SUFFIXES.flatMap((suffix) =>
      (
        [
          [RECORDS.callRate, '_count'],
          [RECORDS.durationRate, '_sum'],
        ] as const
      ).map(([rule, part]) =>
        counted(
          rule,
          {
            [gauge('inferenceDuration', '', suffix + part)]: 80,
            [gauge('inferenceDuration', 'error_type="x"', suffix + part)]: 4000,
          },
          { still: 0, half: 1.14, full: 2 },
        ),
      ),
    ),
    counted(RECORDS.tokenRate, { [gauge('outputTokens')]: 80 }, { still: 0, half: 1.14, full: 2 }),
    record(RECORDS.slowness, slowness(1, 100), 30 / (callSeconds + 100 * secondsPerToken)),
    record(RECORDS.slowness, slowness(1), 30 / callSeconds),
    record(
      RECORDS.slowness,
      slowness(minCalls / 300, 100),
      30 / ((callSeconds * minCalls) / 300 + 100 * secondsPerToken),
    ),
    record(RECORDS.slowness, slowness((minCalls - 1) / 300, 100), undefined),
    ...SUFFIXES.flatMap((suffix) => {
      const chunks = (streams: number, mean: number): Given => ({
        [gauge('timeToFirstChunk', '', `${suffix}_count`)]: gain(streams),
        [gauge('timeToFirstChunk', '', `${suffix}_sum`)]: gain(streams * mean),
      });
      const few = { still: undefined, half: undefined };
      return [
        counted(RECORDS.firstChunk, chunks(minCalls * 1.02, 5), { ...few, full: 5 }),
        counted(RECORDS.firstChunk, chunks(minCalls * 0.98, 5), { ...few, full: undefined }),
        counted(RECORDS.firstChunk, chunks(minCalls * 4, 5), { still: undefined, half: 5, full: 5 }),
      ];
    }),
  ];
}

/** The records of counters. */
export function counterCases({ config, gauge }: Cases): Boundary[] {
  const cut = (reason: string): string => gauge('calls', reason && `anthropic_stop_reason="${reason}"`);
  return [
    counted(
      RECORDS.stopReasons,
      {
        ...Object.fromEntries(config.stopReasons.reasons.map((reason) => [cut(reason), 40])),
        [cut('end_turn')]: 4000,
        [cut('')]: 4000,
      },
      { still: 0, half: 171, full: 300 },
    ),
    ...config.stopReasons.reasons.map((reason) =>
      counted(RECORDS.stopReasons, { [cut(reason)]: 40 }, { still: 0, half: 171, full: 300 }),
    ),
    counted(RECORDS.cacheRead, { [gauge('cacheReadTokens')]: 40 }, { still: 0, half: 171, full: 300 }),
    counted(RECORDS.input, { [gauge('inputTokens')]: 40 }, { still: 0, half: 171, full: 300 }),
  ];
}
