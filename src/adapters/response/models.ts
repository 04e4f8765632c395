/** Reads retirement times of models from responses of the Models API, when the SDK parses them. */
import { isRetirementTime, type StatedRetirements } from '../../model/retirements.ts';
import { clean } from '../../model/text.ts';
import type { Guard } from '../../ports/guard.ts';
import { field, parseJson } from '../parse-json.ts';
import { observeResponse } from './observe-response.ts';

/** The maximum number of models that are checked per response. */
const MAX_MODELS = 1000;

/** Calls `onRead` with the retirements that `response`, a model or a page of models, states, when the response is read. */
export function observeModels(
  guard: Guard,
  response: Response,
  onRead: (retirements: StatedRetirements) => void,
): void {
  const json = (value: unknown): void => {
    guard.run('call', () => onRead(statedRetirements(value)));
  };
  observeResponse(response, {
    piece() {},
    json,
    text: (value) => json(parseJson(value)),
    completed() {},
    failed() {},
    closed() {},
  });
}

/** A model that the response states as active has no retirement time. A gateway that states neither leaves it unknown. */
function statedRetirements(value: unknown): StatedRetirements {
  const data = field(value, 'data');
  const models = Array.isArray(data) ? data.slice(0, MAX_MODELS) : [value];
  return models.flatMap((model): StatedRetirements => {
    const [id, retiresAt] = [field(model, 'id'), field(model, 'retires_at')];
    if (typeof id !== 'string') return [];
    if (isRetirementTime(retiresAt)) return [[clean(id), retiresAt]];
    return retiresAt === null && field(model, 'lifecycle') === 'active' ? [[clean(id), undefined]] : [];
  });
}
