import { asArray, isObject, type JsonObject } from '../json.ts';
import type { MakeId } from './ids.ts';
import type { InputTokens } from './prompt-cache.ts';
import { sampleOf } from './sample.ts';
import { firstTokens, textTokens } from './tokens.ts';
import { mergeUsage, usageOf } from './usage.ts';

/** The content of a message. Missing parts are generated from the request, deterministically. */
export interface MessageScript {
  /** The exact text of the text block. Ignored if `content` is given. */
  readonly text?: string;
  /** The exact content blocks. */
  readonly content?: readonly JsonObject[];
  /** Fields of `usage` with the API's names. They replace the counted ones. */
  readonly usage?: JsonObject;
  /** @default derived from the content and `max_tokens` */
  readonly stopReason?: string;
  /** @default null */
  readonly stopSequence?: string;
  /** @default null */
  readonly stopDetails?: JsonObject;
  /** The model named in the response. @default the requested model, resolved */
  readonly model?: string;
}

const TEXT =
  'This is a sample message of the Anthropic test server. It says nothing, at the length of a sentence or two.';
const THINKING =
  'The user asks something. This is a made-up train of thought of the Anthropic test server about it.';
const SIGNATURE = Buffer.from('anthropic test server: not a real signature').toString('base64');

/** The message that a healthy API returns for a valid request. */
export function buildMessage(
  body: JsonObject,
  model: string,
  input: InputTokens,
  script: MessageScript,
  makeId: MakeId,
): JsonObject {
  const asked = script.content ?? madeUpContent(body, script.text, makeId);
  // A scripted text is never shortened.
  const scripted = script.content !== undefined || script.text !== undefined;
  const { content, shortened } = scripted
    ? { content: asked, shortened: false }
    : shorten(asked, body.max_tokens);
  const thinking = content.some(({ type }) => type === 'thinking')
    ? countTokens(content.filter(({ type }) => type === 'thinking'))
    : null;
  const usage = mergeUsage(
    {
      ...usageOf(input, Math.max(1, countTokens(content)), thinking),
      ...(body.speed === undefined ? {} : { speed: body.speed }),
    },
    script.usage ?? {},
  );
  const usesTool = content.at(-1)?.type === 'tool_use';
  return {
    model: script.model ?? model,
    id: makeId('msg'),
    type: 'message',
    role: 'assistant',
    content,
    stop_reason: script.stopReason ?? (shortened ? 'max_tokens' : usesTool ? 'tool_use' : 'end_turn'),
    stop_sequence: script.stopSequence ?? null,
    stop_details: script.stopDetails ?? null,
    usage,
  };
}

function madeUpContent(body: JsonObject, text: string | undefined, makeId: MakeId): readonly JsonObject[] {
  const thinking = isObject(body.thinking) ? body.thinking.type : undefined;
  const blocks: JsonObject[] = [];
  if (thinking === 'enabled' || thinking === 'adaptive') {
    blocks.push({ type: 'thinking', thinking: THINKING, signature: SIGNATURE });
  }
  const tool = text === undefined ? toolToUse(body) : undefined;
  if (tool === undefined) {
    blocks.push({ type: 'text', text: text ?? structuredText(body) ?? TEXT });
  } else {
    blocks.push({
      type: 'tool_use',
      id: makeId('toolu'),
      name: tool.name,
      input: sampleOf(tool.input_schema),
      caller: { type: 'direct' },
    });
  }
  return blocks;
}

/** The tool to call: the chosen one or the first, unless the request contains a tool's result. */
function toolToUse(body: JsonObject): JsonObject | undefined {
  const choice = isObject(body.tool_choice) ? body.tool_choice : {};
  if (choice.type === 'none') return undefined;
  const lastMessage = asArray(body.messages).at(-1);
  const lastBlocks = isObject(lastMessage) ? asArray(lastMessage.content) : [];
  if (lastBlocks.some((block) => isObject(block) && block.type === 'tool_result')) return undefined;
  // The API runs its own tools itself. Only the caller's tools have a schema.
  const tools = asArray(body.tools).filter((tool) => isObject(tool) && isObject(tool.input_schema));
  const chosen = tools.find((tool) => (tool as JsonObject).name === choice.name) ?? tools[0];
  return chosen as JsonObject | undefined;
}

/** JSON that matches the schema of a request for structured output. */
function structuredText(body: JsonObject): string | undefined {
  const config = isObject(body.output_config) ? body.output_config : {};
  const format = isObject(config.format) ? config.format : body.output_format;
  return isObject(format) && isObject(format.schema) ? JSON.stringify(sampleOf(format.schema)) : undefined;
}

/** Shortens the last text so that the whole stays within `maxTokens`. */
function shorten(
  content: readonly JsonObject[],
  maxTokens: unknown,
): { content: readonly JsonObject[]; shortened: boolean } {
  const last = content.at(-1);
  const fits = typeof maxTokens !== 'number' || countTokens(content) <= maxTokens;
  if (fits || typeof last?.text !== 'string') return { content, shortened: false };
  const others = content.slice(0, -1);
  const text = firstTokens(last.text, Math.max(0, maxTokens - countTokens(others)));
  return { content: [...others, { ...last, text }], shortened: true };
}

function countTokens(content: readonly JsonObject[]): number {
  return content.reduce((sum, block) => sum + textTokens(spoken(block)), 0);
}

function spoken(block: JsonObject): string {
  const text = block.text ?? block.thinking;
  return typeof text === 'string' ? text : JSON.stringify(block.input ?? block);
}
