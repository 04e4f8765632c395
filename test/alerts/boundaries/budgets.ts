/** Sums over hours and days, in values of five minutes. */
import { RECORDS } from '../../../src/mixin/alerts/names.ts';
import type { BurnWindow } from '../../../src/mixin/config.ts';
import type { Boundary, Given } from '../support/boundary.ts';
import { type Cases, tiled, tilesIn } from '../support/boundary-cases.ts';

const DAY = tilesIn('1d');
const HOUR = tilesIn('1h');
const WEEK = tilesIn('7d');

/** The error budget in tiles of five minutes: at its limit, windows that fill and empty, few calls. */
function burns({ config, of }: Cases, rule: string, window: BurnWindow): Boundary[] {
  const [failed, total] = [of(RECORDS.failed), of(RECORDS.calls)];
  const [long, short] = [tilesIn(window.long), tilesIn(window.short)];
  const { objective, minFailedCalls } = config.errorBudget;
  const ratio = Number((window.factor * (1 - objective)).toPrecision(6));
  const tile = (share: number): Given => ({ [failed]: Math.round(share * 1e6), [total]: 1e6 });
  const over = ratio * 1.0005;
  const few = (count: number): Given => ({ [failed]: count, [total]: count });
  const evaluate = 300 * Math.max(1, long / 72);
  const beats = evaluate / 300;
  const play = (tiles: Parameters<typeof tiled>[1], every = evaluate): Boundary =>
    tiled(
      rule,
      tiles,
      (sum) =>
        sum(failed, long) / sum(total, long) > ratio &&
        sum(failed, short) / sum(total, short) > ratio &&
        sum(failed, long) >= minFailedCalls,
      every,
    );
  return [
    // Each window exactly at the limit, while the other one is above it.
    play(
      [
        [short, tile(0)],
        [short, tile(2 * ratio)],
      ],
      300,
    ),
    play(
      [
        [short, tile(2 * ratio)],
        [short + 6, tile(ratio)],
      ],
      300,
    ),
    play(
      [
        [12, tile(ratio)],
        [12, tile(over)],
        [12, tile(0)],
      ],
      150,
    ),
    play([
      [long, tile(0)],
      [long + beats, tile(over)],
      [long, tile(0)],
      [short, tile(over)],
      [long, tile(0)],
    ]),
    play([
      [long, tile(ratio * 10)],
      [long - short, tile(0)],
      [short + beats, tile(over)],
      [beats, tile(0)],
    ]),
    play([
      [long, tile(Math.min(1, ratio * 10))],
      [2 * short, tile(0)],
      [short, tile(over)],
      [2 * short + 4 * beats, tile(0)],
    ]),
    play(
      [
        [1, few(minFailedCalls - 1)],
        [long, few(0)],
        [1, few(minFailedCalls / 2)],
        [1, few(minFailedCalls / 2)],
        [12, few(0)],
      ],
      300,
    ),
    play(
      [
        [1, few(minFailedCalls / 2)],
        [Math.round(long * 1.5), few(0)],
        [1, few(minFailedCalls / 2)],
        [12, few(0)],
      ],
      300,
    ),
    play(
      [
        [1, few(minFailedCalls / 2)],
        [Math.round(long * 0.75), few(0)],
        [1, few(minFailedCalls / 2)],
        [12, few(0)],
      ],
      300,
    ),
  ];
}

/** Alerts on budgets, and on what changed within a week. */
export function budgetCases(cases: Cases): Boundary[] {
  const { config, ofService, ofModel, of } = cases;
  const budget = config.spend.dailyBudgetUsd;
  const cost = (usd: number): Given => ({ [of(RECORDS.cost)]: usd });

  const STOPS = 'AnthropicResponsesChanged/stop_reasons';
  const { ratio: extra, factor: times, minCalls: hourCalls } = config.stopReasons;
  const stopped = of(RECORDS.stopReasons, `${ofService},anthropic_stop_reason="refusal"`);
  const stops = (share: number, count = 1000): Given => ({
    [stopped]: Math.round(share * count),
    [of(RECORDS.calls)]: count,
  });
  const playStops = (tiles: Parameters<typeof tiled>[1], every?: number): Boundary =>
    tiled(
      STOPS,
      tiles,
      (sum) => {
        const share = (window: number) => sum(stopped, window) / sum(of(RECORDS.calls), window);
        return sum(of(RECORDS.calls), HOUR) >= hourCalls && share(HOUR) > extra + times * share(WEEK);
      },
      every,
    );

  const HITS = 'AnthropicResponsesChanged/cache_hits';
  const { ratio: hitRatio, minUsual, minTokens } = config.cacheHits;
  const [read, input] = [of(RECORDS.cacheRead, ofModel), of(RECORDS.input, ofModel)];
  const hits = (share: number, count = minTokens / 10): Given => ({
    [read]: Math.round(share * count),
    [input]: count,
  });
  const playHits = (tiles: Parameters<typeof tiled>[1], every?: number): Boundary =>
    tiled(
      HITS,
      tiles,
      (sum) => {
        const usual = sum(read, WEEK) / sum(input, WEEK);
        return (
          sum(input, HOUR) >= minTokens &&
          usual > minUsual &&
          sum(read, HOUR) / sum(input, HOUR) < hitRatio * usual
        );
      },
      every,
    );

  return [
    ...[...config.errorBudget.page, ...config.errorBudget.ticket].flatMap((window) =>
      burns(cases, `AnthropicErrorBudgetBurning/${window.long}/${window.short}`, window),
    ),
    tiled(
      'AnthropicSpendHigh/service',
      [
        [1, cost(0)],
        [2, cost(budget / 2)],
        [DAY + 2, cost(0)],
        [2, cost(budget / 2 + 1)],
        [DAY + 6, cost(0)],
      ],
      (sum) => sum(of(RECORDS.cost), DAY) > budget,
    ),
    // The week has four hours: a quarter of it is at the limit exactly.
    playStops([
      [3 * HOUR, stops(0)],
      [HOUR, stops(0.1)],
      [2 * HOUR, stops(0)],
    ]),
    playStops([
      [3 * HOUR, stops(0)],
      [HOUR, stops(0.101)],
      [2 * HOUR, stops(0)],
    ]),
    ...[hourCalls, hourCalls - 1].map((count) =>
      playStops([
        [3 * HOUR, stops(0)],
        [HOUR - 1, {}],
        [1, stops(0.8, count)],
        [2, {}],
      ]),
    ),
    playStops(
      [
        [WEEK, stops(0.2)],
        [WEEK / 2, stops(0.1)],
        [WEEK / 2, stops(0)],
        [HOUR, stops(0.12)],
        [2 * HOUR, stops(0.16)],
      ],
      3600,
    ),
    playHits([
      [3 * HOUR, hits(0.7)],
      [HOUR, hits(0.3)],
      [2 * HOUR, hits(0.7)],
    ]),
    playHits([
      [3 * HOUR, hits(0.7)],
      [HOUR, hits(0.29)],
      [2 * HOUR, hits(0.7)],
    ]),
    playHits([
      [4 * HOUR, hits(0.25)],
      [HOUR, hits(0)],
      [4, hits(minUsual)],
    ]),
    playHits([
      [4 * HOUR, hits(0.2525)],
      [HOUR, hits(0)],
      [4, hits(minUsual)],
    ]),
    ...[minTokens, minTokens - 1].map((count) =>
      playHits([
        [3 * HOUR, hits(0.7)],
        [HOUR - 1, {}],
        [1, hits(0, count)],
        [2, {}],
      ]),
    ),
    playHits(
      [
        [WEEK, hits(1)],
        [WEEK / 2, hits(0.8)],
        [WEEK / 2, hits(0.4)],
        [HOUR, hits(0.35)],
        [2 * HOUR, hits(0.25)],
      ],
      3600,
    ),
  ];
}
