import type { JsonObject } from '../json.ts';
import { type ApiError, invalid, notFound } from './errors.ts';
import { page } from './page.ts';

/** Names and, if the API resolves a name to a dated snapshot, the snapshot. Newest first. */
const KNOWN: readonly (readonly [name: string, released: string, snapshot?: string])[] = [
  ['claude-haiku-5-5', '2026-10-06'],
  ['claude-sonnet-5-5', '2026-10-06'],
  ['claude-opus-5-5', '2026-09-22'],
  ['claude-fable-5-1', '2026-09-01'],
  ['claude-mythos-5-1', '2026-09-01'],
  ['claude-sonnet-5', '2026-06-30'],
  ['claude-fable-5', '2026-06-09'],
  ['claude-mythos-5', '2026-06-09'],
  ['claude-opus-5', '2026-06-09'],
  ['claude-opus-4-8', '2026-04-28'],
  ['claude-opus-4-7', '2026-03-31'],
  ['claude-sonnet-4-6', '2026-02-17'],
  ['claude-opus-4-6', '2026-02-05'],
  ['claude-opus-4-5', '2025-11-24', 'claude-opus-4-5-20251101'],
  ['claude-haiku-4-5', '2025-10-15', 'claude-haiku-4-5-20251001'],
  ['claude-sonnet-4-5', '2025-09-29', 'claude-sonnet-4-5-20250929'],
  ['claude-opus-4-1', '2025-08-05', 'claude-opus-4-1-20250805'],
  ['claude-opus-4-0', '2025-05-22', 'claude-opus-4-20250514'],
  ['claude-sonnet-4-0', '2025-05-22', 'claude-sonnet-4-20250514'],
  ['claude-3-5-haiku-latest', '2024-10-22', 'claude-3-5-haiku-20241022'],
];

/** The models that a server offers by default: current names of November 2026, newest first. */
export const DEFAULT_MODELS: readonly string[] = Object.freeze(KNOWN.map(([name]) => name));

/** The models that the server offers. */
export class ModelCatalogue {
  names: readonly string[];

  constructor(names: readonly string[]) {
    this.names = names;
  }

  /** The model name in the response to a request for `name`, or `undefined` if the model is not offered. */
  resolve(requested: string): string | undefined {
    for (const name of this.names) {
      const snapshot = KNOWN.find(([known]) => known === name)?.[2] ?? name;
      if (requested === name || requested === snapshot) return snapshot;
      if (requested.replace(/-\d{8}$/, '') === name) return requested;
    }
    return undefined;
  }

  /** `GET /v1/models`. */
  list(query: URLSearchParams): JsonObject | ApiError {
    return page(this.names.map(modelInfo), query, 20);
  }

  /** `GET /v1/models/{id}`. */
  retrieve(id: string): JsonObject | ApiError {
    const resolved = this.resolve(id);
    return resolved === undefined ? notFound(`model: ${id}`) : modelInfo(id);
  }

  /** The error for a request that names no model, or one that is not offered. */
  error(model: unknown): ApiError | undefined {
    if (model === undefined) return invalid('model', 'Field required');
    if (typeof model !== 'string') return invalid('model', 'Input should be a valid string');
    return this.resolve(model) === undefined ? notFound(`model: ${model}`) : undefined;
  }
}

function modelInfo(name: string): JsonObject & { id: string } {
  const [known, released, snapshot] = KNOWN.find((row) => row[0] === name || row[2] === name) ?? [];
  const words = (known ?? name).replace(/^claude-|-latest$/g, '').replace(/(\d)-(\d)/g, '$1.$2');
  const title = words.replace(
    /(^|-)([a-z])/g,
    (_, dash: string, letter: string) => dash + letter.toUpperCase(),
  );
  return {
    type: 'model',
    id: snapshot ?? name,
    display_name: `Claude ${title.replaceAll('-', ' ')}`,
    created_at: `${released ?? '1970-01-01'}T00:00:00Z`,
    line: /(opus|sonnet|haiku|fable|mythos)/.exec(name)?.[1] ?? null,
    lifecycle: 'active',
    deprecated_at: null,
    retires_at: null,
    max_input_tokens: 200_000,
    max_tokens: 64_000,
    capabilities: null,
  };
}
