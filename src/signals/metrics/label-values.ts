/** Caps the attribute values of metrics. */
import type { Attributes } from '@opentelemetry/api';
import type { Attribution } from '../../model/attribution.ts';
import { BoundedValues } from '../../model/bounded.ts';
import type { CallStart } from '../../model/call.ts';
import { OTHER } from '../../model/errors.ts';
import { ATTR, attributionAttribute } from '../names.ts';

/** The maximum number of distinct values of an open attribute. Further values become `_OTHER`. */
export const MAX_VALUES = 100;
/** The maximum number of servers (address and port). Further servers become `_OTHER`. */
const MAX_SERVERS = 30;
/** The maximum number of combinations of server, model and response model. Further combinations state only the model. */
const MAX_COMBINATIONS = 200;
/** The maximum number of combinations of model and attribution. Further combinations state only the model. */
const MAX_ATTRIBUTIONS = 1000;
/** The labels that calls of one kind share, and by which their series are found. All are capped. */
export interface CallLabels {
  readonly method: string;
  readonly model: string | undefined;
  readonly provider: string;
  readonly route: string;
  readonly operation: string | undefined;
  readonly address: string | undefined;
  readonly port: number | undefined;
  /** The attribution of the calls. */
  readonly attribution: Attributes;
}

/** The attribute values of one meter provider's metrics. */
export class LabelValues {
  readonly #values = new Map<string, BoundedValues>();
  readonly #servers = new BoundedValues(MAX_SERVERS);
  readonly #combinations = new BoundedValues(MAX_COMBINATIONS, Number.POSITIVE_INFINITY);
  readonly #attributions = new BoundedValues(MAX_ATTRIBUTIONS, Number.POSITIVE_INFINITY);

  /** Returns `value`, or `_OTHER` if `attribute` already has too many values. */
  bounded(attribute: string, value: string): string {
    let values = this.#values.get(attribute);
    if (!values) {
      values = new BoundedValues(MAX_VALUES);
      this.#values.set(attribute, values);
    }
    return values.of(value);
  }

  /** Caps two models. Each is capped, and so are the pairs. */
  pair(from: string, to: string): readonly [string, string] {
    const [known, other] = [this.bounded(ATTR.requestModel, from), this.bounded(ATTR.requestModel, to)];
    return this.#combinations.of(`pair\n${known}\n${other}`) === OTHER ? [OTHER, OTHER] : [known, other];
  }

  /** Caps the number of distinct statuses, because a server may respond with any number. Further ones are not recorded. */
  status(status: number | undefined): number | undefined {
    if (status === undefined) return undefined;
    return this.bounded(ATTR.httpStatus, String(status)) === OTHER ? undefined : status;
  }

  /** The attributes for server and response model. Each is capped, and so are their combinations, which would multiply. */
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

  /** The labels of calls that start like `start` and use `model`, with their attribution. */
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

  /** The attributes of the attribution. Each value is capped, and so are the combinations with a model, which would multiply. */
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

  /** Drops the port together with the address, because the port alone would still distinguish servers. */
  #server({ serverAddress, serverPort }: CallStart): Pick<CallLabels, 'address' | 'port'> {
    if (serverAddress === undefined) return { address: undefined, port: undefined };
    return this.#servers.of(`${serverAddress}\n${serverPort}`) === OTHER
      ? { address: OTHER, port: undefined }
      : { address: serverAddress, port: serverPort };
  }
}

/** Represents every combination beyond the cap. */
const COMBINED: Attributes = { [ATTR.responseModel]: OTHER, [ATTR.serverAddress]: OTHER };
