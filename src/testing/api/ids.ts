import { randomBytes } from 'node:crypto';

/** Creates identifiers in the API's format, unique across servers and processes: `req_01...`, `msg_01...`. */
export type MakeId = (prefix: string) => string;

/** Creates the identifier factory of one server. */
export function createIdFactory(): MakeId {
  const origin = randomBytes(9).toString('hex');
  let count = 0;
  return (prefix) => {
    count += 1;
    return `${prefix}_01${origin}${count.toString(36).padStart(6, '0')}`;
  };
}
