import { isObject, type JsonObject } from '../json.ts';
import { type ApiError, invalid } from './errors.ts';
import { countBreakpoints } from './tokens.ts';

/** The API's maximum number of blocks with `cache_control`. */
const MAX_BREAKPOINTS = 4;
/** The API's smallest thinking budget, in tokens. */
const MIN_THINKING_BUDGET = 1024;
/** The required field of each type of content block. */
const NEEDED_FIELDS: ReadonlyMap<string, string> = new Map([
  ['text', 'text'],
  ['image', 'source'],
  ['document', 'source'],
  ['tool_use', 'name'],
  ['tool_result', 'tool_use_id'],
]);

/** The 400 for the first problem of a Messages request, or `undefined`. */
export function messageRequestError(body: JsonObject): ApiError | undefined {
  return maxTokensError(body) ?? promptError(body) ?? optionsError(body);
}

/** The 400 for the first problem of a request to count tokens, or `undefined`. */
export function countRequestError(body: JsonObject): ApiError | undefined {
  return promptError(body);
}

function maxTokensError(body: JsonObject): ApiError | undefined {
  const maxTokens = body.max_tokens;
  if (maxTokens === undefined) return invalid('max_tokens', 'Field required');
  if (!Number.isInteger(maxTokens)) return invalid('max_tokens', 'Input should be a valid integer');
  if ((maxTokens as number) < 0) return invalid('max_tokens', 'Input should be greater than or equal to 0');
  return undefined;
}

function promptError(body: JsonObject): ApiError | undefined {
  const messages = body.messages;
  if (messages === undefined) return invalid('messages', 'Field required');
  if (!Array.isArray(messages)) return invalid('messages', 'Input should be a valid array');
  if (messages.length === 0) return invalid('messages', 'at least one message is required');
  for (const [index, message] of messages.entries()) {
    const error = messageError(`messages.${index}`, message);
    if (error !== undefined) return error;
  }
  if (messages[0].role !== 'user') return invalid('messages', 'first message must use the "user" role');
  const breakpoints = countBreakpoints(body);
  if (breakpoints <= MAX_BREAKPOINTS) return undefined;
  return invalid(
    'cache_control',
    `A maximum of ${MAX_BREAKPOINTS} blocks with cache_control may be provided. Found ${breakpoints}.`,
  );
}

function messageError(path: string, message: unknown): ApiError | undefined {
  if (!isObject(message)) return invalid(path, 'Input should be an object');
  const { role, content } = message;
  if (role === undefined) return invalid(`${path}.role`, 'Field required');
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    return invalid(`${path}.role`, "Input should be 'user', 'assistant' or 'system'");
  }
  if (content === undefined) return invalid(`${path}.content`, 'Field required');
  if (typeof content === 'string') return undefined;
  if (!Array.isArray(content)) return invalid(`${path}.content`, 'Input should be a valid array');
  for (const [index, block] of content.entries()) {
    const error = blockError(`${path}.content.${index}`, block);
    if (error !== undefined) return error;
  }
  return undefined;
}

function blockError(path: string, block: unknown): ApiError | undefined {
  if (!isObject(block)) return invalid(path, 'Input should be an object');
  if (typeof block.type !== 'string') return invalid(`${path}.type`, 'Field required');
  const needed = NEEDED_FIELDS.get(block.type);
  if (needed === undefined || block[needed] !== undefined) return undefined;
  return invalid(`${path}.${block.type}.${needed}`, 'Field required');
}

function optionsError(body: JsonObject): ApiError | undefined {
  for (const [index, tool] of (Array.isArray(body.tools) ? body.tools : []).entries()) {
    if (!isObject(tool) || typeof tool.name !== 'string') {
      // A tool with a type is the API's own. The API's toolsets have no name.
      if (isObject(tool) && typeof tool.type === 'string' && tool.type !== 'custom') continue;
      return invalid(`tools.${index}.name`, 'Field required');
    }
  }
  const temperature = body.temperature;
  if (typeof temperature === 'number' && (temperature < 0 || temperature > 1)) {
    return invalid('temperature', 'Input should be greater than or equal to 0 and less than or equal to 1');
  }
  const thinking = body.thinking;
  if (!isObject(thinking) || thinking.type !== 'enabled') return undefined;
  const budget = thinking.budget_tokens;
  if (typeof budget !== 'number') return invalid('thinking.enabled.budget_tokens', 'Field required');
  if (budget < MIN_THINKING_BUDGET) {
    return invalid(
      'thinking.enabled.budget_tokens',
      `Input should be greater than or equal to ${MIN_THINKING_BUDGET}`,
    );
  }
  if (budget >= (body.max_tokens as number)) {
    return invalid('max_tokens', 'must be greater than `thinking.budget_tokens`');
  }
  return undefined;
}
