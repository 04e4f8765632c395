/** A local API, a client with policies, and what they decided. */
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import { onTestFinished } from 'vitest';
import type { Decision, Middleware, PolicyOptions } from '../../../src/resilience/index.ts';
import {
  type AnthropicServer,
  type AnthropicServerOptions,
  startAnthropicServer,
} from '../../../src/testing/index.ts';
import { FakeClock, type FakeClockOptions } from './fake-clock.ts';

/** Settings of a setup. */
export interface SetupOptions {
  readonly server?: AnthropicServerOptions;
  readonly client?: ClientOptions;
  readonly clock?: FakeClockOptions;
}

/** What a test works with. */
export interface Setup {
  readonly server: AnthropicServer;
  readonly client: Anthropic;
  readonly clock: FakeClock;
  readonly decisions: readonly Decision[];
  /** The names of the decisions. */
  names(): string[];
  /** The statuses that the API sent, in order. */
  statuses(): (number | null)[];
  newClient(options?: ClientOptions): Anthropic;
}

/** Starts an API and a client with the middleware that `create` makes. */
export async function setup(
  create: (common: Required<PolicyOptions>) => Middleware | Middleware[],
  options: SetupOptions = {},
): Promise<Setup> {
  const clock = new FakeClock(options.clock);
  const server = await startAnthropicServer({ now: () => clock.now(), ...options.server });
  onTestFinished(() => server.close());
  const decisions: Decision[] = [];
  const middleware = [create({ clock, onDecision: (decision) => decisions.push(decision) })].flat();
  const newClient = (more: ClientOptions = {}): Anthropic =>
    new Anthropic({
      baseURL: server.url,
      apiKey: 'test-key',
      maxRetries: 0,
      logLevel: 'off',
      middleware,
      ...options.client,
      ...more,
    });
  return {
    server,
    client: newClient(),
    clock,
    decisions,
    names: () => decisions.map(({ name }) => name),
    statuses: () => server.requests.map(({ status }) => status),
    newClient,
  };
}

/** What comes of `promise`, while the clock moves on by `stepMs` as often as it takes. Responses have time to arrive in between. */
export async function passTime<Result>(
  clock: FakeClock,
  promise: PromiseLike<Result>,
  stepMs = 250,
): Promise<Result> {
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  promise.then(end, end);
  while (!ended) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (!ended) clock.advance(stepMs);
  }
  return promise;
}
