/** What a scenario has to work with, and what it is. */
import type Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions } from '@anthropic-ai/sdk';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import type { AnthropicServer, PlannedResponse } from '../../../src/testing/index.ts';

/** The exports of the SDK, ES module or CommonJS. */
export type Sdk = typeof import('@anthropic-ai/sdk');

/** The application's surroundings in one scenario. */
export interface World {
  readonly sdk: Sdk;
  readonly server: AnthropicServer;
  /** The request of the scenarios. Frozen: only the application changes it. */
  readonly hello: MessageCreateParamsNonStreaming;
  /** What stands for the application's data: in requests, in responses, in errors. */
  readonly planted: (where: string) => string;
  /** Client options for the server, without the observer's. */
  options(more?: ClientOptions): ClientOptions;
  /** Adds telemetry to client options, as an application does in code. Without telemetry: the options themselves. */
  observed<Options extends object>(options: Options): Options;
  /** Adds telemetry to a client that is already there. Without telemetry: the client itself. */
  observedClient<Client extends object>(client: Client): Client;
  /** A client of the scenario. */
  client(more?: ClientOptions): Anthropic;
  /** What `fetch` threw so far, in order: causes are compared with it by identity. */
  readonly thrown: unknown[];
  /** What `fetch` returned so far, in order. */
  readonly responses: unknown[];
  /** An SDK of another version or another copy. */
  copy(name: string): Promise<Sdk>;
}

/** Something that an application does. What it returns or throws is compared. */
export interface Scenario {
  readonly name: string;
  /** The responses of the API, in order. */
  readonly plan?: (planted: World['planted']) => readonly PlannedResponse[];
  readonly use: (world: World) => Promise<unknown>;
  /** Whether the SDK itself behaves differently here as soon as a client has any middleware: then that is what counts. */
  readonly anyMiddleware?: boolean;
}

/** A list of scenarios from a table by name. */
export function scenarios(
  table: Readonly<Record<string, Omit<Scenario, 'name'> | Scenario['use']>>,
): Scenario[] {
  return Object.entries(table).map(([name, given]) =>
    typeof given === 'function' ? { name, use: given } : { name, ...given },
  );
}

/** Every item of `items`. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** What `promise` came to, so that a scenario can go on after a failure. */
export async function outcome(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    return { fulfilled: await promise };
  } catch (rejected) {
    return { rejected };
  }
}
