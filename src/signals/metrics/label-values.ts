/** Caps the values of the attributes of metrics. */
import type { Attributes } from '@opentelemetry/api';
import type { Attribution } from '../../model/attribution.ts';
import { BoundedValues } from '../../model/bounded.ts';
import type { CallStart } from '../../model/call.ts';
import { OTHER } from '../../model/errors.ts';
import { ATTR, attributionAttribute } from '../names.ts';

/** The most distinct values of an attribute that is not closed, before `_OTHER`. */
export const MAX_VALUES = 100;
/** The most servers (address and port), before `_OTHER`. */
const MAX_SERVERS = 30;
/** The most combinations of a server, a model and the model of its response. Of more, only the model is stated. */
const MAX_COMBINATIONS = 200;
/** The most combinations of a model and of who a call is made for. Of more, only the model is stated. */
const MAX_ATTRIBUTIONS = 1000;
/** What calls of one kind have in common: the labels by which their series are found. Capped. */
export interface CallLabels {
  readonly method: string;
  readonly model: string | undefined;
  readonly provider: string;
  readonly route: string;
  readonly operation: string | undefined;
  readonly address: string | undefined;
  readonly port: number | undefined;
  /** Who the calls are made for. */
  readonly attribution: Attributes;
}

/** The values that the attributes of one meter provider's metrics have. */
export class LabelValues {
  readonly #values = new Map<string, BoundedValues>();
  readonly #servers = new BoundedValues(MAX_SERVERS);
  readonly #combinations = new BoundedValues(MAX_COMBINATIONS, Number.POSITIVE_INFINITY);
  readonly #attributions = new BoundedValues(MAX_ATTRIBUTIONS, Number.POSITIVE_INFINITY);

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

  /** The labels of calls that start like `start`, as calls of `model`, with who they are made for. */
  labels(start: CallStart, model: string | undefined, declared: Attribution['declared']): CallLabels {
    return {
      method: this.bounded(ATTR.method, start.method),
      model: model === undefined ? undefined : this.bounded(ATTR.requestModel, model),
      provider: this.bounded(ATTR.provider, start.provider),
      route: this.bounded(ATTR.httpRoute, start.route ?? start.method),
      operation: start.operation,
      ...this.#server(start),
      attribution: this.#attribution(model, declared),
    };
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

  /** The port of a server that is not stated would distinguish servers all the same. */
  #server({ serverAddress, serverPort }: CallStart): Pick<CallLabels, 'address' | 'port'> {
    if (serverAddress === undefined) return { address: undefined, port: undefined };
    return this.#servers.of(`${serverAddress}\n${serverPort}`) === OTHER
      ? { address: OTHER, port: undefined }
      : { address: serverAddress, port: serverPort };
  }
}

/** Stands for every combination beyond the cap. */
const COMBINED: Attributes = { [ATTR.responseModel]: OTHER, [ATTR.serverAddress]: OTHER };
