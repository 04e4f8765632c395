import { asArray, isObject, type JsonObject } from '../json.ts';

/** Characters that count as one token. */
const CHARS_PER_TOKEN = 4;
/** The tokens of an image or a document of any size. */
const ATTACHMENT_TOKENS = 1500;
/** The tokens of a message's framing. */
const MESSAGE_TOKENS = 3;

/** One piece of a prompt, in the order in which the API reads it: tools, system, messages. */
export interface PromptPart {
  readonly tokens: number;
  /** The content, used to compare prompts. */
  readonly content: unknown;
  /** How long the prompt up to here is cached. Absent without `cache_control`. */
  readonly ttl?: '5m' | '1h';
}

/** The tokens of a text: its number of characters divided by four, rounded up. */
export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

/** The start of a text, with a length of `tokens`. */
export function firstTokens(text: string, tokens: number): string {
  return text.slice(0, tokens * CHARS_PER_TOKEN);
}

/** The prompt of a request in parts. Malformed parts count no tokens. */
export function promptParts(body: JsonObject): readonly PromptPart[] {
  const parts: PromptPart[] = [];
  const add = (content: unknown, frame: number): void => {
    parts.push({ tokens: frame + contentTokens(content), content, ...ttlOf(content) });
  };
  for (const tool of asArray(body.tools)) add(tool, MESSAGE_TOKENS);
  for (const block of blocksOf(body.system)) add(block, 0);
  for (const message of asArray(body.messages)) {
    if (!isObject(message)) continue;
    blocksOf(message.content).forEach((block, index) => {
      add(block, index === 0 ? MESSAGE_TOKENS : 0);
    });
  }
  const last = parts.at(-1);
  // `cache_control` on the request itself puts the breakpoint after the last block.
  if (last !== undefined && isObject(body.cache_control))
    parts[parts.length - 1] = { ...last, ...ttlOf(body) };
  return parts;
}

/** The number of blocks with `cache_control` in a request. */
export function countBreakpoints(body: JsonObject): number {
  return promptParts(body).filter(({ ttl }) => ttl !== undefined).length;
}

function blocksOf(content: unknown): readonly unknown[] {
  return typeof content === 'string' ? [content] : asArray(content);
}

function ttlOf(block: unknown): { ttl?: '5m' | '1h' } {
  const control = isObject(block) ? block.cache_control : undefined;
  if (!isObject(control)) return {};
  return { ttl: control.ttl === '1h' ? '1h' : '5m' };
}

function contentTokens(content: unknown): number {
  if (typeof content === 'string') return textTokens(content);
  if (isObject(content) && typeof content.text === 'string') return textTokens(content.text);
  if (isObject(content) && isObject(content.source)) return ATTACHMENT_TOKENS;
  if (isObject(content) && content.type === 'tool_result') {
    return blocksOf(content.content).reduce((sum: number, block) => sum + contentTokens(block), 0);
  }
  const { cache_control: _, ...rest } = isObject(content) ? content : {};
  return textTokens(JSON.stringify(rest));
}
