/** What no rule can be faster than: reading each series that the pack asks for, once. */
import { parser } from '@prometheus-io/lezer-promql';
import type { Prometheus } from '../../dev/prometheus.ts';
import { type Figure, figure } from '../statistics.ts';

const ROUNDS = 5;

/** Seconds for reading, and what was read. */
export interface Floor extends Figure {
  readonly series: number;
}

/** Counts the series of each selector in `expressions` with a query of its own, one after the other. */
export async function measureFloor(prometheus: Prometheus, expressions: readonly string[]): Promise<Floor> {
  const selectors = selectorsOf(expressions);
  let series = 0;
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = performance.now();
    series = 0;
    for (const selector of selectors) series += await prometheus.number(`count(${selector})`);
    // The first round fills caches.
    if (round > 0) times.push((performance.now() - began) / 1000);
  }
  return { ...figure(times), series };
}

/** What selects series of the instrumentation, each series once. Records are made by the rules: no cost of reading. */
export function selectorsOf(expressions: readonly string[]): string[] {
  const byName = new Map<string, Set<string>>();
  for (const expression of expressions) {
    parser.parse(expression).iterate({
      enter({ name, from, to }) {
        if (name !== 'VectorSelector') return;
        const selector = expression.slice(from, to);
        const metric = /__name__=~"([^"]+)"/.exec(selector)?.[1] ?? selector.split('{', 1)[0] ?? '';
        if (metric.includes(':')) return;
        byName.set(metric, (byName.get(metric) ?? new Set()).add(selector));
      },
    });
  }
  // A selector without matchers reads what those with matchers read too.
  return [...byName].flatMap(([metric, selectors]) => (selectors.has(metric) ? [metric] : [...selectors]));
}
