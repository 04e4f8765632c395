/** Random numbers and settings that a seed repeats. */
import { type AlertConfig, type BurnWindow, type Duration, defineConfig } from '../../../src/mixin/config.ts';

/** A generator of numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Settings that a user might have chosen: other thresholds, windows, waits, labels and matchers than the defaults. */
export function randomConfig(seed: number): AlertConfig {
  const next = random(seed);
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(...of: readonly T[]): T => of[between(0, of.length - 1)] as T;
  // In 64ths, which floating-point numbers have exactly, so that a limit can be met exactly.
  const ratio = (from = 1, to = 32): number => between(from, to) / 64;
  const minutes = (from: number, to: number): Duration => `${between(from, to)}m`;
  const burn = (short: number): BurnWindow => {
    return { long: `${short * pick(6, 12)}m`, short: `${short}m`, factor: between(2, 120) / 8 };
  };
  const errorRatio = ratio(2, 24);
  return defineConfig({
    selector: pick('', 'env="prod"', 'env="prod",zone="b"'),
    groupingLabels: pick(
      ['job'],
      ['region', 'job'],
      ['cluster', 'namespace', 'job'],
      ['job', 'team', 'env_name'],
    ),
    lastSeen: pick('120s', '240s', '299s'),
    keepFiringFor: minutes(1, 12),
    minimumTraffic: { calls: between(Math.ceil(1 / errorRatio), 90), attempts: between(20, 200) },
    authentication: { window: minutes(2, 30), forgetAfter: pick('6h', '1d', '3d') },
    consecutiveServerErrors: { window: minutes(2, 30) },
    errorRate: { ratio: errorRatio },
    retriesExhausted: { allowedCalls: between(1, 50), allowedRatio: 1 / pick(16, 32, 64, 128) },
    errorBudget: {
      objective: pick(0.875, 0.9375, 0.96875),
      page: [burn(pick(5, 10))],
      ticket: [{ ...burn(30), factor: 1 }],
      minFailedCalls: 2 * between(2, 30),
    },
    hanging: {
      factor: pick(1.5, 2, 4),
      floorSeconds: between(30, 90),
      unknownSeconds: between(100, 900),
      retryWaitSeconds: between(60, 900),
      processes: pick(0.125, 0.25, 0.5),
      timeoutRatio: ratio(),
    },
    replica: { ratio: ratio(8, 48), minFailed: between(2, 40), for: minutes(1, 8) },
    retries: { ratio: ratio(), for: minutes(1, 20) },
    rateLimit: { ratio: ratio(), headroom: ratio(1, 20), headroomFor: minutes(2, 20) },
    policies: {
      fallbackRatio: ratio(),
      queueSeconds: between(1, 300),
      deferredHours: between(1, 60),
      for: minutes(1, 12),
    },
    invalidRequests: { ratio: ratio() },
    latency: {
      callSeconds: between(1, 60),
      secondsPerToken: pick(0.01, 0.03125, 0.25),
      firstChunkSeconds: between(2, 60),
      for: minutes(1, 20),
    },
    spend: { dailyBudgetUsd: between(5, 5000) },
    stopReasons: {
      reasons: pick(['refusal'], ['refusal', 'max_tokens']),
      ratio: ratio(2, 6),
      factor: pick(1.5, 2, 3),
      minCalls: between(10, 400),
    },
    cacheHits: { ratio: pick(0.25, 0.5), minUsual: pick(0.125, 0.25), minTokens: 1000 * between(1, 500) },
    retirement: { ticketDays: between(2, 20), infoDays: between(21, 90) },
    telemetry: {
      absentFor: minutes(2, 20),
      expectedAfter: pick('1h', '4h', '8h'),
      allowedErrors: between(2, 60),
      errorWindow: minutes(8, 40),
    },
  });
}
