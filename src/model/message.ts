/** What a Message of the API states, and what is billed for it. */
import { modelFamily } from './model-family.ts';

/** Counts of a Message. What is not known is absent. */
export interface Usage {
  /** All input tokens, those read from and written to the cache included. */
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  /** The part of `cacheWrite` with the 5-minute and the 1-hour lifetime. */
  readonly cacheWrite5m?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  /** The part of `output` that is thinking. */
  readonly reasoning?: number | undefined;
  /** What compactions used, which the API bills and does not count above. */
  readonly compaction?: Usage | undefined;
  /** Billed uses of server tools. */
  readonly webSearches?: number | undefined;
  readonly webFetches?: number | undefined;
  readonly codeExecutions?: number | undefined;
  /** Where inference ran: `us` has a price of its own. */
  readonly inferenceGeo?: string | undefined;
  /** The tier that served the request: `standard`, `priority` or `batch`. */
  readonly serviceTier?: string | undefined;
  /** Whether the fast mode served the request. */
  readonly fast?: boolean | undefined;
}

/** The parts that a Message can be made of: see `usage.iterations` of the API. */
export type IterationType = 'message' | 'fallback_message' | 'advisor_message' | 'compaction';

/** One part of a Message, with the tokens that it used. */
export interface Iteration {
  readonly type: IterationType;
  /** The model of this part; absent where it is that of the Message. */
  readonly model?: string | undefined;
  readonly usage: Usage;
}

/** What a Message states. */
export interface MessageFacts {
  readonly id?: string | undefined;
  readonly model?: string | undefined;
  readonly stopReason?: string | undefined;
  readonly usage: Usage;
  readonly iterations?: readonly Iteration[] | undefined;
}

/** What one model used for a call, for which it is billed. */
export interface Bill {
  /** The model that was asked for. */
  readonly model?: string | undefined;
  readonly responseModel?: string | undefined;
  readonly usage: Usage;
}

/** The counts of a usage. */
const COUNTS = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite5m',
  'cacheWrite1h',
  'reasoning',
  'webSearches',
  'webFetches',
  'codeExecutions',
] as const;

/** Whether `a` and `b` are models of two families. What is not known differs from nothing. */
export function isOtherModel(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b && modelFamily(a) !== modelFamily(b);
}

/** The model that took over from the one asked for within `message`, on the side of the API. */
export function serverFallbackOf(message: MessageFacts | undefined): string | undefined {
  const { iterations, model } = message ?? {};
  const fallback = iterations?.find(({ type }) => type === 'fallback_message');
  return fallback && (fallback.model ?? model);
}

/**
 * What is billed for `message`, in response to a request for `model`: its own usage, and what other models used for it: those that
 * refused before, and advisors.
 *
 * By https://platform.claude.com/docs/en/build-with-claude/compaction, what is billed is the sum over the iterations. The usage of the Message
 * has the iterations of its own model but for compactions.
 */
export function billsOf(message: MessageFacts, model: string | undefined): readonly Bill[] {
  const { iterations = [], usage } = message;
  if (iterations.length === 0) return [{ model, responseModel: message.model, usage }];
  let own: Usage = {};
  let compaction: Usage = {};
  const others = new Map<string, Usage>();
  for (const each of iterations) {
    if (each.type === 'compaction') compaction = addUsage(compaction, each.usage);
    else if (each.model !== undefined && isOtherModel(each.model, message.model)) {
      others.set(each.model, addUsage(others.get(each.model) ?? {}, each.usage));
    } else own = addUsage(own, each.usage);
  }
  const main: Usage = {
    ...usage,
    ...largerOf(usage, own),
    ...(Object.keys(compaction).length > 0 && { compaction }),
  };
  const served = serverFallbackOf(message) ?? model;
  return [
    { model: served, responseModel: message.model, usage: main },
    ...[...others].map(([other, used]) => ({
      model: other,
      responseModel: other,
      usage: modesOf(usage, used),
    })),
  ];
}

/** The sum of two usages; what neither knows stays unknown. */
export function addUsage(a: Usage, b: Usage): Usage {
  const compaction =
    a.compaction && b.compaction ? addUsage(a.compaction, b.compaction) : (a.compaction ?? b.compaction);
  return { ...a, ...b, ...combine(a, b, (x, y) => x + y), ...(compaction && { compaction }) };
}

/** The usage of all `bills` together; `undefined` without any. */
export function totalUsage(bills: readonly Bill[]): Usage {
  const [first, ...others] = bills;
  return others.reduce((sum, { usage }) => addUsage(sum, usage), first?.usage ?? {});
}

/** The usage of the iterations is that of the Message, or all of it where the Message states the first alone. */
function largerOf(a: Usage, b: Usage): Usage {
  return combine(a, b, Math.max);
}

function combine(a: Usage, b: Usage, merge: (a: number, b: number) => number): Usage {
  const merged: { -readonly [Key in keyof Usage]: Usage[Key] } = {};
  for (const name of COUNTS) {
    if (a[name] !== undefined || b[name] !== undefined) merged[name] = merge(a[name] ?? 0, b[name] ?? 0);
  }
  return merged;
}

/** `usage` with the place, tier and speed of `message`, which hold for all of it. */
function modesOf(message: Usage, usage: Usage): Usage {
  const { inferenceGeo, serviceTier, fast } = message;
  return { ...usage, inferenceGeo, serviceTier, fast };
}
