/** Requests in the form of Bedrock and Vertex: the model is in the path, and the rest of the body is the API's own. */
import { isObject, type JsonObject } from '../json.ts';

/** The platform that a request has the form of. A request of the Foundry client has the API's own. */
export type Platform = 'anthropic' | 'bedrock' | 'vertex';

/** What a request asks for, whatever its form. */
export interface Asked {
  readonly platform: Platform;
  /** The API's own path for it. */
  readonly path: string;
  /** The body that the API itself would get. */
  readonly body: unknown;
  /** The model as the platform names it. */
  readonly model: string | null;
  readonly stream: boolean;
}

const BEDROCK = /\/model\/([^/]+)\/(invoke|invoke-with-response-stream)$/;
const VERTEX = /\/publishers\/anthropic\/models\/([^/]+):(rawPredict|streamRawPredict)$/;

/** Reads what a request with this path and body asks for. */
export function readAsked(path: string, body: unknown): Asked {
  const fields = isObject(body) ? body : {};
  const [, bedrockModel, bedrockAction] = BEDROCK.exec(path) ?? [];
  if (bedrockModel !== undefined) {
    return asked('bedrock', fields, decode(bedrockModel), bedrockAction === 'invoke-with-response-stream');
  }
  const [, vertexModel, vertexAction] = VERTEX.exec(path) ?? [];
  // The one model of Vertex that is none: its body names the model.
  if (vertexModel === 'count-tokens') {
    const model = typeof fields.model === 'string' ? fields.model : null;
    return { ...asked('vertex', fields, model, false), path: '/v1/messages/count_tokens' };
  }
  if (vertexModel !== undefined) {
    return asked('vertex', fields, decode(vertexModel), vertexAction === 'streamRawPredict');
  }
  // Foundry and Bedrock's second endpoint have the API itself in a folder.
  const own = path.replace(/^\/anthropic(?=\/v1\/)/, '');
  const model = typeof fields.model === 'string' ? fields.model : null;
  return {
    platform: 'anthropic',
    path: own,
    body: own === path || model === null ? body : { ...fields, model: plainName(model) },
    model,
    stream: fields.stream === true,
  };
}

function asked(platform: Platform, fields: JsonObject, model: string | null, stream: boolean): Asked {
  const { anthropic_version: _, anthropic_beta: __, ...rest } = fields;
  const body = { ...rest, ...(model === null ? {} : { model: plainName(model) }), stream };
  return { platform, path: '/v1/messages', body, model, stream };
}

/** The API's own name: `claude-opus-5-5` for `us.anthropic.claude-opus-5-5-v1:0` and `claude-opus-5-5@default`. */
function plainName(model: string): string {
  return model
    .replace(/^([a-z-]+\.)?anthropic\./, '')
    .replace(/-v\d+(:\d+)?$/, '')
    .replace(/@default$/, '')
    .replace(/@(?=\d)/, '-');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
