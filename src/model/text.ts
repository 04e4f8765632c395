/**
 * The one place that limits text from outside: model names, hosts, ids, headers, and whatever else the application, a gateway
 * or the API can write at will. Nothing of it is kept or recorded before it has passed here.
 */

/** The longest name, id or other word that is recorded, in UTF-16 code units. */
export const MAX_TEXT = 256;
/** The longest value of a metric attribute, in UTF-16 code units. No model name and no ARN of one comes near. */
export const MAX_LABEL = 128;
/** The longest URL that is recorded, in UTF-16 code units. */
export const MAX_URL = 2048;
/** The longest message of the API that is recorded, in UTF-16 code units. */
export const MAX_MESSAGE = 4096;

/**
 * Characters that steer a terminal, break a line or hide text: C0, DEL and C1, U+2028 and U+2029, bidirectional controls; and
 * surrogates without their other half, which UTF-8 cannot carry.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const ALL_UNSAFE = new RegExp(UNSAFE, 'gu');

/** Whether all of `text` is printable ASCII, which is nearly all that comes: asking this is much quicker than the pattern. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** `text` cut to `limit` code units, the last of them `…` where something was cut, and with U+FFFD for unsafe characters. */
export function clean(text: string, limit: number = MAX_TEXT): string {
  if (text.length <= limit && isPlain(text)) return text;
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return UNSAFE.test(cut) ? cut.replace(ALL_UNSAFE, '\ufffd') : cut;
}
