/**
 * The shape of a request that the API rejected. It is sufficient to fix the code that built the request, but contains none of its
 * values. Only names of the API's own vocabulary are recorded (`api-names.ts`). Any other name could be content, and is counted as
 * `_OTHER`. The shape does not descend into objects in which the application names the fields (tool inputs, JSON schemas, metadata).
 */
import { BETAS, FIELDS, ROLES, TYPES } from './api-names.ts';
import { OTHER } from './errors.ts';

/** A type name, a count of items without an API name, the fields of an object, or the shapes of a list's items by kind. */
export type ShapeTree = string | number | { readonly [field: string]: ShapeTree };

/** The shape of a request. */
export interface RequestShape {
  readonly fields: ShapeTree;
  /** Messages by role. */
  readonly messages: Readonly<Record<string, number>>;
  /** Content blocks by type. */
  readonly blocks: Readonly<Record<string, number>>;
  readonly tools: number;
  /** Size of the body in UTF-8 bytes, if it was sent as text. */
  readonly bytes?: number | undefined;
  readonly betas: readonly string[];
  /** The number of other betas that the request names. */
  readonly otherBetas?: number | undefined;
  /** The field that the API's message names, such as `messages.0.content`, up to the first name that is not the API's. */
  readonly errorField?: string | undefined;
}

/** Fields in which the application names the fields. */
const OPAQUE = new Set([
  'input',
  'input_schema',
  'input_examples',
  'configs',
  'metadata',
  'schema',
  'data',
  'properties',
  'content_schema',
]);
const MAX_DEPTH = 6;
const MAX_ITEMS = 1000;

/** The shape of the request `body` that was sent as `text` and that the API rejected with `message`. */
export function requestShape(
  body: unknown,
  text: unknown,
  betas: string | null,
  message: string | undefined,
): RequestShape {
  const fields = isObject(body) ? body : {};
  const messages = Array.isArray(fields['messages']) ? fields['messages'].slice(0, MAX_ITEMS) : [];
  const blocks: Record<string, number> = {};
  const roles: Record<string, number> = {};
  for (const each of messages) {
    if (!isObject(each)) continue;
    increment(roles, known(ROLES, each['role']));
    if (typeof each['content'] === 'string') increment(blocks, 'string');
    if (!Array.isArray(each['content'])) continue;
    for (const block of each['content'].slice(0, MAX_ITEMS)) {
      increment(blocks, isObject(block) ? known(TYPES, block['type']) : typeOf(block));
    }
  }
  return {
    fields: tree(body, MAX_DEPTH),
    messages: roles,
    blocks,
    tools: Array.isArray(fields['tools']) ? fields['tools'].length : 0,
    bytes: typeof text === 'string' ? Buffer.byteLength(text) : undefined,
    ...knownBetas(betas),
    errorField: errorField(message, body),
  };
}

function knownBetas(header: string | null): Pick<RequestShape, 'betas' | 'otherBetas'> {
  const betas = new Set((header ?? '').split(',').map((beta) => beta.trim()));
  betas.delete('');
  const known = [...betas].filter((beta) => BETAS.has(beta));
  return { betas: known, otherBetas: betas.size - known.length || undefined };
}

/** Fields that a rejection names if they are missing. */
const REQUIRED = new Set(['model', 'messages', 'max_tokens', 'system', 'tools', 'requests']);

/** The path at the start of `message`, as long as it consists of the API's own names and of positions. */
export function errorField(message: string | undefined, body: unknown): string | undefined {
  const path = /^([\w.[\]-]{1,200}):/.exec(message ?? '')?.[1];
  const segments = path?.replace(/\[(\d+)\]/g, '.$1').split('.') ?? [];
  const first = segments[0];
  if (first === undefined || !FIELDS.has(first)) return undefined;
  if (!(isObject(body) && Object.hasOwn(body, first)) && !REQUIRED.has(first)) return undefined;
  const known: string[] = [];
  for (const segment of segments) {
    const isKnown = FIELDS.has(segment) || TYPES.has(segment) || /^\d{1,6}$/.test(segment);
    known.push(isKnown ? segment : OTHER);
    if (!isKnown || OPAQUE.has(segment)) break;
  }
  return known.join('.');
}

function tree(value: unknown, depth: number): ShapeTree {
  if (Array.isArray(value)) return listTree(value, depth);
  if (!isObject(value) || depth <= 0) return typeOf(value);
  const fields: Record<string, ShapeTree> = {};
  let others = 0;
  for (const field of Object.keys(value)) {
    if (!FIELDS.has(field)) others++;
    else fields[field] = OPAQUE.has(field) ? typeOf(value[field]) : tree(value[field], depth - 1);
  }
  return others > 0 ? { ...fields, [OTHER]: others } : fields;
}

/** The first item of each kind. */
function listTree(list: readonly unknown[], depth: number): ShapeTree {
  const items: Record<string, ShapeTree> = {};
  let others = 0;
  for (const item of list.slice(0, MAX_ITEMS)) {
    const kind = kindOf(item);
    if (kind === undefined) others++;
    else items[`[${kind}]`] ??= depth > 0 ? tree(item, depth - 1) : typeOf(item);
  }
  return others > 0 ? { ...items, [OTHER]: others } : items;
}

/** The kind of a list's item: its `type`, or else its `role`. A tool of the application has neither. */
function kindOf(item: unknown): string | undefined {
  if (!isObject(item)) return typeOf(item);
  const { type, role } = item;
  if (type === undefined && role === undefined) return OTHER;
  const kind = type === undefined ? known(ROLES, role) : known(TYPES, type);
  return kind === OTHER ? undefined : kind;
}

/** Returns `value` if it is one of `names`. */
function known(names: ReadonlySet<string>, value: unknown): string {
  return typeof value === 'string' && names.has(value) ? value : OTHER;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
