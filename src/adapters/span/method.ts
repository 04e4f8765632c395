/** Finds the SDK method and the route behind an HTTP request, where no span of the SDK has them. */

/** A method of the SDK, by its names in the SDK's own call spans. */
export interface SdkMethod {
  /** Such as `messages.create`; `other` for a request that the table does not know. */
  readonly method: string;
  /** The path with its parameters in braces; absent for an unknown one, which could hold anything. */
  readonly route?: string | undefined;
}

/** HTTP method, route, method. The `beta` resources have the same paths and, in the SDK's spans, the same names. */
const METHODS: ReadonlyArray<readonly [string, string, string]> = [
  ['POST', '/v1/messages', 'messages.create'],
  ['POST', '/v1/messages/count_tokens', 'messages.count_tokens'],
  ['POST', '/v1/messages/batches', 'messages.batches.create'],
  ['GET', '/v1/messages/batches', 'messages.batches.list'],
  ['GET', '/v1/messages/batches/{message_batch_id}', 'messages.batches.retrieve'],
  ['DELETE', '/v1/messages/batches/{message_batch_id}', 'messages.batches.delete'],
  ['POST', '/v1/messages/batches/{message_batch_id}/cancel', 'messages.batches.cancel'],
  ['GET', '/v1/messages/batches/{message_batch_id}/results', 'messages.batches.results'],
  ['GET', '/v1/models', 'models.list'],
  ['GET', '/v1/models/{model_id}', 'models.retrieve'],
  ['POST', '/v1/complete', 'completions.create'],
  ['GET', '/v1/files', 'files.list'],
  ['POST', '/v1/files', 'files.upload'],
  ['GET', '/v1/files/{file_id}', 'files.retrieve_metadata'],
  ['DELETE', '/v1/files/{file_id}', 'files.delete'],
  ['GET', '/v1/files/{file_id}/content', 'files.download'],
  ['GET', '/v1/skills', 'skills.list'],
  ['POST', '/v1/skills', 'skills.create'],
  ['GET', '/v1/skills/{skill_id}', 'skills.retrieve'],
  ['DELETE', '/v1/skills/{skill_id}', 'skills.delete'],
  ['GET', '/v1/skills/{skill_id}/versions', 'skills.versions.list'],
  ['POST', '/v1/skills/{skill_id}/versions', 'skills.versions.create'],
  ['GET', '/v1/skills/{skill_id}/versions/{version}', 'skills.versions.retrieve'],
  ['DELETE', '/v1/skills/{skill_id}/versions/{version}', 'skills.versions.delete'],
];

/** The name of every request that the table does not know: names are bounded. */
const OTHER: SdkMethod = { method: 'other' };

const PATTERNS = METHODS.map(([httpMethod, route, method]) => ({
  httpMethod,
  pattern: new RegExp(`${route.replace(/\{\w+\}/g, '[^/]+')}$`),
  found: { method, route } satisfies SdkMethod,
}));

/** The method behind an HTTP request to `path`, which a gateway's own prefix may precede. */
export function methodOf(httpMethod: string, path: string): SdkMethod {
  const known = PATTERNS.find((each) => each.httpMethod === httpMethod && each.pattern.test(path));
  return known?.found ?? OTHER;
}
