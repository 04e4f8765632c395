/** The targets to which a call can fall back, and the request that is sent to them. */
import { isRecord } from './request-facts.ts';

/** A client of the SDK or of its Bedrock, Vertex and Foundry packages, as far as it is used. */
export interface FallbackClient {
  request(options: {
    method: 'post';
    path: string;
    body: unknown;
    stream?: boolean;
    headers?: Record<string, string>;
    signal?: AbortSignal | null;
    timeout?: number;
  }): { asResponse(): Promise<Response> };
}

/** A model, or a client with its model, that can serve a call in place of another one. */
export interface FallbackTarget {
  /** The model to ask, as its client names it. */
  readonly model: string;
  /** Another client, such as one of Bedrock, with retries of its own. @default the client of the call */
  readonly client?: FallbackClient | undefined;
  /** The name in decisions and headers. @default the model */
  readonly name?: string | undefined;
  /** Fields of the request to set for this target; `null` leaves a field out. */
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  /** Fields of the request that this target cannot serve. @default `UNSUPPORTED_ELSEWHERE` for another client, none for the same */
  readonly unsupported?: readonly string[] | undefined;
}

/** Fields that refer to what lies in the account of the first client, or to features of its API alone. */
export const UNSUPPORTED_ELSEWHERE: readonly string[] = [
  'container',
  'context_management',
  'mcp_servers',
  'service_tier',
  'speed',
  'inference_geo',
];

/** The request for a target, or why there is none. */
export type Adapted =
  | { readonly fields: Readonly<Record<string, unknown>>; readonly refused?: never }
  | { readonly refused: string };

/** Adapts `fields` to `target`. It never silently drops anything that the application requested. */
export function adaptRequest(fields: Readonly<Record<string, unknown>>, target: FallbackTarget): Adapted {
  const { client, params = {}, unsupported = client ? UNSUPPORTED_ELSEWHERE : [] } = target;
  const adapted: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries({ ...params, model: target.model })) {
    if (value === null) delete adapted[name];
    else adapted[name] = value;
  }
  const field = unsupported.find((name) => adapted[name] !== undefined);
  if (field !== undefined) return { refused: `it does not support \`${field}\`` };
  if (client && refersToFile(adapted['messages']))
    return { refused: 'its account does not have the files in the request' };
  return { fields: adapted };
}

/** Whether a content block names an uploaded file. */
function refersToFile(messages: unknown): boolean {
  if (!Array.isArray(messages)) return false;
  return messages.some(
    (message) =>
      isRecord(message) &&
      Array.isArray(message['content']) &&
      message['content'].some(
        (block) => isRecord(block) && isRecord(block['source']) && block['source']['type'] === 'file',
      ),
  );
}
