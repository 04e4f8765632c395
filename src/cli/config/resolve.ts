/** Lays the settings of a user over the defaults, and finds every mistake in them at once. */

type Plain = Readonly<Record<string, unknown>>;

const DURATION = /^\d+(ms|s|m|h|d|w|y)$/;
/** Settings that are a share of a whole, by the last word of their path. */
const SHARES = /^(objective|quantile|share|below)$|ratio$/i;
/** Settings that map names of the user's choice to texts. */
const MAPS = /labels$/i;

/**
 * `given` over `defaults`. Objects are merged, everything else replaces.
 *
 * @returns the settings, and one line for each mistake: the path, what was expected, and what was found
 */
export function resolveSettings<Settings extends object>(
  defaults: Settings,
  given: unknown,
): { settings: Settings; problems: string[] } {
  const problems: string[] = [];
  const settings = merge(defaults, given, '', problems) as Settings;
  return { settings, problems };
}

function merge(fallback: unknown, given: unknown, path: string, problems: string[]): unknown {
  if (given === undefined) return fallback;
  const expected = expectation(fallback, given, path);
  if (expected) {
    problems.push(`${path || 'the configuration'}: expected ${expected}, got ${shown(given)}`);
    return fallback;
  }
  if (isPlain(fallback) && MAPS.test(path)) return checkMap(given as Plain, path, problems);
  if (isPlain(fallback)) return mergeObject(fallback, given as Plain, path, problems);
  if (Array.isArray(fallback)) return mergeArray(fallback, given as unknown[], path, problems);
  return typeof given === 'string' && isUrl(fallback) ? given.replace(/\/+$/, '') : given;
}

function mergeObject(fallback: Plain, given: Plain, path: string, problems: string[]): Plain {
  const merged: Record<string, unknown> = { ...fallback };
  for (const [key, value] of Object.entries(given)) {
    const at = path ? `${path}.${key}` : key;
    if (Object.hasOwn(fallback, key)) merged[key] = merge(fallback[key], value, at, problems);
    else problems.push(`${at}: no such setting${suggestion(key, Object.keys(fallback))}`);
  }
  return merged;
}

function checkMap(given: Plain, path: string, problems: string[]): Plain {
  for (const [key, value] of Object.entries(given)) {
    if (typeof value !== 'string') problems.push(`${path}.${key}: expected a text, got ${shown(value)}`);
  }
  return given;
}

function mergeArray(fallback: unknown[], given: unknown[], path: string, problems: string[]): unknown[] {
  const [example] = fallback;
  if (example === undefined) return given;
  return given.map((item, index) => {
    const at = `${path}[${index}]`;
    if (!isPlain(example)) return merge(example, item, at, problems);
    const missing = isPlain(item) ? Object.keys(example).filter((key) => !Object.hasOwn(item, key)) : [];
    for (const key of missing) problems.push(`${at}.${key}: missing`);
    return merge(example, item, at, problems);
  });
}

/** What should be there instead of `given`; `undefined` where it is right. */
function expectation(fallback: unknown, given: unknown, path: string): string | undefined {
  if (isPlain(fallback)) return isPlain(given) ? undefined : 'an object';
  if (Array.isArray(fallback)) return Array.isArray(given) ? undefined : 'a list';
  if (typeof fallback === 'number') return numberExpectation(given, path);
  if (typeof fallback === 'boolean') return typeof given === 'boolean' ? undefined : 'true or false';
  if (typeof fallback !== 'string') return undefined;
  if (typeof given !== 'string') return 'a text';
  if (DURATION.test(fallback)) return DURATION.test(given) ? undefined : 'a duration such as 30s, 5m or 1h';
  if (isUrl(fallback)) return isUrl(given) ? undefined : 'an address that begins with http:// or https://';
  return undefined;
}

function numberExpectation(given: unknown, path: string): string | undefined {
  const isNumber = typeof given === 'number' && Number.isFinite(given);
  const last = path.split('.').at(-1) ?? '';
  if (SHARES.test(last)) {
    return isNumber && given > 0 && given < 1 ? undefined : 'a share between 0 and 1, such as 0.05 for 5 %';
  }
  return isNumber && given >= 0 ? undefined : 'a number that is not negative';
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\/[^\s/]/.test(value) && URL.canParse(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** `; did you mean "errorRate"?`, where one of `names` is near. */
function suggestion(name: string, names: readonly string[]): string {
  const near = names
    .map((known) => ({ known, distance: distance(name.toLowerCase(), known.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= 3 ? `; did you mean "${near.known}"?` : `; there are ${names.join(', ')}`;
}

/** Levenshtein's distance. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (const [index, other] of [...to].entries()) {
      next.push(
        Math.min(
          (row[index + 1] ?? 0) + 1,
          (next[index] ?? 0) + 1,
          (row[index] ?? 0) + (letter === other ? 0 : 1),
        ),
      );
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
