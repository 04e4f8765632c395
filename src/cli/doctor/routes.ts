/** Determines which receivers an alert reaches, according to an Alertmanager configuration. */

/** A route in the configuration. */
export interface Route {
  readonly receiver?: string;
  readonly matchers?: readonly string[];
  readonly match?: Readonly<Record<string, string>>;
  readonly match_re?: Readonly<Record<string, string>>;
  readonly continue?: boolean;
  readonly routes?: readonly Route[];
}

type Labels = Readonly<Record<string, string>>;

const MATCHER = /^\s*"?([^"=!~\s]+)"?\s*(=~|!~|!=|=)\s*(.*?)\s*$/;

/** The names of the receivers for an alert with `labels`. */
export function receiversOf(root: Route, labels: Labels): string[] {
  return [...new Set(reach(root, labels, root.receiver ?? ''))];
}

function reach(route: Route, labels: Labels, inherited: string): string[] {
  const receiver = route.receiver ?? inherited;
  const reached: string[] = [];
  for (const child of route.routes ?? []) {
    if (!matches(child, labels)) continue;
    reached.push(...reach(child, labels, receiver));
    if (!child.continue) break;
  }
  return reached.length > 0 ? reached : [receiver];
}

function matches({ matchers = [], match = {}, match_re: patterns = {} }: Route, labels: Labels): boolean {
  return (
    matchers.every((matcher) => matchesOne(matcher, labels)) &&
    Object.entries(match).every(([name, value]) => (labels[name] ?? '') === value) &&
    Object.entries(patterns).every(([name, pattern]) => whole(pattern).test(labels[name] ?? ''))
  );
}

function matchesOne(text: string, labels: Labels): boolean {
  // A text can have several matchers, in braces or not: {a="b", c="d"}.
  const parts = text.replace(/^\s*\{|\}\s*$/g, '').match(/[^,"]*(?:"(?:[^"\\]|\\.)*"[^,"]*)*/g) ?? [];
  return parts.filter(Boolean).every((part) => {
    const [, name = '', operator, quoted = ''] = MATCHER.exec(part) ?? [];
    const value = labels[name] ?? '';
    const wanted = /^".*"$/.test(quoted) ? (JSON.parse(quoted) as string) : quoted;
    if (operator === '=') return value === wanted;
    if (operator === '!=') return value !== wanted;
    return whole(wanted).test(value) === (operator === '=~');
  });
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}
