/** Loads a dashboard as a browser does, and measures what that takes. */
import { interpolate, intervalOf, type QueryContext } from '../../dev/interpolate.ts';
import type { Prometheus } from '../../dev/prometheus.ts';

/** The part of a dashboard's JSON that is read here. */
export interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly allValue?: string;
      readonly current?: { readonly value?: unknown };
      readonly type: string;
    }[];
  };
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly maxDataPoints?: number;
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr?: string;
    readonly instant?: boolean;
  }[];
}

/** What the range is, and how many points a second it has. */
export interface LoadOptions {
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** Seconds between scrapes. */
  readonly step: number;
  /** The variable `recorded`: `1m` reads the records, nothing reads the counters. */
  readonly recorded: '' | '1m';
}

/** What a dashboard took. */
export interface Load {
  readonly queries: number;
  /** From the first query to the last response. */
  readonly seconds: number;
  /** Seconds that the Prometheus computed. */
  readonly cpu: number;
  /** The queries that took longest. */
  readonly slowest: readonly { readonly query: string; readonly seconds: number }[];
}

/** How many queries a browser sends at a time. */
const AT_A_TIME = 6;

/** Sends the queries of all panels that are open, and waits for the last response. */
export async function load(
  prometheus: Prometheus,
  dashboard: Dashboard,
  options: LoadOptions,
): Promise<Load> {
  const { from, to, step, recorded } = options;
  const variables = Object.fromEntries(
    dashboard.templating.list.map(({ name, type, allValue, current }) => [
      name,
      allValue ?? (type === 'textbox' ? String(current?.value) : ''),
    ]),
  );
  const queries = dashboard.panels.flatMap(({ title, targets = [], maxDataPoints = 180 }) =>
    targets.flatMap(({ refId, expr, instant }) =>
      expr ? [{ name: `${title} [${refId}]`, expr, instant, maxDataPoints }] : [],
    ),
  );
  const waiting = queries.values();
  const took: { query: string; seconds: number }[] = [];
  const cpuBefore = await cpuSeconds(prometheus);
  const began = performance.now();
  const sender = async (): Promise<void> => {
    for (const { name, expr, instant, maxDataPoints } of waiting) {
      const context: QueryContext = {
        from: from * 1000,
        to: to * 1000,
        maxDataPoints,
        scrapeInterval: step,
        variables: { ...variables, recorded },
      };
      const query = interpolate(expr, context);
      const sent = performance.now();
      await (instant
        ? prometheus.instant(query, to)
        : prometheus.range(query, from, to, intervalOf(context)));
      took.push({ query: name, seconds: (performance.now() - sent) / 1000 });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, sender));
  return {
    queries: queries.length,
    seconds: (performance.now() - began) / 1000,
    cpu: (await cpuSeconds(prometheus)) - cpuBefore,
    slowest: took.toSorted((a, b) => b.seconds - a.seconds).slice(0, 3),
  };
}

/** What a Prometheus states of itself. */
async function cpuSeconds({ url }: Prometheus): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const [, seconds] = /^process_cpu_seconds_total (\S+)$/m.exec(page) ?? [];
  return Number(seconds);
}
