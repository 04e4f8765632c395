/** Finds the series of a call. This runs for every record, and most calls are like the previous ones. */
import type { Attribution } from '../../model/attribution.ts';
import { BoundedCache } from '../../model/bounded-cache.ts';
import type { CallStart } from '../../model/call.ts';
import { CallSeries } from './call-series.ts';
import type { LabelValues } from './label-values.ts';

/** The maximum number of recent kinds that are compared before a key is built. */
const MAX_RECENT = 4;
/** The maximum number of kinds of calls whose series are cached. */
const MAX_KINDS = 2000;

/** The facts by which the series of a call are found. */
interface Kind {
  readonly start: CallStart;
  readonly attribution?: Attribution | undefined;
}

/** A recently used kind, and its series. */
interface RecentKind {
  readonly kind: Kind;
  readonly model: string | undefined;
  readonly series: CallSeries;
}

function isSame(
  { kind, model: known }: RecentKind,
  { start, attribution }: Kind,
  model: string | undefined,
): boolean {
  return (
    known === model &&
    kind.start.method === start.method &&
    kind.start.serverAddress === start.serverAddress &&
    kind.start.serverPort === start.serverPort &&
    kind.start.route === start.route &&
    kind.start.provider === start.provider &&
    kind.start.operation === start.operation &&
    kind.attribution?.declaredKey === attribution?.declaredKey
  );
}

/** The series of one meter provider's calls. */
export class SeriesIndex {
  readonly #values: LabelValues;
  /** The last results. Comparing them is faster than building a key. */
  readonly #recent: RecentKind[] = [];
  /** By the facts at the start of a call, which is the fast lookup. */
  readonly #byStart = new BoundedCache<CallSeries>(MAX_KINDS);
  /** By capped labels, if there are too many names. */
  readonly #byLabels = new BoundedCache<CallSeries>(MAX_KINDS);

  constructor(values: LabelValues) {
    this.#values = values;
  }

  /** The series of calls of `kind`, for `model`. */
  of(kind: Kind, model: string | undefined = kind.start.model): CallSeries {
    const recent = this.#recent.find((each) => isSame(each, kind, model));
    if (recent) return recent.series;
    const series = this.#byKind(kind, model);
    this.#recent.unshift({ kind: { start: kind.start, attribution: kind.attribution }, model, series });
    if (this.#recent.length > MAX_RECENT) this.#recent.pop();
    return series;
  }

  #byKind({ start, attribution }: Kind, model: string | undefined): CallSeries {
    const { method, provider, route, operation, serverAddress, serverPort } = start;
    const key = `${method}\n${model}\n${provider}\n${route}\n${operation}\n${serverAddress}\n${serverPort}`;
    if (!attribution) return this.#byStart.get(key, () => this.#byLabel(start, model, {}));
    const { declared, declaredKey } = attribution;
    return this.#byStart.get(`${key}\n${declaredKey}`, () => this.#byLabel(start, model, declared));
  }

  #byLabel(start: CallStart, model: string | undefined, declared: Attribution['declared']): CallSeries {
    const labels = this.#values.labels(start, model, declared);
    return this.#byLabels.get(JSON.stringify(labels), () => new CallSeries(labels, this.#values));
  }
}
