/**
 * Thirty services of two pods each, with failures of every kind, one kind a service. A third of the services lose a pod, another third has
 * a pod that restarts in place. Every panel that counts must show what the API sent: for the whole fleet, and for one service.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Prometheus, startPrometheus } from '../../dev/prometheus.ts';
import { type AnthropicServer, respond, startAnthropicServer } from '../../src/testing/index.ts';
import { type Answers, evaluate } from './support/evaluate.ts';
import { PANELS } from './support/panels.ts';
import { type PodName, type Pods, startPods } from './support/pods.ts';
import { HAIKU, OPUS, SONNET } from './support/workload.ts';

const MODELS = [OPUS, SONNET, HAIKU];
const INTERVAL = 5;
const now = (): number => Math.floor(Date.now() / 1000);

/** A kind of trouble: the responses to one call, what its attempts and the call come to, and the price of nothing. */
interface Trouble {
  readonly statuses: readonly number[];
  readonly fault: string;
  readonly exhausted: boolean;
  /** Whether the last response of the call is a success. */
  readonly saved: boolean;
}

const TROUBLES: readonly Trouble[] = [
  { statuses: [429, 429, 429], fault: 'traffic', exhausted: true, saved: false },
  { statuses: [529, 529, 529], fault: 'anthropic', exhausted: true, saved: false },
  { statuses: [500], fault: 'anthropic', exhausted: false, saved: true },
  { statuses: [400], fault: 'input', exhausted: false, saved: false },
  { statuses: [403], fault: 'config', exhausted: false, saved: false },
  { statuses: [404], fault: 'config', exhausted: false, saved: false },
  { statuses: [413], fault: 'input', exhausted: false, saved: false },
];

/** What a service did. */
class Ledger {
  calls = 0;
  failedCalls = 0;
  attempts = 0;
  failed = 0;
  retried = 0;
  exhausted = 0;
  tokens = 0;
  readonly faults: Record<string, number> = {};
  readonly statuses: Record<string, number> = {};
  readonly failedFaults: Record<string, number> = {};

  add(other: Ledger): this {
    for (const key of [
      'calls',
      'failedCalls',
      'attempts',
      'failed',
      'retried',
      'exhausted',
      'tokens',
    ] as const) {
      this[key] += other[key];
    }
    for (const key of ['faults', 'statuses', 'failedFaults'] as const) {
      for (const [name, count] of Object.entries(other[key])) bump(this[key], name, count);
    }
    return this;
  }
}

function bump(counts: Record<string, number>, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}

interface Service {
  readonly job: string;
  readonly cluster: string;
  readonly pods: readonly PodName[];
  readonly trouble: Trouble | undefined;
  readonly ledger: Ledger;
}

const SERVICES: readonly Service[] = Array.from({ length: 30 }, (_, index) => {
  const job = `service-${String(index).padStart(2, '0')}`;
  const cluster = index % 2 ? 'eu' : 'us';
  return {
    job,
    cluster,
    pods: ['a', 'b'].map((pod) => ({ cluster, namespace: 'shop', job, instance: `${job}-${pod}` })),
    // Every eighth service has no trouble.
    trouble: TROUBLES[index % 8],
    ledger: new Ledger(),
  };
});

let server: AnthropicServer;
let prometheus: Prometheus;
let pods: Pods;
const clients = new Map<PodName, Anthropic>();
let start: number;
let fleet: Answers;
let whole: Ledger;

beforeAll(async () => {
  server = await startAnthropicServer({ retryAfterMs: 1, apiKeys: ['good-key'] });
  const all = SERVICES.flatMap((service) => service.pods);
  pods = await startPods(all, server.url);
  prometheus = await startPrometheus({
    config: {
      global: { scrape_interval: `${INTERVAL}s`, scrape_timeout: `${INTERVAL}s` },
      scrape_configs: [pods.scrapeConfig],
    },
  });
  start = now() - 5;
  // Half of the pods are known before their first call; the others have made calls before their first scrape.
  for (const { pods: two } of SERVICES) clients.set(two[0] as PodName, pods.start(two[0] as PodName));
  await seen('count(anthropic_client_start_time)', SERVICES.length);
  for (const { pods: two } of SERVICES) clients.set(two[1] as PodName, pods.start(two[1] as PodName));
  for (const service of SERVICES) for (const pod of service.pods) await traffic(service, pod, 2);
  await scraped();
  for (const [index, { pods: two }] of SERVICES.entries()) {
    const pod = two[1] as PodName;
    if (index % 3 === 0) {
      await pods.kill(pod);
      clients.delete(pod);
    } else if (index % 3 === 1) {
      await pods.kill(pod);
      clients.set(pod, pods.start(pod));
    }
  }
  for (const service of SERVICES)
    for (const pod of service.pods) if (clients.has(pod)) await traffic(service, pod, 1);
  await scraped();
  whole = total();
  await sleep(1000 * INTERVAL);
  fleet = await evaluate(prometheus, start, now(), {}, INTERVAL);
}, 300_000);

afterAll(async () => {
  await pods[Symbol.asyncDispose]();
  await prometheus[Symbol.asyncDispose]();
  await server.close();
});

/** Calls of a pod: on every model, with the trouble of its service on one of them. */
async function traffic({ trouble, ledger }: Service, pod: PodName, rounds: number): Promise<void> {
  const client = clients.get(pod) as Anthropic;
  for (let round = 0; round < rounds; round++) {
    for (const model of MODELS) {
      const bad = model === MODELS[round % 3] ? trouble : undefined;
      if (bad) server.plan(bad.statuses.map((status) => respond.error(status)));
      const before = server.sent;
      const messages = [{ role: 'user' as const, content: 'Hello' }];
      await client.messages.create({ model, max_tokens: 64, messages }).catch(() => {});
      ledger.calls++;
      ledger.attempts += server.sent.attempts - before.attempts;
      ledger.tokens += server.sent.tokens.output - before.tokens.output;
      if (!bad || bad.saved) bump(ledger.statuses, '200');
      if (!bad) continue;
      for (const status of bad.statuses) bump(ledger.statuses, String(status));
      ledger.failed += bad.statuses.length;
      ledger.retried += bad.statuses.length - (bad.saved ? 0 : 1);
      bump(ledger.faults, bad.fault, bad.statuses.length);
      if (bad.exhausted) ledger.exhausted++;
      if (bad.saved) continue;
      ledger.failedCalls++;
      bump(ledger.failedFaults, bad.fault);
    }
  }
}

function total(): Ledger {
  return SERVICES.reduce((sum, { ledger }) => sum.add(ledger), new Ledger());
}

async function seen(query: string, value: number): Promise<void> {
  while ((await prometheus.number(query)) !== value) await sleep(200);
}

/** Waits until every pod that lives has been scraped, each at a moment of its own, for longer than restarts are looked for. */
async function scraped(): Promise<void> {
  await sleep(3.6 * 1000 * INTERVAL);
}

/** What each counting query must add up to. */
function expected(ledger: Ledger): [uid: string, title: string, refId: string, value: number][] {
  const { calls, failedCalls, attempts, failed, retried, exhausted } = ledger;
  const triage = 'anthropic-triage';
  const errors = 'anthropic-errors';
  const limits = 'anthropic-rate-limits';
  const limited = ledger.statuses['429'] ?? 0;
  return [
    [triage, 'Services (last 5 minutes)', 'A', failedCalls],
    [triage, 'Services (last 5 minutes)', 'B', calls],
    [triage, 'Error rate (5m)', 'A', failedCalls / calls],
    [triage, 'Budget left', 'A', 1 - failedCalls / calls / 0.01],
    [triage, 'Burn rate (1h)', 'A', failedCalls / calls / 0.01],
    [triage, 'In the time range', 'A', calls],
    [triage, 'In the time range', 'B', failedCalls],
    [triage, 'In the time range', 'C', attempts / calls],
    [triage, 'Failed attempts, by who has to act', 'A', failed],
    [triage, 'Failed attempts, by who has to act', 'B', failed],
    [triage, 'Calls, by outcome', 'A', calls],
    [triage, 'Calls, by outcome', 'B', calls],
    [triage, 'Attempts, by status', 'A', attempts],
    [triage, 'Attempts, by status', 'B', attempts],
    [triage, 'What failed in the time range', 'A', failed],
    [triage, 'Calls that ran out of retries, by error type', 'A', exhausted],
    [triage, 'Calls that ran out of retries, by error type', 'B', exhausted],
    [triage, 'How responses ended: stop reasons', 'B', calls - failedCalls],
    [errors, 'Error rate in the time range', 'A', failedCalls / calls],
    [errors, 'Failed calls', 'A', failedCalls],
    [errors, 'Out of retries', 'A', exhausted],
    [errors, 'Failed attempts', 'A', failed],
    [errors, 'Retried attempts', 'A', retried],
    [errors, 'Interrupted streams', 'A', 0],
    [errors, 'Failed attempts, by error type', 'A', failed],
    [errors, 'Failed attempts, by error type', 'B', failed],
    [errors, 'Failed attempts, by service', 'B', failed],
    [errors, 'Failed attempts, by model', 'B', failed],
    [errors, 'By status', 'B', failed],
    [errors, 'By method of the SDK', 'B', failed],
    [errors, 'By who has to act', 'B', failed],
    [errors, 'Failed calls, by provider and stream', 'B', failedCalls],
    [errors, 'Failed attempts: retried or final', 'B', failed],
    [errors, 'Calls out of retries, by model', 'B', exhausted],
    [errors, 'Calls, by what served them', 'B', calls],
    [errors, 'What failed in the time range', 'A', failed],
    [limits, 'Responses 429', 'A', limited],
    [limits, 'Responses 429, by model', 'B', limited],
    ['anthropic-cost', 'Calls', 'A', calls],
    ['anthropic-cost', 'Totals of the time range, by model', 'B', calls],
    ['anthropic-cost', 'Totals of the time range, by model', 'F', ledger.tokens],
    ['anthropic-cost', 'Totals of the time range, by service', 'B', calls],
    ['anthropic-cost', 'Totals of the time range, by $attribution', 'B', calls],
    ['anthropic-cost', 'Calls without a price', 'A', 0],
  ];
}

it('every panel of the whole fleet shows what the API sent', () => {
  expect(whole.attempts).toBe(server.sent.attempts);
  for (const [uid, title, refId, value] of expected(whole)) {
    expect(fleet.sum(uid, title, refId), `${uid}: ${title} [${refId}]`).toBeCloseTo(value, 6);
  }
});

it('the table of services has a row for each, with its own numbers and its own fault', () => {
  const rows = (refId: string) => fleet.of('anthropic-triage', 'Services (last 5 minutes)', refId);
  expect(rows('A')).toHaveLength(SERVICES.length);
  for (const { job, cluster, ledger } of SERVICES) {
    const of = (refId: string) => rows(refId).find(({ metric }) => metric['job'] === job);
    expect(of('A')?.metric, job).toMatchObject({ cluster, namespace: 'shop' });
    expect(of('A')?.values[0]?.[1], job).toBe(ledger.failedCalls);
    expect(of('A')?.metric['anthropic_error_fault'], job).toBe(
      Object.keys(ledger.failedFaults)[0] ?? 'nobody',
    );
    expect(of('B')?.values[0]?.[1], job).toBe(ledger.calls);
    expect(of('C')?.values[0]?.[1], job).toBeCloseTo(ledger.failedCalls / ledger.calls, 9);
  }
});

it('faults and statuses of the fleet are what the API sent, one by one', () => {
  for (const [fault, count] of Object.entries(whole.faults)) {
    const label = { anthropic_error_fault: fault };
    expect(fleet.sum('anthropic-triage', 'Failed attempts, by who has to act', 'B', label), fault).toBe(
      count,
    );
  }
  for (const [status, count] of Object.entries(whole.statuses)) {
    const label = { http_response_status_code: status };
    expect(fleet.sum('anthropic-triage', 'Attempts, by status', 'B', label), status).toBe(count);
  }
});

it('money adds up over services, models and kinds, and the last hour is the time range', () => {
  const spent = fleet.sum('anthropic-cost', 'Spent in the time range');
  expect(spent).toBeGreaterThan(0);
  for (const title of ['by model', 'by service', 'by $attribution']) {
    expect(fleet.sum('anthropic-cost', `Totals of the time range, ${title}`), title).toBeCloseTo(spent, 9);
  }
  expect(fleet.sum('anthropic-cost', 'Last hour × 24') / 24).toBeCloseTo(spent, 9);
  expect(fleet.sum('anthropic-triage', 'Services (last 5 minutes)', 'F') / 12).toBeCloseTo(spent, 9);
});

it('the verdict names the service with the most failed calls, and who has to act on it', () => {
  const [verdict] = fleet.of('anthropic-triage', 'Who has to act?');
  const most = Math.max(...SERVICES.map(({ ledger }) => ledger.failedCalls));
  expect(verdict?.values[0]?.[1]).toBe(most);
  const worst = SERVICES.filter(({ ledger }) => ledger.failedCalls === most).map(
    ({ cluster, job, ledger }) => `${job} (${cluster}/shop): ${Object.keys(ledger.failedFaults)[0]}`,
  );
  expect(worst).toContain(verdict?.metric['verdict']);
});

describe.each([1, 8, 16])('service %i alone', (index) => {
  it('every panel shows what the API sent to it', async () => {
    const { job, cluster, ledger } = SERVICES[index] as Service;
    const answers = await evaluate(prometheus, start, now(), { job, cluster }, INTERVAL);
    for (const [uid, title, refId, value] of expected(ledger)) {
      expect(answers.sum(uid, title, refId), `${job} ${uid}: ${title} [${refId}]`).toBeCloseTo(value, 6);
    }
  });
});

it('no panel shows an empty name', () => {
  for (const { name, series } of fleet.all) {
    const panel = PANELS.find((each) => name.startsWith(`${each.name} [`));
    const target = panel?.targets.find(({ refId }) => name.endsWith(`[${refId}]`));
    for (const { metric } of series) {
      const legend = target?.legendFormat.replaceAll(/{{(\w+)}}/g, (_, label) => metric[label] ?? '').trim();
      if (panel?.panel.type !== 'table') expect(legend, name).not.toBe('');
    }
  }
});
