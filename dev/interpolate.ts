/** Fills in the variables of a dashboard's query, as Grafana's Prometheus data source does. */

/** What a query is asked for. */
export interface QueryContext {
  /** Start of the time range, in Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  /** How many points a graph has room for. */
  readonly maxDataPoints: number;
  /** Seconds between two scrapes, as the data source is configured. */
  readonly scrapeInterval: number;
  /** Values of the dashboard's variables, as regular expressions. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The steps that Grafana rounds an interval to, in seconds. */
const STEPS = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

/** Seconds between two points of a graph. */
export function intervalOf({ from, to, maxDataPoints, scrapeInterval }: QueryContext): number {
  const exact = (to - from) / 1000 / maxDataPoints;
  const step = STEPS.find((candidate) => candidate >= exact) ?? 86_400;
  return Math.max(step, scrapeInterval);
}

/** The query that Prometheus gets. */
export function interpolate(text: string, context: QueryContext): string {
  const { from, to, scrapeInterval, variables } = context;
  const interval = intervalOf(context);
  const range = Math.round((to - from) / 1000);
  const values: Record<string, string> = {
    ...variables,
    __interval: `${interval}s`,
    __interval_ms: String(interval * 1000),
    __rate_interval: `${Math.max(interval + scrapeInterval, 4 * scrapeInterval)}s`,
    __range: `${range}s`,
    __range_s: String(range),
    __range_ms: String(range * 1000),
    __from: String(from),
    __to: String(to),
  };
  return text.replace(
    /\$(\w+)|\$\{(\w+)(?::\w+)?\}/g,
    (whole, short: string | undefined, long: string | undefined) => values[short ?? long ?? ''] ?? whole,
  );
}
