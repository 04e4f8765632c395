/**
 * The shape of a request that the API refused: enough to mend the code that built it, without a
 * single value of it. Field names are the API's; where the application names fields itself (tool inputs, JSON
 * schemas, metadata), the shape stops.
 */

/** Field names and types as a tree: a type name, the fields of an object, or the shapes of a list's items. */
export type ShapeTree = string | { readonly [field: string]: ShapeTree };

/** The shape of a request. */
export interface RequestShape {
  readonly fields: ShapeTree;
  /** Messages by role. */
  readonly messages: Readonly<Record<string, number>>;
  /** Content blocks by type. */
  readonly blocks: Readonly<Record<string, number>>;
  readonly tools: number;
  /** Size of the body in UTF-8 bytes, when it was sent as text. */
  readonly bytes?: number | undefined;
  readonly betas: readonly string[];
  /** The field that the API's message names, such as `messages.0.content`. */
  readonly errorField?: string | undefined;
}

/** Fields whose own fields the application names. */
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
const MAX_FIELDS = 40;
const MAX_ITEMS = 1000;
const IDENTIFIER = /^[a-z][a-z0-9_]{0,39}$/;

/** The shape of the request `body`, sent as `text`, that the API refused with `message`. */
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
    increment(roles, name(each['role']));
    if (typeof each['content'] === 'string') increment(blocks, 'string');
    if (!Array.isArray(each['content'])) continue;
    for (const block of each['content'].slice(0, MAX_ITEMS)) {
      increment(blocks, isObject(block) ? name(block['type']) : typeOf(block));
    }
  }
  return {
    fields: tree(body, MAX_DEPTH),
    messages: roles,
    blocks,
    tools: Array.isArray(fields['tools']) ? fields['tools'].length : 0,
    bytes: typeof text === 'string' ? Buffer.byteLength(text) : undefined,
    betas: (betas ?? '')
      .split(',')
      .map((beta) => beta.trim())
      .filter((beta) => /^[a-z0-9-]{1,60}$/.test(beta)),
    errorField: errorField(message, body),
  };
}

/** The path at the beginning of `message`, as far as it consists of the API's own names and of positions. */
export function errorField(message: string | undefined, body: unknown): string | undefined {
  const path = /^([\w.[\]-]{1,200}):/.exec(message ?? '')?.[1];
  const segments = path?.replace(/\[(\d+)\]/g, '.$1').split('.') ?? [];
  const first = segments[0];
  if (first === undefined || !((isObject(body) && Object.hasOwn(body, first)) || REQUIRED.has(first)))
    return undefined;
  const opaque = segments.findIndex((segment) => OPAQUE.has(segment));
  const known = opaque === -1 ? segments : segments.slice(0, opaque + 1);
  return known.every((segment) => /^\d{1,6}$/.test(segment) || IDENTIFIER.test(segment))
    ? known.join('.')
    : undefined;
}

/** Fields that a refusal names because they are missing. */
const REQUIRED = new Set(['model', 'messages', 'max_tokens', 'system', 'tools', 'requests']);

function tree(value: unknown, depth: number): ShapeTree {
  if (Array.isArray(value)) {
    const items: Record<string, ShapeTree> = {};
    for (const item of value.slice(0, MAX_ITEMS)) {
      const kind = isObject(item) ? name(item['type'] ?? item['role']) : typeOf(item);
      items[`[${kind}]`] ??= depth > 0 ? tree(item, depth - 1) : typeOf(item);
      if (Object.keys(items).length >= MAX_FIELDS) break;
    }
    return items;
  }
  if (!isObject(value) || depth <= 0) return typeOf(value);
  const fields: Record<string, ShapeTree> = {};
  for (const field of Object.keys(value).slice(0, MAX_FIELDS)) {
    // A name that is none of the API's form is the application's content.
    if (!IDENTIFIER.test(field)) fields['_OTHER'] = 'unknown';
    else fields[field] = OPAQUE.has(field) ? typeOf(value[field]) : tree(value[field], depth - 1);
  }
  return fields;
}

/** A `type` or `role` as the API writes them; anything else could be content. */
function name(value: unknown): string {
  return typeof value === 'string' && IDENTIFIER.test(value) ? value : '_OTHER';
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
