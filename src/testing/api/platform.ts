/** Requests in the format of Bedrock and Vertex: the model is in the path, and the rest of the body is the same as the API's. */
import { isObject, type JsonObject } from '../json.ts';

/** The platform whose format a request has. A request of the Foundry client has the API's own format. */
export type Platform = 'anthropic' | 'bedrock' | 'vertex';

/** The contents of a request, whatever its format. */
export interface Asked {
  readonly platform: Platform;
  /** The API's own path for the request. */
  readonly path: string;
  /** The body that the API itself would get. */
  readonly body: unknown;
  /** The model, as the platform names it. */
  readonly model: string | null;
  readonly stream: boolean;
}

const BEDROCK = /\/model\/([^/]+)\/(invoke|invoke-with-response-stream)$/;
const VERTEX = /\/publishers\/anthropic\/models\/([^/]+):(rawPredict|streamRawPredict)$/;

/** Reads the contents of a request with this path and body. */
export function readAsked(path: string, body: unknown): Asked {
  const fields = isObject(body) ? body : {};
  const [, bedrockModel, bedrockAction] = BEDROCK.exec(path) ?? [];
  if (bedrockModel !== undefined) {
    return asked('bedrock', fields, decode(bedrockModel), bedrockAction === 'invoke-with-response-stream');
  }
  const [, vertexModel, vertexAction] = VERTEX.exec(path) ?? [];
  // `count-tokens` is in the place of the model but is not one. The body names the model.
  if (vertexModel === 'count-tokens') {
    const model = typeof fields.model === 'string' ? fields.model : null;
    return { ...asked('vertex', fields, model, false), path: '/v1/messages/count_tokens' };
  }
  if (vertexModel !== undefined) {
    return asked('vertex', fields, decode(vertexModel), vertexAction === 'streamRawPredict');
  }
  // Foundry and Bedrock's second endpoint serve the API itself under a path prefix.
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
