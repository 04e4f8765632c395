/** Recognizes loggers that take fields before the message (pino, and Fastify's with it; bunyan). */

/** A logger that takes fields first. */
export type FieldsFirstLogger = Record<
  'info' | 'warn' | 'error',
  (fields: object, message: string) => unknown
>;

/** Where pino keeps its serializers: a documented, global symbol that child loggers have too. */
const PINO_SERIALIZERS = Symbol.for('pino.serializers');

/** Whether `logger` is pino's or bunyan's. Given a message first, pino drops the fields and bunyan makes them text. */
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

/** A property of `logger`. A logger that cannot be asked, as by a getter that throws, is called as any other. */
function read(logger: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(logger, key);
  } catch {
    return undefined;
  }
}
