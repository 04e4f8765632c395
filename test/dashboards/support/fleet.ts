/**
 * Services of two pods each, whose calls a generator makes up: every kind of end, on four models, with and without policies. A third of the services
 * lose a pod, another third has a pod that restarts in place. Beside them are a service that reads results of batches, and processes whose policies
 * retry, open circuits, queue and defer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type Prometheus, startPrometheus } from '../../../dev/prometheus.ts';
import { rulesYaml } from '../../../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../../../src/mixin/config.ts';
import { dashboardRecordsYaml, RECORD_DELAY } from '../../../src/mixin/dashboards/records.ts';
import { fallback, retry } from '../../../src/resilience/index.ts';
import {
  type AnthropicServer,
  DEFAULT_MODELS,
  type PlannedResponse,
  respond,
  startAnthropicServer,
} from '../../../src/testing/index.ts';
import { evaluate, type Question, type Results } from './evaluate.ts';
import type { Ledger, Life, OpenCall } from './ledger.ts';
import { type Caller, makeCalls } from './moves.ts';
import { type PodName, type Pods, startPods } from './pods.ts';
import { PolicyPods } from './policies.ts';
import { Random } from './random.ts';
import { HAIKU, MODELS, OPUS, UNKNOWN } from './records.ts';
import { makeServices, type Service, SLOWEST_SCRAPE } from './services.ts';
import { Wire } from './wire.ts';

/** Seconds between two scrapes. */
export const INTERVAL = 5;
/** Days until a model of the fleet retires. */
export const RETIRES_IN = 26;
/** A service that reads results of batches, apart from those whose calls are in the ledger. */
const BATCHES: PodName = { cluster: 'us', namespace: 'shop', job: 'batches', instance: 'batches-a' };
const POLICY_PODS = ['policies-a', 'policies-b', 'policies-c', 'policies-d'] as const;
const now = (): number => Math.floor(Date.now() / 1000);

/** A fleet, and what it did. */
export class Fleet implements AsyncDisposable {
  readonly services: readonly Service[];
  /** The results of the batch that was read. */
  readonly batchResults: [key: readonly string[], value: number][] = [];
  readonly policies: PolicyPods;
  /** The metrics page of each pod at the end. */
  pages: [PodName, string][] = [];
  /** Firing alerts at the end, as the rule engine has them. */
  alerts: Readonly<Record<string, string>>[] = [];
  /** When the second half of the time range begins, in Unix seconds. */
  middle = 0;
  /** What all panels show before any process reports, and before any of them makes a call. */
  silent: Results | undefined;
  idle: Results | undefined;
  readonly #random: Random;
  readonly #server: AnthropicServer;
  readonly #pods: Pods;
  readonly #prometheus: Prometheus;
  readonly #from = now() - 5;
  #end = 0;
  readonly #lives: (Life & Caller)[] = [];
  readonly #running = new Map<PodName, Life & Caller>();
  readonly #open: (OpenCall & { readonly abort: AbortController; readonly ended: Promise<unknown> })[] = [];

  private constructor(
    services: readonly Service[],
    random: Random,
    server: AnthropicServer,
    pods: Pods,
    policies: PolicyPods,
    prometheus: Prometheus,
  ) {
    this.services = services;
    this.#random = random;
    this.#server = server;
    this.#pods = pods;
    this.policies = policies;
    this.#prometheus = prometheus;
  }

  /** Starts the API, Prometheus with all rules, and the processes of policies; the pods start with {@link play}. */
  static async start(seed: number, count: number): Promise<Fleet> {
    // Decisions of policies find their call by it.
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const random = new Random(seed);
    const services = makeServices(count, random);
    const models = [...DEFAULT_MODELS, UNKNOWN];
    const server = await startAnthropicServer({ retryAfterMs: 1, apiKeys: ['good-key'], batchMs: 0, models });
    const retiresAt = new Date(Date.now() + RETIRES_IN * 86_400_000).toISOString().slice(0, 10);
    const pods = await startPods(
      [BATCHES, ...services.flatMap((service) => service.pods)],
      server.url,
      { retirements: { [HAIKU]: retiresAt }, attributionKeys: ['team'] },
      () => Math.random() * 1000 * SLOWEST_SCRAPE,
    );
    const policies = await PolicyPods.create(server, random, POLICY_PODS);
    const prometheus = await startPrometheus({
      files: {
        // A record is of a minute; all else need not wait for one.
        'rules.yaml': rulesYaml(DEFAULT_CONFIG).replaceAll('interval: 1m', `interval: ${INTERVAL}s`),
        'records.yaml': dashboardRecordsYaml(DEFAULT_CONFIG),
      },
      config: {
        global: {
          scrape_interval: `${INTERVAL}s`,
          scrape_timeout: `${INTERVAL}s`,
          evaluation_interval: `${INTERVAL}s`,
        },
        rule_files: ['rules.yaml', 'records.yaml'],
        scrape_configs: [pods.scrapeConfig, policies.scrapeConfig],
      },
    });
    return new Fleet(services, random, server, pods, policies, prometheus);
  }

  /** Starts processes, lets them make calls, kills and restarts some, and leaves calls in progress. */
  async play(): Promise<void> {
    await this.#seen('count(ALERTS{alertname="AnthropicWatchdog"})', 1);
    this.silent = await this.#ask(now());
    // Half of the pods are known before their first call; the others have made calls before their first scrape.
    for (const service of this.services) this.#start(service, service.pods[0]);
    for (const pod of POLICY_PODS) await this.policies.start(pod);
    await this.#seen('count(anthropic_client_start_time{job=~"service-.+"})', this.services.length);
    this.idle = await this.#ask(now());
    for (const service of this.services) this.#start(service, service.pods[1]);
    await this.#traffic(5);
    await this.#readBatch();
    for (const pod of POLICY_PODS) await this.policies.work(pod);
    await this.#scraped();
    // A restart within the minute of a record can hide what the old life counted in that minute.
    await this.#recorded(now());
    this.middle = now();
    await this.#replace();
    await this.#traffic(3);
    await this.#scraped();
    await this.#recorded(now());
    await this.#leaveOpen();
    this.#end = now();
    // A scrape that has begun ends before the configuration changes.
    await sleep(1000 * (SLOWEST_SCRAPE + 1));
    await this.#freeze();
  }

  /** What all of it must come to. */
  get ledger(): Ledger {
    return {
      lives: this.#lives,
      running: new Set(this.#running.values()),
      open: this.#open,
      from: this.#from,
      end: this.#end,
      interval: INTERVAL,
    };
  }

  /** What the panels show, of the services whose calls are in the ledger unless `question` says otherwise. */
  ask(question: Partial<Question> = {}): Promise<Results> {
    return this.#ask(this.#end, question);
  }

  #ask(to: number, question: Partial<Question> = {}): Promise<Results> {
    const variables = { job: 'service-.+', ...question.variables };
    return evaluate(this.#prometheus, {
      from: this.#from,
      to,
      scrapeInterval: INTERVAL,
      ...question,
      variables,
    });
  }

  #start({ kind, trouble }: Service, pod: PodName): void {
    const policy = {
      sdk: {},
      fallback: { maxRetries: 0, middleware: [fallback({ chain: [{ model: HAIKU }] })] },
      // The budget belongs to the process, which all pods share here.
      retry: { maxRetries: 0, middleware: [retry({ budget: false })] },
    }[kind];
    const random = this.#random;
    const wire = new Wire();
    // Some pods have a disk that is full from time to time.
    const broken = random.chance(20);
    const info = () => {
      if (!broken || !random.chance(10)) return;
      life.lostLines++;
      throw new Error('the disk is full');
    };
    const logger = { info, warn() {}, error() {} };
    const life = {
      pod,
      startedAt: Date.now() / 1000,
      calls: [],
      wire,
      kind,
      trouble,
      unobserved: random.chance(10) ? 1 + random.below(2) : 0,
      lostLines: 0,
      client: this.#pods.start(pod, { ...policy, fetch: wire.fetch }, { logger }),
    };
    for (let each = 0; each < life.unobserved; each++) this.#pods.makeUnobserved(pod);
    this.#lives.push(life);
    this.#running.set(pod, life);
  }

  /** Kills a third of the second pods; another third starts again in place. */
  async #replace(): Promise<void> {
    for (const [index, service] of this.services.entries()) {
      const pod = service.pods[1];
      if (index % 3 === 2) continue;
      await this.#pods.kill(pod);
      this.#running.delete(pod);
      if (index % 3 === 1) this.#start(service, pod);
    }
    for (const pod of POLICY_PODS.slice(0, 2)) await this.policies.kill(pod);
    await this.policies.start(POLICY_PODS[1]);
    await this.policies.work(POLICY_PODS[1]);
  }

  /** Calls of every pod that runs. */
  async #traffic(count: number): Promise<void> {
    for (const life of this.#running.values()) {
      const { cluster, job, instance } = life.pod;
      for (let each = 0; each < count; each++) {
        if (this.#random.chance(5)) this.#drain();
        const calls = await makeCalls(life, this.#server, this.#random);
        life.calls.push(...calls.map((call) => ({ ...call, cluster, job, instance })));
      }
    }
  }

  /** Others of the organization use up a part of its limits. */
  #drain(): void {
    const left = (2 + this.#random.below(30)) / 100;
    this.#server.drain(this.#random.one(MODELS), {
      requests: Math.floor(4000 * left),
      inputTokens: Math.floor(2_000_000 * left),
      outputTokens: Math.floor(400_000 * left),
    });
  }

  /** An application reads the results of a batch, one of which failed. */
  async #readBatch(): Promise<void> {
    const { batches } = this.#pods.start(BATCHES).messages;
    const params = { model: OPUS, max_tokens: 10, messages: [{ role: 'user' as const, content: 'Hello' }] };
    const requests = Array.from({ length: 1 + this.#random.below(9) }, (_, index) => ({
      custom_id: `ok-${index}`,
      params,
    }));
    const unknown = { custom_id: 'unknown', params: { ...params, model: 'claude-unknown' } };
    const { id } = await batches.create({ requests: [...requests, unknown] });
    for await (const { result } of await batches.results(id)) this.batchResults.push([[result.type], 1]);
  }

  /** Four calls are in progress at the end. */
  async #leaveOpen(): Promise<void> {
    const services = this.services.filter(({ kind }) => kind === 'sdk');
    for (const phase of ['first_byte', 'first_byte', 'streaming', 'retry_wait'] as const)
      await this.#hang(this.#random.one(services), phase);
    await this.#seen('sum(anthropic_client_active_calls{job=~"service-.+"})', this.#open.length);
    await this.#scraped();
  }

  async #hang({ pods: [pod] }: Service, phase: OpenCall['phase']): Promise<void> {
    const plans: Readonly<Record<OpenCall['phase'], PlannedResponse>> = {
      first_byte: respond.hang(),
      streaming: respond.hangBody(),
      retry_wait: respond.error(529, { headers: { 'retry-after-ms': '55000' } }),
    };
    const abort = new AbortController();
    const received = this.#server.requests.length;
    this.#server.plan([plans[phase]]);
    const { client } = this.#running.get(pod) as Life & Caller;
    const since = Date.now() / 1000;
    const options = { signal: abort.signal, timeout: 300_000, maxRetries: 2 };
    const body = { model: OPUS, max_tokens: 10, messages: [{ role: 'user' as const, content: 'Wait' }] };
    const call = async (messages: Anthropic['messages']) => {
      if (phase !== 'streaming') return messages.create(body, options);
      for await (const _ of await messages.create({ ...body, stream: true }, options));
    };
    const ended = call(client.messages).catch(() => {});
    this.#open.push({ pod, model: OPUS, phase, since, abort, ended });
    await this.#server.waitForRequests(received + 1);
  }

  /** From here on nothing changes, and all of the machine is for queries. */
  async #freeze(): Promise<void> {
    for (const { wire } of this.#lives) wire.freeze();
    await this.#prometheus.configure({ global: { scrape_interval: '1h' } });
    const query = 'ALERTS{alertstate="firing", alertname!="AnthropicWatchdog"}';
    const firing = await this.#prometheus.instant(query, this.#end);
    this.alerts = firing
      .map(({ metric }) => metric)
      .filter(({ job = 'service-' }) => job.startsWith('service-'));
    this.pages = await Promise.all(
      [...this.#running.keys()].map(async (pod) => [pod, await this.#pods.page(pod)] as [PodName, string]),
    );
  }

  async #seen(query: string, value: number): Promise<void> {
    while ((await this.#prometheus.number(query)) !== value) await sleep(200);
  }

  /** Waits until every pod that lives has been scraped, each at a moment of its own, for longer than restarts are looked for. */
  async #scraped(): Promise<void> {
    await sleep(3.6 * 1000 * INTERVAL);
  }

  /** Waits until the minute in which `time` lies has been recorded. */
  async #recorded(time: number): Promise<void> {
    const query = 'max(timestamp(service:anthropic_client_calls:events1m))';
    while ((await this.#prometheus.number(query)) < time + RECORD_DELAY.seconds) await sleep(200);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { abort } of this.#open) abort.abort();
    await Promise.all(this.#open.map(({ ended }) => ended));
    await this.policies[Symbol.asyncDispose]();
    await this.#pods[Symbol.asyncDispose]();
    await this.#prometheus[Symbol.asyncDispose]();
    await this.#server.close();
  }
}
