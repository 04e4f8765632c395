/**
 * Thirty services of two pods each, whose calls a generator makes up: every kind of end, on three models, with and without policies. A third of the
 * services lose a pod, another third has a pod that restarts in place. Every panel that counts must show what was done, label by label: for the
 * whole fleet, for a cluster, for a service and for a pod. `SEED=1 npx vitest run test/dashboards/fleet.test.ts` repeats a run.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Prometheus, startPrometheus } from '../../dev/prometheus.ts';
import { fallback, retry } from '../../src/resilience/index.ts';
import { METRICS } from '../../src/signals/catalogue.ts';
import { type AnthropicServer, respond, startAnthropicServer } from '../../src/testing/index.ts';
import { type Answers, evaluate } from './support/evaluate.ts';
import {
  type Expectation,
  expectations,
  type Groups,
  group,
  type Made,
  streaksOf,
} from './support/ledger.ts';
import { costOf, type Kind, makeCall, Random } from './support/moves.ts';
import { PANELS } from './support/panels.ts';
import { type PodName, type Pods, startPods } from './support/pods.ts';
import { HAIKU, OPUS } from './support/workload.ts';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6));
const INTERVAL = 5;
/** Days until a model of the fleet retires. */
const RETIRES_IN = 26;
const now = (): number => Math.floor(Date.now() / 1000);
const random = new Random(SEED);

interface Service {
  readonly job: string;
  readonly cluster: string;
  readonly kind: Kind;
  /** The share of its calls that fail at first, in percent. */
  readonly trouble: number;
  readonly pods: readonly [PodName, PodName];
}

const SERVICES: readonly Service[] = Array.from({ length: 30 }, (_, index): Service => {
  // Two clusters have services and pods of the same names.
  const job = `service-${String(index >> 1).padStart(2, '0')}`;
  const cluster = index % 2 ? 'eu' : 'us';
  const pod = (name: string) => ({ cluster, namespace: 'shop', job, instance: `${job}-${name}` });
  // Every eighth service has no trouble.
  const trouble = index % 8 === 7 ? 0 : 20 + random.below(60);
  return {
    job,
    cluster,
    kind: (['fallback', 'retry'] as const)[index] ?? 'sdk',
    trouble,
    pods: [pod('a'), pod('b')],
  };
});
/** A service that reads results of batches, apart from the others. */
const BATCHES: PodName = { cluster: 'us', namespace: 'shop', job: 'batches', instance: 'batches-a' };
/** The services whose calls are in the ledger. */
const LEDGER = { job: 'service-.+' };

/** One life of a pod's process. */
interface Life {
  readonly pod: PodName;
  readonly service: Service;
  readonly client: Anthropic;
  readonly calls: Made[];
}

let server: AnthropicServer;
let prometheus: Prometheus;
let pods: Pods;
const lives: Life[] = [];
const running = new Map<PodName, Life>();
const decisions: [key: readonly string[], value: number][] = [];
const batchResults: [key: readonly string[], value: number][] = [];
const open: { ended: Promise<unknown>; began: number; abort: AbortController; service: Service }[] = [];
let start: number;
let end: number;
let fleet: Answers;

beforeAll(async () => {
  // Decisions of policies find their call by it.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  server = await startAnthropicServer({ retryAfterMs: 1, apiKeys: ['good-key'], batchMs: 0 });
  const retirements = { [HAIKU]: new Date(Date.now() + RETIRES_IN * 86_400_000).toISOString().slice(0, 10) };
  pods = await startPods([BATCHES, ...SERVICES.flatMap((service) => service.pods)], server.url, {
    retirements,
    attributionKeys: ['team'],
  });
  const { scrapeConfig } = pods;
  const global = { scrape_interval: `${INTERVAL}s`, scrape_timeout: `${INTERVAL}s` };
  prometheus = await startPrometheus({ config: { global, scrape_configs: [scrapeConfig] } });
  start = now() - 5;
  // Half of the pods are known before their first call; the others have made calls before their first scrape.
  for (const service of SERVICES) startPod(service, service.pods[0]);
  await seen('count(anthropic_client_start_time)', SERVICES.length);
  for (const service of SERVICES) startPod(service, service.pods[1]);
  await traffic(5);
  await batch(pods.start(BATCHES));
  await scraped();
  for (const [index, service] of SERVICES.entries()) {
    if (index % 3 === 2) continue;
    await pods.kill(service.pods[1]);
    running.delete(service.pods[1]);
    if (index % 3 === 1) startPod(service, service.pods[1]);
  }
  await traffic(3);
  for (const service of [SERVICES[4], SERVICES[4], SERVICES[5]] as Service[]) await hang(service);
  await scraped();
  await sleep(1000 * INTERVAL);
  end = now();
  fleet = await evaluate(prometheus, start, end, LEDGER, INTERVAL);
}, 600_000);

afterAll(async () => {
  for (const { abort, ended } of open) {
    abort.abort();
    await ended;
  }
  await pods[Symbol.asyncDispose]();
  await prometheus[Symbol.asyncDispose]();
  await server.close();
});

function startPod(service: Service, pod: PodName): void {
  const onDecision = ({ name }: { name: string }) => decisions.push([[name], 1]);
  const policy = {
    sdk: {},
    fallback: { maxRetries: 0, middleware: [fallback({ chain: [{ model: HAIKU }], onDecision })] },
    retry: { maxRetries: 0, middleware: [retry({ onDecision })] },
  }[service.kind];
  const life = { pod, service, client: pods.start(pod, policy), calls: [] };
  lives.push(life);
  running.set(pod, life);
}

/** Calls of every pod that runs. */
async function traffic(count: number): Promise<void> {
  for (const { pod, service, client, calls } of running.values()) {
    for (let each = 0; each < count; each++) {
      const call = await makeCall(client, server, random, service.kind, service.trouble);
      calls.push({ ...call, cluster: pod.cluster, job: pod.job, instance: pod.instance });
    }
  }
}

/** The application reads the results of a batch, one of which failed. */
async function batch(client: Anthropic): Promise<void> {
  const params = { model: OPUS, max_tokens: 10, messages: [{ role: 'user' as const, content: 'Hello' }] };
  const requests = Array.from({ length: 1 + random.below(9) }, (_, index) => ({
    custom_id: `ok-${index}`,
    params,
  }));
  const unknown = { custom_id: 'unknown', params: { ...params, model: 'claude-unknown' } };
  const { id } = await client.messages.batches.create({ requests: [...requests, unknown] });
  for await (const { result } of await client.messages.batches.results(id))
    batchResults.push([[result.type], 1]);
}

/** A call that the API does not respond to. */
async function hang(service: Service): Promise<void> {
  const abort = new AbortController();
  const sent = server.sent.attempts;
  server.plan([respond.hang()]);
  const { client } = running.get(service.pods[0]) as Life;
  const params = { model: OPUS, max_tokens: 10, messages: [{ role: 'user' as const, content: 'Wait' }] };
  const began = Date.now() / 1000;
  const ended = client.messages.create(params, { signal: abort.signal, timeout: 300_000 }).catch(() => {});
  open.push({ ended, began, abort, service });
  while (server.sent.attempts === sent) await sleep(5);
}

async function seen(query: string, value: number): Promise<void> {
  while ((await prometheus.number(query)) !== value) await sleep(200);
}

/** Waits until every pod that lives has been scraped, each at a moment of its own, for longer than restarts are looked for. */
async function scraped(): Promise<void> {
  await sleep(3.6 * 1000 * INTERVAL);
}

function callsOf(which: (call: Made) => boolean = () => true): Made[] {
  return lives.flatMap(({ calls }) => calls.filter(which));
}

/** What a query shows, by the labels of an expectation. */
function shown(answers: Answers, { uid, title, by }: Expectation, refId: string): Groups {
  return group(
    answers
      .of(uid, title, refId)
      .map(({ metric, values }) => [
        by.map((label) =>
          by.length === 1 && label === 'http_response_status_code'
            ? metric[label] || 'no response'
            : (metric[label] ?? ''),
        ),
        values.reduce((sum, [, value]) => sum + value, 0),
      ]),
  );
}

function check(answers: Answers, calls: readonly Made[]): void {
  for (const expectation of expectations(calls)) {
    const { uid, title, refIds, groups } = expectation;
    for (const refId of refIds) {
      const found = shown(answers, expectation, refId);
      const name = `SEED=${SEED} ${uid}: ${title} [${refId}]`;
      expect(Object.keys(found).sort(), name).toEqual(Object.keys(groups).sort());
      for (const [key, value] of Object.entries(groups))
        expect(found[key], `${name} ${key}`).toBeCloseTo(value, 6);
    }
  }
}

it('every panel of the whole fleet shows what was done, label by label', () => {
  check(fleet, callsOf());
});

describe.each([
  ['a cluster', { cluster: 'eu' }],
  ['a service of two clusters', { job: 'service-00' }],
  ['a service that lost a pod', { cluster: 'eu', job: 'service-01' }],
  ['a service whose pod restarted', { cluster: 'us', job: 'service-02' }],
  ['a pod that restarted', { cluster: 'eu', instance: 'service-06-b' }],
])('%s alone', (_, variables: Partial<PodName>) => {
  it('every panel shows what it did', async () => {
    const calls = callsOf((call) =>
      Object.entries(variables).every(([label, value]) => call[label as keyof Made] === value),
    );
    const names = new Set(expectations(calls).map(({ uid, title }) => `${uid}: ${title}`));
    const panels = PANELS.filter(({ name }) => names.has(name));
    check(await evaluate(prometheus, start, end, { ...LEDGER, ...variables }, INTERVAL, panels), calls);
  });
});

it('the table of services has a row for each, with its failed calls, its fault and its money', () => {
  const cell = (refId: string, job: string, cluster: string) =>
    fleet
      .of('anthropic-triage', 'Services (last 5 minutes)', refId)
      .find(({ metric }) => metric['job'] === job && metric['cluster'] === cluster);
  for (const { job, cluster } of SERVICES) {
    const calls = callsOf((call) => call.job === job && call.cluster === cluster);
    const faults = group(calls.map(({ outcome, fault }) => [[fault ?? ''], Number(outcome === 'error')]));
    const most = Math.max(0, ...Object.values(faults));
    const failed = cell('A', job, cluster);
    expect(failed?.metric, job).toMatchObject({
      namespace: 'shop',
      link_cluster: cluster,
      link_namespace: 'shop',
    });
    expect(failed?.values[0]?.[1], job).toBe(most);
    const worst = Object.keys(faults).filter((fault) => faults[fault] === most);
    expect(worst.length > 0 ? worst : ['none'], job).toContain(failed?.metric['anthropic_error_fault']);
    const spent = calls.reduce((sum, call) => sum + costOf(call), 0);
    expect(cell('F', job, cluster)?.values[0]?.[1], job).toBeCloseTo(12 * spent, 6);
  }
});

it('the verdict names a service with the most failed calls of one fault', () => {
  const failures = group(
    callsOf().map(({ job, cluster, fault, outcome }) => [
      [`${job} (${cluster}/shop): ${fault}`],
      Number(outcome === 'error'),
    ]),
  );
  const [verdict] = fleet.of('anthropic-triage', 'Who has to act?');
  const most = Math.max(...Object.values(failures));
  expect(verdict?.values[0]?.[1]).toBe(most);
  expect(failures[verdict?.metric['verdict'] ?? '']).toBe(most);
});

it('runs of 5xx are counted for each life of a process', () => {
  const runs = lives.reduce((sum, { calls }) => sum + streaksOf(calls), 0);
  expect(fleet.sum('anthropic-triage', 'Consecutive 5xx responses, by path', 'B')).toBe(runs);
  expect(fleet.sum('anthropic-errors', 'By path: runs of 5xx, and responses 401', 'A')).toBe(runs);
});

it('results of batches and decisions of policies are those that the application saw', async () => {
  const of = (uid: string, title: string, by: string): Expectation => ({
    uid,
    title,
    refIds: [],
    by: [by],
    groups: {},
  });
  const batches = of('anthropic-cost', 'Requests of Message Batches, by result', 'anthropic_batch_result');
  const decided = of('anthropic-errors', 'Decisions of the policies', 'anthropic_resilience_decision');
  const { job } = BATCHES;
  const panels = PANELS.filter(({ name }) => name === `${batches.uid}: ${batches.title}`);
  const ofBatches = await evaluate(prometheus, start, end, { job }, INTERVAL, panels);
  for (const refId of ['A', 'B']) {
    expect(shown(ofBatches, batches, refId)).toEqual(group(batchResults));
    expect(shown(fleet, decided, refId)).toEqual(group(decisions));
  }
});

it('quantiles are within a bucket of the calls that were measured', () => {
  const bounds = METRICS.inferenceDuration.boundaries;
  const bucket = (seconds: number) => bounds.findIndex((bound) => seconds <= bound);
  const sorted = callsOf(({ outcome }) => outcome === 'ok')
    .map(({ seconds }) => seconds)
    .sort((a, b) => a - b);
  for (const [title, phi] of [
    ['Call, ≈ p50', 0.5],
    ['Call, ≈ p95', 0.95],
    ['Call, ≈ p99', 0.99],
  ] as const) {
    const measured = sorted[Math.ceil(phi * sorted.length) - 1] as number;
    const estimated = fleet.sum('anthropic-latency', title);
    expect(
      Math.abs(bucket(estimated) - bucket(measured)),
      `SEED=${SEED} ${title}: ${estimated} and ${measured} s`,
    ).toBeLessThanOrEqual(1);
  }
});

it('gauges state what is open, who reports and what retires', () => {
  const last = (uid: string, title: string, name: string) =>
    fleet
      .of(uid, title)
      .find(({ metric }) => Object.values(metric).includes(name))
      ?.values.at(-1)?.[1];
  for (const { job, cluster } of [SERVICES[4], SERVICES[5]] as Service[]) {
    const waiting = open.filter(({ service }) => service.job === job && service.cluster === cluster).length;
    expect(last('anthropic-triage', 'Calls in progress, by service', `${job} (${cluster}/shop)`), job).toBe(
      waiting,
    );
  }
  // The age is as of the last scrape.
  const age = end - Math.min(...open.map(({ began }) => began));
  const wait = fleet.sum('anthropic-triage', 'Longest wait');
  expect(wait).toBeGreaterThan(2 * INTERVAL);
  expect(wait).toBeLessThanOrEqual(age);
  expect(fleet.sum('anthropic-telemetry', 'Processes')).toBe(running.size);
  expect(fleet.sum('anthropic-telemetry', 'Services')).toBe(SERVICES.length);
  const days = last('anthropic-triage', 'Models in use that retire within a year', HAIKU) as number;
  expect(Math.abs(days - RETIRES_IN)).toBeLessThanOrEqual(1);
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
