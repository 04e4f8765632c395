import type { JsonObject } from '../json.ts';
import { type ApiError, invalid } from './errors.ts';

/**
 * One page of a list, selected by the API's cursors `after_id`, `before_id` and `limit` (1 to 1000).
 *
 * @param items The whole list, in the order of the response.
 */
export function page(
  items: readonly (JsonObject & { readonly id: string })[],
  query: URLSearchParams,
  defaultLimit: number,
): JsonObject | ApiError {
  const limit = Number(query.get('limit') ?? defaultLimit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    return invalid('limit', 'Input should be greater than or equal to 1 and less than or equal to 1000');
  }
  const after = query.get('after_id');
  const before = query.get('before_id');
  const cursor = items.findIndex(({ id }) => id === (before ?? after));
  if ((before ?? after) !== null && cursor === -1) {
    return invalid(before === null ? 'after_id' : 'before_id', 'No such id');
  }
  const start = before === null ? cursor + 1 : Math.max(0, cursor - limit);
  const end = before === null ? start + limit : cursor;
  const data = items.slice(start, end);
  return {
    data,
    has_more: before === null ? end < items.length : start > 0,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}
