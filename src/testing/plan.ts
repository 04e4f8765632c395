import { answer } from './answer.ts';
import { type Answer, isAnswer } from './answer-types.ts';
import { expectInteger, expectList, expectNumber, expectOptions, expectString } from './expect.ts';
import type { ReceivedRequest } from './ledger.ts';
import { type Random, seededRandom } from './random.ts';

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

/** Faults by chance, always the same for the same seed and order of requests. */
export interface FaultOptions extends RequestMatch {
  /** The part of matching requests that fail, 0 to 1. */
  readonly rate: number;
  /** What they get, chosen evenly. @default [answer.error(529)] */
  readonly answers?: readonly Answer[];
  /** Seed of the choice. @default 1 */
  readonly seed?: number;
}

const ANSWERS = ['an answer', 'answers'] as const;
const MATCH_KEYS = ['path', 'model', 'method', 'stream'];

/** The scripted answers that wait for their requests, and the faults by chance behind them. */
export class AnswerPlan {
  #steps: { readonly answer: Answer; readonly match: RequestMatch }[] = [];
  #faults: { readonly options: FaultOptions; readonly random: Random }[] = [];

  /** How many scripted answers are still waiting. */
  get pending(): number {
    return this.#steps.length;
  }

  /** Appends answers. @throws TypeError naming the wrong argument. */
  add(steps: readonly Answer[], match: RequestMatch): void {
    if (steps === undefined) throw new TypeError('Expected `steps` to be an array of answers, got undefined');
    expectList('steps', steps, ANSWERS, isAnswer);
    checkMatch('match', match, MATCH_KEYS);
    this.#steps.push(...steps.map((step) => ({ answer: step, match })));
  }

  /** Replaces the faults by chance. @throws TypeError naming the wrong option. */
  setFaults(faults: readonly FaultOptions[]): void {
    for (const options of faults) {
      checkMatch('faults', options, [...MATCH_KEYS, 'rate', 'answers', 'seed']);
      if (options.rate === undefined)
        throw new TypeError('Expected `faults.rate` to be a number from 0 to 1');
      expectNumber('faults.rate', options.rate, 0, 1);
      expectList('faults.answers', options.answers, ANSWERS, isAnswer);
      expectInteger('faults.seed', options.seed);
    }
    this.#faults = faults.map((options) => ({ options, random: seededRandom(options.seed ?? 1) }));
  }

  /** Forgets all of it. */
  reset(): void {
    this.#steps = [];
    this.#faults = [];
  }

  /** The answer for a request: the first scripted one that fits, else one by chance, else none. */
  take(request: ReceivedRequest): Answer | undefined {
    const index = this.#steps.findIndex(({ match }) => matches(request, match));
    if (index !== -1) return this.#steps.splice(index, 1)[0]?.answer;
    for (const { options, random } of this.#faults) {
      if (!matches(request, options) || random() >= options.rate) continue;
      const answers = options.answers ?? [answer.error(529)];
      return answers[Math.floor(random() * answers.length)];
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
