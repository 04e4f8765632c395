import type { ReceivedRequest } from '../api/ledger.ts';
import { expectInteger, expectList, expectNumber, expectOptions, expectString } from '../expect.ts';
import { isPlannedResponse, type PlannedResponse } from './planned-response.ts';
import { type Random, seededRandom } from './random.ts';
import { respond } from './respond.ts';

/** Which requests are meant; every field that is given must fit. */
export interface RequestMatch {
  /** The path without its query: exactly, or by a pattern. */
  readonly path?: string | RegExp;
  /** The model of the request, exactly. */
  readonly model?: string;
  /** The HTTP method, in capitals. */
  readonly method?: string;
  /** Whether the request asks for a stream. */
  readonly stream?: boolean;
}

/** Random faults, which are always the same for the same seed and order of requests. */
export interface FaultOptions extends RequestMatch {
  /** The share of matching requests that fail, from 0 to 1. */
  readonly rate: number;
  /** The responses that they get, chosen evenly. @default [respond.error(529)] */
  readonly responses?: readonly PlannedResponse[];
  /** Seed of the choice. @default 1 */
  readonly seed?: number;
}

const RESPONSES = ['a response of `respond`', 'responses of `respond`'] as const;
const MATCH_KEYS = ['path', 'model', 'method', 'stream'];

/** The planned responses that wait for their requests, and the random faults behind them. */
export class ResponsePlan {
  #steps: { readonly response: PlannedResponse; readonly match: RequestMatch }[] = [];
  #faults: { readonly options: FaultOptions; readonly random: Random }[] = [];

  /** How many planned responses are still waiting. */
  get pending(): number {
    return this.#steps.length;
  }

  /** Appends responses. @throws TypeError naming the wrong argument. */
  add(steps: readonly PlannedResponse[], match: RequestMatch): void {
    if (steps === undefined)
      throw new TypeError('Expected `steps` to be an array of responses of `respond`, got undefined');
    expectList('steps', steps, RESPONSES, isPlannedResponse);
    checkMatch('match', match, MATCH_KEYS);
    this.#steps.push(...steps.map((step) => ({ response: step, match })));
  }

  /** Replaces the random faults. @throws TypeError naming the wrong option. */
  setFaults(faults: readonly FaultOptions[]): void {
    for (const options of faults) {
      checkMatch('faults', options, [...MATCH_KEYS, 'rate', 'responses', 'seed']);
      if (options.rate === undefined)
        throw new TypeError('Expected `faults.rate` to be a number from 0 to 1');
      expectNumber('faults.rate', options.rate, 0, 1);
      expectList('faults.responses', options.responses, RESPONSES, isPlannedResponse);
      expectInteger('faults.seed', options.seed);
    }
    this.#faults = faults.map((options) => ({ options, random: seededRandom(options.seed ?? 1) }));
  }

  /** Forgets all of it. */
  reset(): void {
    this.#steps = [];
    this.#faults = [];
  }

  /** The response to a request: the first matching planned one, else a random one, else none. */
  take(request: ReceivedRequest): PlannedResponse | undefined {
    const index = this.#steps.findIndex(({ match }) => matches(request, match));
    if (index !== -1) return this.#steps.splice(index, 1)[0]?.response;
    for (const { options, random } of this.#faults) {
      if (!matches(request, options) || random() >= options.rate) continue;
      const responses = options.responses ?? [respond.error(529)];
      return responses[Math.floor(random() * responses.length)];
    }
    return undefined;
  }
}

function matches(request: ReceivedRequest, { path, model, method, stream }: RequestMatch): boolean {
  return (
    (path === undefined || (typeof path === 'string' ? path === request.path : path.test(request.path))) &&
    (model === undefined || model === request.model) &&
    (method === undefined || method === request.method) &&
    (stream === undefined || stream === request.stream)
  );
}

function checkMatch(name: string, match: RequestMatch, known: readonly string[]): void {
  expectOptions(name, match, known);
  if (!(match.path instanceof RegExp)) expectString(`${name}.path`, match.path);
  expectString(`${name}.model`, match.model);
  expectString(`${name}.method`, match.method);
}
