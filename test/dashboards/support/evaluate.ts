/** Asks a Prometheus every query of every panel, as Grafana would. */
import { interpolate, intervalOf } from '../../../dev/interpolate.ts';
import type { PrometheusApi, Series } from '../../../dev/prometheus.ts';
import { PANELS, type QueryPanel, VARIABLES } from './panels.ts';

/** What a query of a panel gave. */
export interface Answer {
  /** `uid: title [refId]` */
  readonly name: string;
  readonly instant: boolean;
  readonly series: readonly Series[];
}

/** The answers of all panels for one time range. */
export class Answers {
  readonly all: readonly Answer[];
  /** Seconds between two points. */
  readonly step: number;

  constructor(all: readonly Answer[], step: number) {
    this.all = all;
    this.step = step;
  }

  /** The series of a query: `of('anthropic-cost', 'Calls')`. */
  of(uid: string, title: string, refId = 'A'): readonly Series[] {
    const name = `${uid}: ${title} [${refId}]`;
    const found = this.all.find((answer) => answer.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found.series;
  }

  /** The sum of all values of all series: of bars, the number in the legend. */
  sum(uid: string, title: string, refId?: string, labels: Readonly<Record<string, string>> = {}): number {
    let sum = 0;
    for (const { metric, values } of this.of(uid, title, refId)) {
      if (Object.entries(labels).some(([label, value]) => metric[label] !== value)) continue;
      for (const [, value] of values) sum += value;
    }
    return sum;
  }
}

/** Evaluates every query of `panels`, or of every panel, from `from` to `to`, in Unix seconds. Fails with the query that Prometheus refuses. */
export async function evaluate(
  prometheus: PrometheusApi,
  from: number,
  to: number,
  variables: Readonly<Record<string, string>> = {},
  scrapeInterval = 1,
  panels: readonly QueryPanel[] = PANELS,
): Promise<Answers> {
  const context = {
    from: from * 1000,
    to: to * 1000,
    maxDataPoints: to - from,
    scrapeInterval,
    variables: { ...VARIABLES, ...variables },
  };
  const step = intervalOf(context);
  const all: Answer[] = [];
  for (const { name, targets } of panels) {
    for (const { refId, expr, instant } of targets) {
      const query = interpolate(expr, context);
      const answer = instant ? prometheus.instant(query, to) : prometheus.range(query, from, to, step);
      const series = await answer.catch((cause: unknown) => {
        throw new Error(`${name} [${refId}] ${query}`, { cause });
      });
      all.push({ name: `${name} [${refId}]`, instant, series });
    }
  }
  return new Answers(all, step);
}
