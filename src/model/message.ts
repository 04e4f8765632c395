/** The facts of an API Message, and what is billed for it. */
import { modelFamily } from './model-family.ts';

/** Counts of a Message. Unknown counts are absent. */
export interface Usage {
  /** All input tokens, including those read from and written to the cache. */
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  /** The part of `cacheWrite` with the 5-minute and the 1-hour lifetime. */
  readonly cacheWrite5m?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  /** The part of `output` that is thinking. */
  readonly reasoning?: number | undefined;
  /** The usage of compactions, which the API bills but does not include in the counts above. */
  readonly compaction?: Usage | undefined;
  /** Billed uses of server tools. */
  readonly webSearches?: number | undefined;
  readonly webFetches?: number | undefined;
  readonly codeExecutions?: number | undefined;
  /** Where inference ran. `us` has its own price. */
  readonly inferenceGeo?: string | undefined;
  /** The tier that served the request: `standard`, `priority` or `batch`. */
  readonly serviceTier?: string | undefined;
  /** Whether the fast mode served the request. */
  readonly fast?: boolean | undefined;
}

/** The kinds of parts of a Message: see the API's `usage.iterations`. */
export type IterationType = 'message' | 'fallback_message' | 'advisor_message' | 'compaction';

/** One part of a Message, with the tokens that it used. */
export interface Iteration {
  readonly type: IterationType;
  /** The model of this part. Absent if it is the model of the Message. */
  readonly model?: string | undefined;
  readonly usage: Usage;
}

/** The facts of a Message. */
export interface MessageFacts {
  readonly id?: string | undefined;
  readonly model?: string | undefined;
  readonly stopReason?: string | undefined;
  readonly usage: Usage;
  readonly iterations?: readonly Iteration[] | undefined;
}

/** The billed usage of one model for a call. */
export interface Bill {
  /** The requested model. */
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

/** Whether `a` and `b` are models of different families. An unknown model differs from none. */
export function isOtherModel(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b && modelFamily(a) !== modelFamily(b);
}

/** The model to which the API itself switched within `message`. */
export function serverFallbackOf(message: MessageFacts | undefined): string | undefined {
  const { iterations, model } = message ?? {};
  const fallback = iterations?.find(({ type }) => type === 'fallback_message');
  return fallback && (fallback.model ?? model);
}

/**
 * The bills of `message`, the response to a request for `model`: its own usage, and that of other models, which refused earlier or
 * served as advisors.
 *
 * According to https://platform.claude.com/docs/en/build-with-claude/compaction, the sum over the iterations is billed. The usage of
 * the Message covers the iterations of its own model, except compactions.
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

/** The sum of two usages. A count that is unknown in both stays unknown. */
export function addUsage(a: Usage, b: Usage): Usage {
  const compaction =
    a.compaction && b.compaction ? addUsage(a.compaction, b.compaction) : (a.compaction ?? b.compaction);
  return { ...a, ...b, ...combine(a, b, (x, y) => x + y), ...(compaction && { compaction }) };
}

/** The total usage of `bills`, or `undefined` without any. */
export function totalUsage(bills: readonly Bill[]): Usage {
  const [first, ...others] = bills;
  return others.reduce((sum, { usage }) => addUsage(sum, usage), first?.usage ?? {});
}

/** Returns the larger usage. The iterations can equal the usage of the Message, or exceed it if the Message states only the first one. */
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

/** Returns `usage` with the location, tier and speed of `message`, which apply to all of it. */
function modesOf(message: Usage, usage: Usage): Usage {
  const { inferenceGeo, serviceTier, fast } = message;
  return { ...usage, inferenceGeo, serviceTier, fast };
}
