/** Caps the values of the attributes of metrics, and finds the series of a call. */
import type { Attributes } from '@opentelemetry/api';
import type { Attribution } from '../../model/attribution.ts';
import { BoundedValues } from '../../model/bounded.ts';
import { BoundedCache } from '../../model/bounded-cache.ts';
import type { CallStart } from '../../model/call.ts';
import { OTHER } from '../../model/errors.ts';
import { ATTR, attributionAttribute } from '../names.ts';
import { type CallLabels, CallSeries } from './call-series.ts';

/** The most distinct values of an attribute that is not closed, before `_OTHER`. */
export const MAX_VALUES = 100;
/** The most servers (address and port), before `_OTHER`. */
const MAX_SERVERS = 30;
/** The most combinations of a server, a model and the model of its response. Of more, only the model is stated. */
const MAX_COMBINATIONS = 200;
/** The most combinations of a model and of who a call is made for. Of more, only the model is stated. */
const MAX_ATTRIBUTIONS = 1000;
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

/** The values that the attributes of one meter provider's metrics have. */
export class LabelValues {
  readonly #values = new Map<string, BoundedValues>();
  readonly #servers = new BoundedValues(MAX_SERVERS);
  readonly #combinations = new BoundedValues(MAX_COMBINATIONS, Number.POSITIVE_INFINITY);
  /** What was last asked for, which is quicker to find than a key is to make. */
  readonly #recent: RecentKind[] = [];
  readonly #attributions = new BoundedValues(MAX_ATTRIBUTIONS, Number.POSITIVE_INFINITY);
  /** By what calls say of themselves, which is quick to find. */
  readonly #byStart = new BoundedCache<CallSeries>(MAX_KINDS);
  /** By capped labels, for names that are too many. */
  readonly #byLabels = new BoundedCache<CallSeries>(MAX_KINDS);

  /** The series of `call`, as a call of `model`. */
  seriesOf(kind: Kind, model: string | undefined = kind.start.model): CallSeries {
    const recent = this.#recent.find((each) => isSame(each, kind, model));
    if (recent) return recent.series;
    const series = this.#known(kind, model);
    this.#recent.unshift({ kind: { start: kind.start, attribution: kind.attribution }, model, series });
    if (this.#recent.length > MAX_RECENT) this.#recent.pop();
    return series;
  }

  #known({ start, attribution }: Kind, model: string | undefined): CallSeries {
    const { method, provider, route, operation, serverAddress, serverPort } = start;
    const key = `${method}\n${model}\n${provider}\n${route}\n${operation}\n${serverAddress}\n${serverPort}`;
    if (!attribution) return this.#byStart.get(key, () => this.#find(start, model, {}));
    const { declared, declaredKey } = attribution;
    return this.#byStart.get(`${key}\n${declaredKey}`, () => this.#find(start, model, declared));
  }

  /** `value` as the value of `attribute`, or `_OTHER` when that has too many. */
  bounded(attribute: string, value: string): string {
    let values = this.#values.get(attribute);
    if (!values) {
      values = new BoundedValues(MAX_VALUES);
      this.#values.set(attribute, values);
    }
    return values.of(value);
  }

  /** Two models, each capped, and so are the pairs. */
  pair(from: string, to: string): readonly [string, string] {
    const [known, other] = [this.bounded(ATTR.requestModel, from), this.bounded(ATTR.requestModel, to)];
    return this.#combinations.of(`pair\n${known}\n${other}`) === OTHER ? [OTHER, OTHER] : [known, other];
  }

  /** A server may respond with any number: too many different ones are not recorded. */
  status(status: number | undefined): number | undefined {
    if (status === undefined) return undefined;
    return this.bounded(ATTR.httpStatus, String(status)) === OTHER ? undefined : status;
  }

  /** Server and model of a response: each is capped, and so are their combinations, which would multiply. */
  response({ model, address, port }: CallLabels, responseModel: string | undefined): Attributes {
    const named = responseModel === undefined ? undefined : this.bounded(ATTR.responseModel, responseModel);
    const key = `${model}\n${named}\n${address}\n${port}`;
    if (this.#combinations.of(key) === OTHER) return COMBINED;
    return {
      ...(named !== undefined && { [ATTR.responseModel]: named }),
      ...(address !== undefined && { [ATTR.serverAddress]: address }),
      ...(port !== undefined && { [ATTR.serverPort]: port }),
    };
  }

  #find(start: CallStart, model: string | undefined, declared: Attribution['declared']): CallSeries {
    const attribution = this.#attribution(model, declared);
    const labels: CallLabels = {
      method: this.bounded(ATTR.method, start.method),
      model: model === undefined ? undefined : this.bounded(ATTR.requestModel, model),
      provider: this.bounded(ATTR.provider, start.provider),
      route: this.bounded(ATTR.httpRoute, start.route ?? start.method),
      operation: start.operation,
      ...this.#server(start),
      attribution,
    };
    return this.#byLabels.get(JSON.stringify(labels), () => new CallSeries(labels, this));
  }

  /** Each value is capped, and so are the combinations of a model and values, which would multiply. */
  #attribution(model: string | undefined, declared: Attribution['declared']): Attributes {
    const entries = Object.entries(declared).map(([key, value]) => {
      const attribute = attributionAttribute(key);
      return [attribute, this.bounded(attribute, value)] as const;
    });
    if (entries.length === 0) return {};
    const named = model === undefined ? undefined : this.bounded(ATTR.requestModel, model);
    const combination = JSON.stringify([named, entries]);
    const known = this.#attributions.of(combination) === combination;
    return Object.fromEntries(known ? entries : entries.map(([attribute]) => [attribute, OTHER]));
  }

  /** The port of a server that is not stated would tell servers apart all the same. */
  #server({ serverAddress, serverPort }: CallStart): Pick<CallLabels, 'address' | 'port'> {
    if (serverAddress === undefined) return { address: undefined, port: undefined };
    return this.#servers.of(`${serverAddress}\n${serverPort}`) === OTHER
      ? { address: OTHER, port: undefined }
      : { address: serverAddress, port: serverPort };
  }
}

/** Stands for every combination beyond the cap. */
const COMBINED: Attributes = { [ATTR.responseModel]: OTHER, [ATTR.serverAddress]: OTHER };
