import { asArray, isObject, type JsonObject } from '../json.ts';

/** The smallest value that matches a JSON schema: only required fields, and the first choices. */
export function sampleOf(schema: unknown): unknown {
  if (!isObject(schema)) return 'example';
  if ('const' in schema) return schema.const;
  const [choice] = [...asArray(schema.enum)];
  if (choice !== undefined) return choice;
  const [variant] = [...asArray(schema.anyOf), ...asArray(schema.oneOf)];
  if (variant !== undefined) return sampleOf(variant);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object':
      return sampleObject(schema);
    case 'array':
      return schema.minItems ? [sampleOf(schema.items)] : [];
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return 'example';
  }
}

function sampleObject(schema: JsonObject): JsonObject {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = asArray(schema.required).filter((name) => typeof name === 'string');
  return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name])]));
}
