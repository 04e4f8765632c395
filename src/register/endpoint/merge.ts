/** Merges the pages of several processes into one page for Prometheus. */
import { PROCESS_LABEL } from '../../signals/names.ts';

/** The page of one process. */
export interface Page {
  readonly slot: number;
  /** The metrics in the Prometheus text format. */
  readonly text: string;
}

interface Family {
  readonly name: string;
  readonly type: string;
  /** `# HELP` and similar lines. */
  readonly head: readonly string[];
  readonly samples: string[];
}

const COMMENT = /^# (HELP|UNIT|TYPE) ([a-zA-Z_:][\w:]*)(?: (.*))?$/;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
/** The suffixes of the names of a family's samples. */
const SUFFIXES = ['', '_bucket', '_sum', '_count'];
const LABELS = /(?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*"(?:,|(?=\})))*/.source;
const VALUE = /(?:NaN|[+-]?Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?: -?\d+)?/.source;
const SAMPLE = new RegExp(`^([a-zA-Z_:][\\w:]*)(?:\\{(${LABELS})\\})? (${VALUE})$`);

/**
 * Returns one page for all processes. The series of each process except the one in slot 0 have its slot as a label, so that a single process, and the
 * first of several, serve the usual series. A line that is not in the format is dropped, because it would invalidate the whole page.
 */
export function mergePages(pages: readonly Page[]): string {
  const [first] = pages;
  if (pages.length === 1 && first?.slot === 0) return first.text;
  const families = new Map<string, Family>();
  for (const { slot, text } of pages) addPage(families, text, slot);
  return [...families.values()]
    .filter(({ samples }) => samples.length > 0)
    .map(({ head, samples }) => `${[...head, ...samples].join('\n')}\n`)
    .join('');
}

function addPage(families: Map<string, Family>, text: string, slot: number): void {
  let head: string[] = [];
  let named: string | undefined;
  let family: Family | undefined;
  for (const line of text.split('\n')) {
    const [, keyword, name, rest = ''] = COMMENT.exec(line) ?? [];
    if (name === undefined) {
      const sample = family && sampleOf(family, line, slot);
      if (sample) family?.samples.push(sample);
      continue;
    }
    if (name !== named) head = [];
    named = name;
    head.push(line);
    family = keyword === 'TYPE' ? familyOf(families, name, rest, head) : undefined;
  }
}

/** Returns `undefined` if another process has a metric with the same name but another type, because the format cannot represent it. */
function familyOf(
  families: Map<string, Family>,
  name: string,
  type: string,
  head: readonly string[],
): Family | undefined {
  const known = families.get(name);
  if (known) return known.type === type ? known : undefined;
  if (!TYPES.includes(type)) return undefined;
  const family = { name, type, head: [...head], samples: [] };
  families.set(name, family);
  return family;
}

/** Returns the line with the slot as a label, or `undefined` if it is not a sample of the family. */
function sampleOf(family: Family, line: string, slot: number): string | undefined {
  const [, name, labels, value] = SAMPLE.exec(line) ?? [];
  if (!name?.startsWith(family.name) || !SUFFIXES.includes(name.slice(family.name.length))) return undefined;
  return slot === 0 ? line : `${name}{${PROCESS_LABEL}="${slot}"${labels ? `,${labels}` : ''}} ${value}`;
}
