/**
 * The only place that limits external text: model names, hosts, ids, headers, and whatever else the application, a gateway or the API
 * can write at will. External text is kept or recorded only after it passed through here.
 */

/** The maximum length of a name, id or other short text that is recorded, in UTF-16 code units. */
export const MAX_TEXT = 256;
/** The maximum length of a metric attribute value, in UTF-16 code units. Model names and their ARNs are much shorter. */
export const MAX_LABEL = 128;
/** The maximum length of a URL that is recorded, in UTF-16 code units. */
export const MAX_URL = 2048;
/** The maximum length of an API message that is recorded, in UTF-16 code units. */
export const MAX_MESSAGE = 4096;

/**
 * Characters that control a terminal, break a line or hide text: C0, DEL and C1, U+2028 and U+2029, bidirectional controls. Also
 * unpaired surrogates, which UTF-8 cannot represent.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const ALL_UNSAFE = new RegExp(UNSAFE, 'gu');

/** Whether `text` is only printable ASCII, as almost all text is. This check is much faster than the pattern. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** Returns `text` cut to `limit` code units, where `…` as the last one marks a cut, and with U+FFFD for unsafe characters. */
export function clean(text: string, limit: number = MAX_TEXT): string {
  if (text.length <= limit && isPlain(text)) return text;
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return UNSAFE.test(cut) ? cut.replace(ALL_UNSAFE, '\ufffd') : cut;
}
