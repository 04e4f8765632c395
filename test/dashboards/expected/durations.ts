/** What panels must show of durations: between what was planned and what the test measured outside of the client. */
import { METRICS } from '../../../src/signals/catalogue.ts';
import { inputOf, outputOf } from '../support/bills.ts';
import type { Made } from '../support/ledger.ts';
import type { AttemptRecord, Range } from '../support/records.ts';
import type { Groups } from '../support/sums.ts';
import type { Summed } from './collected.ts';
import { buckets, quantiles, ratio, type Samples, samples, total } from './samples.ts';

/** Durations of calls, for one bar of `seconds`. */
export function durations(all: Summed, seconds: number): void {
  const { calls } = all;
  const { tried } = all.sums;
  const bounds: readonly number[] = METRICS.inferenceDuration.boundaries;
  const model = 'gen_ai_request_model';
  const ofModel = (call: Made, attempt?: AttemptRecord) => attempt?.model ?? call.model;
  const rate = (panel: string, refIds: string, groups: Groups, ...by: string[]) =>
    all.add('rate', panel, refIds, groups, ...by);
  const good = calls.filter(({ errorType }) => errorType === undefined);
  const goodTried = tried.filter(([, { errorType }]) => errorType === undefined);
  const badTried = tried.filter(([, { errorType }]) => errorType !== undefined);

  const ofCalls = samples(good.map((call) => ['', call.seconds]));
  const [least, most] = total(good.map((call) => call.seconds));
  all.add('count', 'latency: Call, mean', 'A', { '': [least / good.length, most / good.length] });
  for (const [refId, phi] of [
    ['A', 0.5],
    ['B', 0.95],
    ['C', 0.99],
  ] as const) {
    all.add('count', `latency: Call, ≈ p${phi * 100}`, 'A', quantiles(phi, ofCalls, bounds));
    rate('latency: Duration of calls: p50, p95, p99', refId, quantiles(phi, ofCalls, bounds));
  }
  const ofAttempts = samples(goodTried.map(([, attempt]) => ['', attempt.seconds]));
  all.add('count', 'latency: Attempt, ≈ p95', 'A', quantiles(0.95, ofAttempts, bounds));

  const chunks = samples(calls.map((call) => ['', call.firstChunk]));
  const chunksByModel = samples(calls.map((call) => [call.model, call.firstChunk]));
  for (const [refId, phi] of [
    ['A', 0.5],
    ['B', 0.95],
  ] as const) {
    all.add('count', `latency: 1st chunk, ≈ p${phi * 100}`, 'A', quantiles(phi, chunks, bounds));
    rate('latency: Time to the first chunk, by model', refId, quantiles(phi, chunksByModel, bounds), model);
  }

  for (const [title, values] of [
    ['Calls, by duration', calls.map((call) => call.seconds)],
    ['Attempts, by duration', tried.map(([, attempt]) => attempt.seconds)],
  ] as const) {
    const groups = { ...buckets(values, 1 / seconds, bounds), '+Inf': values.length / seconds };
    rate(`latency: ${title}`, 'A', groups, 'le');
  }
  const within = buckets(
    good.map((call) => call.seconds),
    1 / good.length,
    [1.28, 5.12, 20.48, 81.92],
  );
  for (const [index, amount] of Object.values(within).entries())
    rate('latency: Share of the calls within a time (exact)', 'ABCD'.charAt(index), { '': amount });

  const p95 = (found: Samples) => quantiles(0.95, found, bounds);
  const byModel = 'latency: p95 of calls and of attempts, by model';
  rate(byModel, 'A', p95(samples(good.map((call) => [ofModel(call), call.seconds]))), model);
  const attemptsOf = goodTried.map(([call, attempt]) => [ofModel(call, attempt), attempt.seconds] as const);
  rate(byModel, 'B', p95(samples(attemptsOf)), model);
  const failures = samples(badTried.map(([, { errorType = '', seconds: took }]) => [errorType, took]));
  rate('latency: p95 of failed attempts, by error type', 'A', p95(failures), 'error_type');

  // Waits.
  const none: Range = [0, 0];
  const shareOf = (waits: readonly Range[], took: readonly Range[]): Range => {
    const [waited, worked] = [total(waits), total(took)];
    return [waited[0] / (waited[0] + worked[1]), waited[1] / (waited[1] + worked[0])];
  };
  all.add('count', 'latency: Retry waits', 'A', {
    '': shareOf(
      tried.map(([, { wait = none }]) => wait),
      tried.map(([, attempt]) => attempt.seconds),
    ),
  });
  const waited = samples(tried.map(([call, { wait }]) => [call.model, wait]));
  const took = samples(tried.map(([call, attempt]) => [ofModel(call, attempt), attempt.seconds]));
  rate(
    'latency: Time lost to retry waits, by model',
    'A',
    Object.fromEntries([...took].map(([key, values]) => [key, shareOf(waited.get(key) ?? [], values)])),
    model,
  );
  const delayed = samples(tried.map(([, { errorType = '', wait }]) => [errorType, wait]));
  const p95OfWaits = quantiles(0.95, delayed, METRICS.retryDelay.boundaries);
  rate('errors: Wait before a retry: p95, by cause', 'A', p95OfWaits, 'error_type');
  const waits = [...delayed].map(([key, values]) => [key, ratio(total(values), [seconds, seconds])]);
  rate('errors: Time spent waiting for retries, by cause', 'A', Object.fromEntries(waits), 'error_type');

  // Tokens.
  const exactly = (amount: number): Range => [amount, amount];
  const inputs = samples(calls.map((call) => ['', call.served && exactly(inputOf(call))]));
  const outputs = samples(
    calls.map((call) => ['', call.outcome === 'ok' ? exactly(outputOf(call)) : undefined]),
  );
  const tokenBounds = METRICS.inputTokensPerCall.boundaries;
  for (const [refIds, phi] of [
    ['AB', 0.5],
    ['CD', 0.95],
  ] as const) {
    const title = 'latency: Tokens of a call: median and p95';
    rate(title, refIds.charAt(0), quantiles(phi, inputs, tokenBounds));
    rate(title, refIds.charAt(1), quantiles(phi, outputs, tokenBounds));
  }
  const made = samples(good.map((call) => [call.model, exactly(outputOf(call))]));
  const spent = samples(good.map((call) => [call.model, call.seconds]));
  rate(
    'latency: Output tokens per second of a call, by model',
    'A',
    Object.fromEntries(
      [...made].map(([key, values]) => [key, ratio(total(values), total(spent.get(key) ?? []))]),
    ),
    model,
  );
}
