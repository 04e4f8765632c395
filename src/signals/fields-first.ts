/** Recognizes loggers that take fields before the message: pino, including Fastify's, and bunyan. */

/** A logger that takes fields first. */
export type FieldsFirstLogger = Record<
  'info' | 'warn' | 'error',
  (fields: object, message: string) => unknown
>;

/** The documented, global symbol under which pino and its child loggers keep their serializers. */
const PINO_SERIALIZERS = Symbol.for('pino.serializers');

/** Whether `logger` is a pino or bunyan logger. With the message first, pino drops the fields and bunyan turns them into text. */
export function wantsFieldsFirst(logger: object): boolean {
  return isObject(logger, PINO_SERIALIZERS) || isMethod(logger, 'bindings') || isBunyan(logger);
}

function isBunyan(logger: object): boolean {
  return isMethod(logger, 'addSerializers') && isMethod(logger, 'addStream') && isObject(logger, 'fields');
}

function isMethod(logger: object, name: string): boolean {
  return typeof read(logger, name) === 'function';
}

function isObject(logger: object, key: PropertyKey): boolean {
  const value = read(logger, key);
  return typeof value === 'object' && value !== null;
}

/** Reads a property of `logger`. If the read throws, as a getter can, the logger is called like any other. */
function read(logger: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(logger, key);
  } catch {
    return undefined;
  }
}
