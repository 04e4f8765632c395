/** Pods with policies, and what panels must show of them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../dev/processes.ts';
import { type AnthropicServer, type PlannedResponse, respond } from '../../../src/testing/index.ts';
import type { Expectation } from '../expected/collected.ts';
import type { Random } from './random.ts';
import { HAIKU, OPUS, SONNET } from './records.ts';
import { type Amount, type Groups, group } from './sums.ts';

/** What the pod is to do. The test has planned the responses. */
export type Step =
  | { readonly do: 'open'; readonly model: string }
  | { readonly do: 'retry'; readonly calls: number }
  | { readonly do: 'queue'; readonly queue: 'throttle' | 'concurrency' | 'circuit'; readonly calls: number }
  | { readonly do: 'defer'; readonly requests: number; readonly work: boolean };

/** The retries of the budget, beside what calls add. */
export const RESERVE = 20;

const QUEUES = ['throttle', 'concurrency', 'circuit'] as const;

/** One life of a pod's process, with what it did. */
interface PolicyLife {
  readonly instance: string;
  readonly child: ChildProcess;
  decisions: readonly string[];
  readonly open: string[];
  budget: number;
  readonly waiting: { readonly queue: string; readonly calls: number; readonly since: number }[];
  backlog: number;
  deferredAt: number;
  dead: number;
}

/** Pods whose processes have a number of random things to do. */
export class PolicyPods {
  readonly #server: AnthropicServer;
  readonly #random: Random;
  readonly #ports: ReadonlyMap<string, number>;
  readonly #lives: PolicyLife[] = [];

  private constructor(server: AnthropicServer, random: Random, ports: ReadonlyMap<string, number>) {
    this.#server = server;
    this.#random = random;
    this.#ports = ports;
  }

  static async create(
    server: AnthropicServer,
    random: Random,
    instances: readonly string[],
  ): Promise<PolicyPods> {
    const ports = await Promise.all(instances.map(async (instance) => [instance, await freePort()] as const));
    return new PolicyPods(server, random, new Map(ports));
  }

  /** What Prometheus has to scrape. */
  get scrapeConfig(): object {
    const static_configs = [...this.#ports].map(([instance, port]) => ({
      targets: [`127.0.0.1:${port}`],
      labels: { job: 'policies', instance },
    }));
    return { job_name: 'policies', static_configs };
  }

  /** Starts a process of the pod, or its next one in the same place. */
  async start(instance: string): Promise<void> {
    const file = fileURLToPath(new URL('./policy-pod.ts', import.meta.url));
    const child = fork(file, [this.#server.url, String(this.#ports.get(instance))], { execArgv: [] });
    const life = {
      instance,
      child,
      decisions: [],
      open: [],
      budget: RESERVE,
      waiting: [],
      backlog: 0,
      deferredAt: 0,
      dead: 0,
    };
    this.#lives.push(life);
    await once(child, 'message');
  }

  async kill(instance: string): Promise<void> {
    const { child } = this.#last(instance);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Lets the pod open circuits, use its retry budget, keep calls waiting, and defer requests. */
  async work(instance: string): Promise<void> {
    const life = this.#last(instance);
    const random = this.#random;
    const retries = random.below(8);
    await this.#step(
      life,
      { do: 'retry', calls: retries },
      Array.from({ length: retries }, () => [respond.error(529), respond.ok()]).flat(),
    );
    life.budget += retries * 0.1 - retries;
    for (const model of [OPUS, SONNET, HAIKU]) {
      if (model !== OPUS && random.chance(50)) continue;
      await this.#step(life, { do: 'open', model }, [respond.error(529), respond.error(529)]);
      life.open.push(model);
    }
    for (const queue of QUEUES) {
      const calls = random.below(5);
      const since = Date.now() / 1000;
      await this.#step(
        life,
        { do: 'queue', queue, calls },
        { throttle: [NOTHING_LEFT], concurrency: [respond.hang()], circuit: [] }[queue],
      );
      if (queue === 'circuit') life.budget += calls * 0.1;
      if (calls > 0) life.waiting.push({ queue, calls, since });
    }
    life.dead = random.below(3);
    for (let i = 0; i < life.dead; i++)
      await this.#step(life, { do: 'defer', requests: 1, work: true }, [respond.error(400)]);
    life.backlog = random.below(6);
    life.deferredAt = Date.now() / 1000;
    await this.#step(life, { do: 'defer', requests: life.backlog, work: false }, []);
  }

  async #step(life: PolicyLife, step: Step, plan: readonly PlannedResponse[]): Promise<void> {
    this.#server.plan(plan);
    const reply = once(life.child, 'message');
    life.child.send(step);
    const [{ decisions, error }] = await reply;
    if (error !== undefined) throw new Error(error);
    life.decisions = decisions;
  }

  #last(instance: string): PolicyLife {
    const life = this.#lives.findLast((each) => each.instance === instance);
    if (!life) throw new Error(`there is no ${instance}`);
    return life;
  }

  /** What the panels of policies must show at `end`, a scrape every `interval` seconds. */
  expectations(end: number, interval: number): Expectation[] {
    const stated = [...this.#ports.keys()].map((instance) => this.#last(instance));
    const alive = stated.filter(({ child }) => child.signalCode === null && child.exitCode === null);
    const expectation = (
      how: 'count' | 'now',
      title: string,
      refIds: string,
      by: readonly string[],
      groups: Groups,
    ): Expectation => ({
      uid: 'anthropic-errors',
      title,
      refIds: [...refIds],
      by,
      groups,
      how,
    });
    const nameOf = (decision: string) => decision.slice(0, decision.indexOf(' '));
    const countsOf = ({ decisions }: PolicyLife) => group(decisions.map((each) => [[each], 1]));
    const decided = group(
      this.#lives.flatMap((life) => life.decisions.map((each) => [[nameOf(each)], 1] as const)),
    );
    // Of a process that ended, what it stated last counts for five minutes: all of it, or what the next process in its place has not stated anew.
    const series = this.#lives.map((life) =>
      Object.fromEntries(
        Object.entries(countsOf(life)).map(([key, value]) => [`${life.instance} ${key}`, value]),
      ),
    );
    const statedDecisions = group(
      Object.entries(Object.assign({}, ...series) as Record<string, number>).map(([key, value]) => [
        [key.split(' ')[1] ?? ''],
        value,
      ]),
    );
    const age = (since: readonly number[]): Amount => [
      Math.max(0, end - Math.min(...since) - 6 * interval),
      end - Math.min(...since) + 0.5,
    ];
    const waiting = alive.flatMap((life) => life.waiting);
    const ages = QUEUES.flatMap((queue) => {
      const since = waiting.filter((each) => each.queue === queue).map((each) => each.since);
      return since.length > 0 ? [[queue, age(since)] as const] : [];
    });
    const deferring = alive.filter(({ backlog }) => backlog > 0);
    const hours =
      deferring.length === 0
        ? undefined
        : (age(deferring.map(({ deferredAt }) => deferredAt)) as readonly [number, number]);
    const largest = (of: (life: PolicyLife) => number) => group([[['reports'], Math.max(...alive.map(of))]]);
    const decision = ['anthropic_resilience_decision'];
    const queue = ['anthropic_resilience_queue'];
    const wait = 'Calls that wait, and the longest wait';
    const defers = 'Deferred requests and dead letters';
    return [
      expectation('count', 'Decisions of the policies', 'AB', decision, decided),
      expectation(
        'now',
        'Decisions of the last 5 minutes',
        'A',
        decision,
        Object.fromEntries(
          Object.entries(decided).map(([name, all]) => [name, [statedDecisions[name] ?? 0, all]]),
        ),
      ),
      expectation(
        'now',
        'Open circuits, by model',
        'A',
        ['gen_ai_request_model', 'http_route'],
        group(alive.flatMap(({ open }) => open.map((model) => [[model, '/v1/messages'], 1] as const))),
      ),
      expectation(
        'now',
        'Retry budget: the 10 processes with the least',
        'A',
        ['instance'],
        // A process has a budget from its first call on, which changes it.
        group(alive.flatMap(({ instance, budget }) => (budget === RESERVE ? [] : [[[instance], budget]]))),
      ),
      expectation('now', wait, 'A', queue, group(waiting.map((each) => [[each.queue], each.calls]))),
      expectation('now', wait, 'B', queue, Object.fromEntries(ages)),
      expectation(
        'now',
        defers,
        'A',
        queue,
        largest(({ backlog }) => backlog),
      ),
      expectation('now', defers, 'B', queue, hours ? { reports: [hours[0] / 3600, hours[1] / 3600] } : {}),
      expectation(
        'now',
        defers,
        'C',
        queue,
        largest(({ dead }) => dead),
      ),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child } of this.#lives) child.kill('SIGKILL');
  }
}

/** A response that states that nothing is left of a limit for an hour. */
const NOTHING_LEFT = respond.ok({
  headers: {
    'anthropic-ratelimit-requests-limit': '100',
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': new Date(Date.now() + 3_600_000).toISOString(),
  },
});
