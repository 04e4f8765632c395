/**
 * Every panel against the truth: known calls by the real SDK to the local API, scraped by a real Prometheus. What a
 * panel shows must be what the API sent. Pods are born with all their calls before their first scrape, die, and
 * restart in place, and the totals still match.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../dev/processes.ts';
import type { Prometheus } from '../../dev/prometheus.ts';
import { COST_KINDS } from '../../src/model/cost.ts';
import {
  type AnthropicServer,
  DEFAULT_MODELS,
  type SentTotals,
  startAnthropicServer,
} from '../../src/testing/index.ts';
import { type Answers, evaluate } from './support/evaluate.ts';
import { billOf, cacheBill, expectedCounts, PRICED, sumOf } from './support/expected.ts';
import { PANELS } from './support/panels.ts';
import { startScraping } from './support/prometheus.ts';
import { since, tokensOf } from './support/sent.ts';
import {
  type App,
  badCalls,
  drain,
  goodCalls,
  HAIKU,
  OPUS,
  SONNET,
  startApp,
  UNKNOWN,
} from './support/workload.ts';

/** What the workload does not do, or not for long enough. */
const NOT_PLAYED =
  /a week ago|olicies|Decisions of|Open circuits|Retry budget|Calls that wait|that another model served|Models in use that retire|server tools|Message Batches|Used up in|Age of the last run|Retry loops around the SDK|Deferred requests/;
const MODELS = [OPUS, SONNET, HAIKU, UNKNOWN];
const now = () => Math.floor(Date.now() / 1000);

let server: AnthropicServer;
let prometheus: Prometheus;
let app: App;
let without: Answers;
let quiet: Answers;
/** The whole time, and the second half alone, with what the API sent in it. */
let whole: { answers: Answers; sent: SentTotals; rounds: number };
let half: { answers: Answers; sent: SentTotals; rounds: number };

beforeAll(async () => {
  const start = now() - 5;
  const [port, otherPort] = [await freePort(), await freePort()];
  prometheus = await startScraping({ 'pod-1': port, 'pod-2': otherPort });
  server = await startAnthropicServer({
    retryAfterMs: 20,
    models: [...DEFAULT_MODELS, UNKNOWN],
    apiKeys: ['good-key'],
  });
  // The rules were evaluated in this second, which is not over.
  await sleep(1000);
  without = await evaluate(prometheus, start, now());

  let broken = 0;
  const info = () => {
    if (broken++ < 2) throw new Error('the disk is full');
  };
  app = await startApp(server, { logger: { info, warn() {}, error() {} } }, port);
  await sleep(2500);
  quiet = await evaluate(prometheus, start, now());

  // A busy machine scrapes late.
  const scraped = async (attempts: number) => {
    for (let seen = -1; seen !== attempts; await sleep(200)) {
      const [series] = await prometheus.instant('sum(anthropic_client_attempts_total)', Date.now() / 1000);
      seen = series?.values[0]?.[1] ?? 0;
    }
  };
  const round = async (left: number) => {
    await goodCalls(app);
    await badCalls(app, server);
    await drain(app, server, left);
    await sleep(1100);
  };
  await round(0.9);
  await round(0.6);
  await scraped(server.sent.attempts);
  // A busy machine evaluates rules late, too.
  await sleep(4000);
  const middle = now();
  const before = server.sent;
  await sleep(4000);
  await round(0.3);

  // Born with all its calls before its first scrape; dies; starts again under the same name.
  const first = await startApp(server, {}, otherPort);
  const unborn = server.sent.attempts;
  await goodCalls(first);
  const gone = server.sent.attempts - unborn;
  await scraped(server.sent.attempts);
  await sleep(1100);
  await first[Symbol.asyncDispose]();
  await sleep(1100);
  const second = await startApp(server, {}, otherPort);
  await goodCalls(second);
  await goodCalls(second);
  await round(0.05);
  await scraped(server.sent.attempts - gone);
  await sleep(1100);
  const end = now();
  whole = { answers: await evaluate(prometheus, start, end), sent: server.sent, rounds: 4 };
  half = { answers: await evaluate(prometheus, middle, end), sent: since(before, server.sent), rounds: 2 };
  await second[Symbol.asyncDispose]();
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await server.close();
  await prometheus[Symbol.asyncDispose]();
});

describe('without telemetry', () => {
  it('every panel shows its text for no data', () => {
    const shown = without.all.filter(({ series, name }) => series.length > 0 && !name.includes('Rules'));
    // The states of the alerts are known as soon as the rules are loaded: nothing fires. A threshold is a threshold without data too.
    expect(shown.map(({ name }) => name)).toEqual([
      ...['A', 'B', 'C', 'D'].map((refId) => `anthropic-triage: Pages [${refId}]`),
      'anthropic-triage: Error rate after retries, by model [B]',
    ]);
  });
});

describe('without traffic', () => {
  it('nothing but the telemetry of the telemetry has a value other than zero', () => {
    const shown = quiet.all.filter(({ series }) =>
      series.some(({ values }) => values.some(([, value]) => value !== 0)),
    );
    const other = /^anthropic-telemetry:|by model \[B\]$/;
    expect(shown.map(({ name }) => name).filter((name) => !other.test(name))).toEqual([]);
  });

  it('every panel shows zeros or its text for no data, no NaN and no -0', () => {
    for (const { name, series } of [...quiet.all, ...whole.answers.all]) {
      for (const [, value] of series.flatMap(({ values }) => values)) {
        expect(value, name).not.toBeNaN();
        expect(Object.is(value, -0), `${name} shows -0`).toBe(false);
      }
    }
    const counts = [
      'anthropic-triage: In the time range [A]',
      'anthropic-errors: Failed attempts [A]',
      'anthropic-cost: Calls [A]',
    ];
    for (const name of counts) {
      const { series } = quiet.all.find((answer) => answer.name === name) ?? {};
      expect(
        series?.map(({ values }) => values[0]?.[1]),
        name,
      ).toEqual([0]);
    }
    expect(quiet.of('anthropic-triage', 'Who has to act?')[0]?.metric).toEqual({
      verdict: 'No action needed',
    });
    expect(quiet.of('anthropic-triage', 'Services (last 5 minutes)')[0]?.metric).toMatchObject({
      job: 'app',
      anthropic_error_fault: 'none',
      // A click on a service without a cluster shows all clusters.
      link_cluster: '$__all',
      link_namespace: '$__all',
    });
    expect(quiet.of('anthropic-triage', 'Error rate (5m)')).toEqual([]);
  });
});

describe('with traffic', () => {
  it('every query of every panel has a result', () => {
    const empty = whole.answers.all.filter(({ series }) => series.length === 0).map(({ name }) => name);
    expect(empty.filter((name) => !NOT_PLAYED.test(name))).toEqual([]);
    expect(whole.answers.all).toHaveLength(PANELS.flatMap(({ targets }) => targets).length);
  });

  it('no value is NaN, negative or infinite', () => {
    for (const { name, series } of whole.answers.all) {
      if (/Does the cache pay\?|Error budget left/.test(name)) continue;
      for (const { values } of series) {
        for (const [, value] of values) {
          expect(Number.isFinite(value), name).toBe(true);
          expect(value, name).toBeGreaterThanOrEqual(0);
        }
      }
    }
  });

  it('the alerts of the mission fire, and the verdict names who has to act', () => {
    for (const refId of ['A', 'B', 'C', 'D']) {
      expect(whole.answers.sum('anthropic-triage', 'Pages', refId), refId).toBeGreaterThan(0);
    }
    const [verdict] = whole.answers.of('anthropic-triage', 'Who has to act?');
    expect(verdict?.metric['verdict']).toMatch(/^app: \w+$/);
  });
});

describe.each([
  ['the whole time', () => whole],
  ['a range that begins in the middle', () => half],
])('in %s', (_, given) => {
  it('counts of calls and attempts are what the API sent', () => {
    const { answers, sent, rounds } = given();
    for (const [uid, title, refId, value] of expectedCounts(sent, rounds)) {
      expect(answers.sum(uid, title, refId), `${uid}: ${title} [${refId}]`).toBeCloseTo(value, 9);
    }
  });

  it('statuses and error types are what the API sent, one by one', () => {
    const { answers, sent } = given();
    for (const [status, count] of Object.entries(sent.statuses)) {
      const label = { http_response_status_code: status === 'none' ? 'no response' : status };
      expect(answers.sum('anthropic-triage', 'Attempts, by status', 'A', label), status).toBe(count);
    }
    for (const [type, count] of Object.entries(sent.errors)) {
      const shown = answers.sum('anthropic-errors', 'What failed in the time range', 'A', {
        error_type: type,
      });
      // A connection that breaks in a stream has a type, too, that the server does not know of.
      expect(shown, type).toBeGreaterThanOrEqual(count);
      if (type !== 'api_error') expect(shown, type).toBe(count);
    }
  });

  it('tokens and calls of each model are what the API sent', () => {
    const { answers, sent } = given();
    for (const model of MODELS) {
      const tokens = tokensOf(sent, model);
      const written = tokens.cacheWrite5m + tokens.cacheWrite1h;
      const columns = {
        B: sent.models[model]?.calls,
        C: tokens.input + tokens.cacheRead + written,
        D: tokens.cacheRead,
        E: written,
        F: tokens.output,
        G: tokens.thinking,
        H: model === UNKNOWN ? sent.models[model]?.calls : 0,
      };
      for (const [refId, value] of Object.entries(columns)) {
        const shown = answers.sum('anthropic-cost', 'Totals of the time range, by model', refId, {
          gen_ai_request_model: model,
        });
        expect(shown, `${model} [${refId}]`).toBe(value);
      }
    }
  });

  it('money is the list price of what the API sent, in totals and in bars', () => {
    const { answers, sent } = given();
    const bills = Object.keys(PRICED).map((model) => [model, billOf(sent, model)] as const);
    const total = bills.reduce((sum, [, bill]) => sum + sumOf(bill), 0);
    for (const [model, bill] of bills) {
      const label = { gen_ai_request_model: model };
      expectMoney(
        answers.sum('anthropic-cost', 'Totals of the time range, by model', 'A', label),
        sumOf(bill),
      );
    }
    expectMoney(answers.sum('anthropic-cost', 'Spent in the time range'), total);
    const hours = answers.step / 3600;
    expectMoney(answers.sum('anthropic-cost', 'USD an hour, by model') * hours, total);
    for (const kind of COST_KINDS) {
      expectMoney(
        answers.sum('anthropic-cost', 'USD an hour, by kind of token', 'A', { anthropic_cost_kind: kind }) *
          hours,
        bills.reduce((sum, [, bill]) => sum + bill[kind], 0),
      );
    }
    const calls = MODELS.reduce((sum, model) => sum + (sent.models[model]?.calls ?? 0), 0);
    expectMoney(answers.sum('anthropic-cost', 'Per 1,000 calls'), (1000 * total) / calls);
  });
});

it('the cache has saved what the price list says', () => {
  const { answers, sent } = whole;
  const { saved, extra } = cacheBill(sent);
  const pays = 'Does the cache pay? (time range)';
  expectMoney(answers.sum('anthropic-cost', pays, 'A'), saved - extra);
  expectMoney(answers.sum('anthropic-cost', pays, 'B'), saved);
  expectMoney(answers.sum('anthropic-cost', pays, 'C'), extra);
});

it('limits are what the API stated, once for all replicas', () => {
  const limit = (refId: string, type: string) =>
    whole.answers
      .of('anthropic-rate-limits', 'Limits', refId)
      .filter(
        ({ metric }) =>
          metric['anthropic_rate_limit_type'] === type && metric['gen_ai_request_model'] === SONNET,
      )
      .map(({ values }) => values[0]?.[1]);
  expect(limit('B', 'requests')).toEqual([4000]);
  expect(limit('B', 'input_tokens')).toEqual([2_000_000]);
  expect(limit('A', 'requests')[0]).toBeGreaterThan(0.92);
  expect(limit('D', 'requests')[0]).toBeLessThan(0.08);
});

it('the telemetry sees itself', () => {
  const uid = 'anthropic-telemetry';
  expect(whole.answers.sum(uid, 'Processes')).toBe(2);
  expect(whole.answers.sum(uid, 'Telemetry failures')).toBe(2);
  expect(
    whole.answers.sum(uid, 'Telemetry failures, by stage', 'A', { anthropic_telemetry_stage: 'logs' }),
  ).toBe(2);
  expect(whole.answers.sum(uid, 'Rules')).toBe(1);
  expect(whole.answers.sum(uid, 'Processes', 'B')).toBe(whole.answers.sum(uid, 'Series'));
});

/** Within 0.01 %. */
function expectMoney(shown: number, value: number): void {
  expect(Math.abs(shown - value), `${shown} is not ${value} USD`).toBeLessThanOrEqual(Math.abs(value) * 1e-4);
}
