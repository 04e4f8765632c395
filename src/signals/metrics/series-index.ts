/** Finds the series of a call. Most calls are like the last ones, and finding their series is on the path of each record. */
import type { Attribution } from '../../model/attribution.ts';
import { BoundedCache } from '../../model/bounded-cache.ts';
import type { CallStart } from '../../model/call.ts';
import { CallSeries } from './call-series.ts';
import type { LabelValues } from './label-values.ts';

/** The most kinds of calls that are looked through before a key is made. */
const MAX_RECENT = 4;
/** The most kinds of calls whose series are kept ready. */
const MAX_KINDS = 2000;

/** What the series of a call are found by. */
interface Kind {
  readonly start: CallStart;
  readonly attribution?: Attribution | undefined;
}

/** A kind that was asked for, and its series. */
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
  /** What was last asked for, which is quicker to find than a key is to make. */
  readonly #recent: RecentKind[] = [];
  /** By what calls state when they start, which is quick to find. */
  readonly #byStart = new BoundedCache<CallSeries>(MAX_KINDS);
  /** By capped labels, for names that are too many. */
  readonly #byLabels = new BoundedCache<CallSeries>(MAX_KINDS);

  constructor(values: LabelValues) {
    this.#values = values;
  }

  /** The series of calls of `kind`, as calls of `model`. */
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
