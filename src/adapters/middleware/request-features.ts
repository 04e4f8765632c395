/** Finds request features that the SDK's span does not report. The response to such a request is observed while the SDK reads it. */

/** The maximum number of tools that are checked. */
const MAX_TOOLS = 200;

/** Matches the type of tools that the API itself runs. */
const SERVER_TOOL = /^(?:web_search|web_fetch|code_execution|advisor)_/;

/** Whether the response to a request with this body may state more than the SDK's span reports. */
export function asksForMore(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const { tools, fallbacks, inference_geo, context_management, compaction, speed } = body as Record<
    string,
    unknown
  >;
  for (const each of [fallbacks, inference_geo, context_management, compaction, speed]) {
    if (each !== undefined && each !== null) return true;
  }
  return Array.isArray(tools) && tools.slice(0, MAX_TOOLS).some(isServerTool);
}

function isServerTool(tool: unknown): boolean {
  const type = typeof tool === 'object' && tool !== null ? (tool as { type?: unknown }).type : undefined;
  return typeof type === 'string' && SERVER_TOOL.test(type);
}
