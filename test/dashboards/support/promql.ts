/** Reads PromQL: selectors with their labels, and where they stand. */
import { parser } from '@prometheus-io/lezer-promql';

/** A selector of series. */
export interface Selector {
  /** The metric's name, or a pattern of names. */
  readonly name: string;
  readonly labels: readonly string[];
  /** The function around it, if any. */
  readonly within: string | undefined;
  /** Its range, as written: `[5m]`. */
  readonly range: string | undefined;
  readonly offset: boolean;
}

/** What a query reads. */
export interface Reading {
  readonly valid: boolean;
  readonly selectors: readonly Selector[];
  /** Labels of `by` and `on`. */
  readonly groupings: readonly string[];
}

const readings = new Map<string, Reading>();

/** Parses `query`. */
export function read(query: string): Reading {
  const reading = readings.get(query) ?? parse(query);
  readings.set(query, reading);
  return reading;
}

function parse(query: string): Reading {
  const tree = parser.parse(query);
  const text = (node: { from: number; to: number }) => query.slice(node.from, node.to);
  const selectors: Selector[] = [];
  const groupings: string[] = [];
  let valid = true;
  tree.iterate({
    enter(ref) {
      const { node } = ref;
      if (node.type.isError) valid = false;
      if (node.name === 'GroupingLabels') {
        for (const label of node.getChildren('LabelName')) groupings.push(text(label));
      }
      if (node.name !== 'VectorSelector') return;
      const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
      const labels = matchers.map((matcher) => text(matcher).split(/[=!]/, 1)[0] ?? '');
      const named = matchers.find((matcher) => text(matcher).startsWith('__name__'));
      const identifier = node.getChild('Identifier');
      let within: string | undefined;
      let range: string | undefined;
      let offset = false;
      for (let up = node.parent; up; up = up.parent) {
        if (up.name === 'MatrixSelector') range = /\[([^\]]*)\]$/.exec(text(up))?.[1];
        if (up.name === 'OffsetExpr' && up.firstChild?.from === node.from) offset = true;
        if (up.name === 'FunctionCall') within ??= text(up).split('(', 1)[0];
      }
      const name = identifier ? text(identifier) : (/"(.*)"/.exec(named ? text(named) : '')?.[1] ?? '');
      selectors.push({ name, labels: labels.filter((label) => label !== '__name__'), within, range, offset });
    },
  });
  return { valid, selectors, groupings };
}
