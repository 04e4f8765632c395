/** Asks a Prometheus every query of every panel, as Grafana would. */
import { interpolate, intervalOf } from '../../../dev/interpolate.ts';
import type { PrometheusApi, Series } from '../../../dev/prometheus.ts';
import { PANELS, type QueryPanel, VARIABLES } from './panels.ts';

/** What is asked. */
export interface Question {
  /** The time range, in Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** Values of variables, as regular expressions; All without one. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Seconds between two scrapes. */
  readonly scrapeInterval: number;
  /** Draws one bar, as long as the time range, instead of one for each scrape. */
  readonly oneBar?: boolean;
  /** @default all panels that query Prometheus */
  readonly panels?: readonly QueryPanel[];
}

/** The results of all panels for one time range. */
export interface Results {
  /** The series of each query, by `uid: title [refId]`. */
  readonly all: ReadonlyMap<string, readonly Series[]>;
  /** Seconds between two points. */
  readonly step: number;
  /** When the last point of a graph is, in Unix seconds. */
  readonly last: number;
  /** The series of a query: `of('anthropic-cost', 'Calls')`. */
  of(uid: string, title: string, refId?: string): readonly Series[];
}

/** Bars of a graph. */
const BARS = 30;

/** Evaluates every query. Fails with the query that Prometheus rejects. */
export async function evaluate(prometheus: PrometheusApi, question: Question): Promise<Results> {
  const { from, to, variables = {}, scrapeInterval, oneBar = false, panels = PANELS } = question;
  const context = {
    from: from * 1000,
    to: to * 1000,
    maxDataPoints: oneBar ? 1 : BARS,
    scrapeInterval,
    variables: { ...VARIABLES, ...variables },
  };
  const step = intervalOf(context);
  const all = new Map<string, readonly Series[]>();
  for (const { name, targets } of panels) {
    for (const { refId, expr, instant } of targets) {
      const query = interpolate(expr, context);
      const series = instant
        ? prometheus.instant(query, to)
        : prometheus.range(query, oneBar ? to : from, to, step);
      const result = await series.catch((cause: unknown) => {
        throw new Error(`${name} [${refId}] ${query}`, { cause });
      });
      all.set(`${name} [${refId}]`, result);
    }
  }
  const of: Results['of'] = (uid, title, refId = 'A') => {
    const found = all.get(`${uid}: ${title} [${refId}]`);
    if (!found) throw new Error(`there is no ${uid}: ${title} [${refId}]`);
    return found;
  };
  return { all, step, last: oneBar ? to : from + Math.floor((to - from) / step) * step, of };
}
