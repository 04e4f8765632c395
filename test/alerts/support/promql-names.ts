/** Which metrics and labels a PromQL expression uses. */
import { parser } from '@prometheus-io/lezer-promql';
import { METRICS } from '../../../src/signals/catalogue.ts';
import { prometheusLabel, prometheusName } from '../../../src/signals/metric-definition.ts';
import { PROCESS_LABEL } from '../../../src/signals/names.ts';

/** The names in an expression. */
export interface Names {
  /** Every metric that is selected, by its plain name. */
  readonly metrics: readonly string[];
  /** Every label that is matched or grouped by. */
  readonly labels: readonly string[];
  /** Whether the text is no PromQL. */
  readonly broken: boolean;
}

/** Reads an expression. */
export function namesIn(expression: string): Names {
  const metrics = new Set<string>();
  const labels = new Set<string>();
  let broken = false;
  parser.parse(expression).iterate({
    enter(node) {
      const text = () => expression.slice(node.from, node.to);
      if (node.type.isError) broken = true;
      if (node.name === 'VectorSelector') {
        const name = node.node.getChild('Identifier');
        if (name) metrics.add(expression.slice(name.from, name.to));
        else for (const found of regexNames(text())) metrics.add(found);
      }
      if (node.name === 'LabelName') labels.add(text());
    },
  });
  labels.delete('__name__');
  return { metrics: [...metrics], labels: [...labels], broken };
}

/** Every selector in an expression, as it is written. */
export function selectorsIn(expression: string): string[] {
  const selectors: string[] = [];
  parser.parse(expression).iterate({
    enter({ name, from, to }) {
      if (name === 'VectorSelector') selectors.push(expression.slice(from, to));
    },
  });
  return selectors;
}

/** The name in `{__name__=~"NAME(_seconds)?_bucket"}`, without what OTLP adds. */
function regexNames(selector: string): string[] {
  const [, name] = /__name__=~"([^"]*)"/.exec(selector) ?? [];
  return name ? [name.replace('(_seconds)?', '')] : [];
}

/** Every metric of the catalogue by its name in Prometheus, with the labels that its series can carry. */
export const CATALOGUE: ReadonlyMap<string, readonly string[]> = new Map(
  Object.values(METRICS).flatMap((metric) => {
    const labels = metric.attributes.map(prometheusLabel);
    const name = prometheusName(metric);
    if (metric.kind !== 'histogram') return [[name, labels] as const];
    return (['bucket', 'sum', 'count'] as const).map(
      (part) => [`${name}_${part}`, part === 'bucket' ? [...labels, 'le'] : labels] as const,
    );
  }),
);

/** Labels that Prometheus gives, not the instrumentation. */
export const TARGET_LABELS: readonly string[] = ['job', 'instance', PROCESS_LABEL];
