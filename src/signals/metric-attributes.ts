/**
 * The attributes of metrics. Every value comes from a closed set or is capped, in number and in length. Those of what succeeds
 * are the same from call to call and kept ready: making them anew is much of what a record costs.
 */
import type { Attributes } from '@opentelemetry/api';
import type { Attempt } from '../model/attempt.ts';
import { BoundedValues } from '../model/bounded.ts';
import { BoundedCache } from '../model/bounded-cache.ts';
import type { Call, CallEnd } from '../model/call.ts';
import type { CostKind } from '../model/cost.ts';
import { faultOf, OTHER } from '../model/errors.ts';
import { clean, MAX_LABEL } from '../model/text.ts';
import { ATTR } from './names.ts';

/** The most distinct values of an attribute that is not closed, before `_OTHER`. */
export const MAX_VALUES = 100;
/** The most servers (address and port), before `_OTHER`. */
const MAX_SERVERS = 30;
/** The most combinations of a server, a model and the model of its response. Of more, only the model is told. */
const MAX_COMBINATIONS = 200;
/** The most sets of attributes that are kept ready. */
const MAX_SETS = 2000;
/** Stands for what is not known, in a key. No name has a line break. */
const UNKNOWN = '\n';

/** Makes the attributes of metrics. */
export class MetricAttributes {
  readonly #values = new Map<string, BoundedValues>();
  readonly #servers = new BoundedValues(MAX_SERVERS);
  readonly #combinations = new BoundedValues(MAX_COMBINATIONS, Number.POSITIVE_INFINITY);
  #sets = new BoundedCache<Attributes>(MAX_SETS);
  #tier: Attributes | undefined;

  /** The `anthropic.tier` of every attempt and rate limit from now on. */
  setTier(tier: string | undefined): void {
    this.#tier = tier === undefined ? undefined : { [ATTR.tier]: clean(tier, MAX_LABEL) };
    this.#sets = new BoundedCache(MAX_SETS);
  }

  /** Method and model. */
  call(call: Call): Attributes {
    const method = this.bounded(ATTR.method, call.start.method);
    return this.#sets.get(`call\n${method}\n${this.modelOf(call) ?? UNKNOWN}`, () => ({
      [ATTR.method]: method,
      ...this.model(call),
    }));
  }

  /** Of an ended call. */
  outcome(call: Call, { outcome }: CallEnd): Attributes {
    const { stream, errorType, fault } = call;
    const attributes = this.#sets.get(`${outcome}\n${stream}\n${this.#key(call)}`, () => ({
      ...this.call(call),
      ...this.provider(call),
      [ATTR.outcome]: outcome,
      [ATTR.stream]: stream,
    }));
    if (errorType === undefined) return attributes;
    return { ...attributes, [ATTR.errorType]: errorType, ...(fault && { [ATTR.fault]: fault }) };
  }

  /** Of an ended attempt. */
  attempt(call: Call, { response, failure, disposition }: Attempt): Attributes {
    const status = this.#status(response?.status);
    const attributes = this.#sets.get(`attempt ${disposition}\n${status}\n${this.#key(call)}`, () => ({
      ...this.call(call),
      ...this.provider(call),
      [ATTR.disposition]: disposition,
      ...(status !== undefined && { [ATTR.httpStatus]: status }),
      ...this.#tier,
    }));
    if (!failure) return attributes;
    const { errorType } = failure;
    const fault = faultOf({ ...failure, status: response?.status });
    return { ...attributes, [ATTR.errorType]: errorType, [ATTR.fault]: fault };
  }

  /** Of the GenAI conventions, for a call that infers. */
  inference(call: Call, end: CallEnd, modality?: string): Attributes {
    const { operation } = call.start;
    const { responseModel, address, port } = this.#combination(call, end);
    const key = `${modality}\n${operation}\n${responseModel}\n${address}\n${port}\n${this.#key(call)}`;
    return this.#sets.get(key, () => ({
      [ATTR.operation]: operation,
      ...this.provider(call),
      ...this.model(call),
      ...(responseModel !== undefined && { [ATTR.responseModel]: responseModel }),
      ...(address !== undefined && { [ATTR.serverAddress]: address }),
      ...(port !== undefined && { [ATTR.serverPort]: port }),
      ...(modality !== undefined && { [ATTR.modality]: modality }),
    }));
  }

  /** Of a part of the cost. */
  cost(call: Call, kind: CostKind): Attributes {
    const key = `cost\n${kind}\n${this.modelOf(call) ?? UNKNOWN}`;
    return this.#sets.get(key, () => ({ ...this.model(call), [ATTR.costKind]: kind }));
  }

  /** Of a rate limit. */
  rateLimit(call: Call, type: string): Attributes {
    return { [ATTR.rateLimit]: type, ...this.model(call), ...this.#tier };
  }

  /** The path, capped. */
  route({ start }: Call): { readonly [ATTR.httpRoute]: string } {
    return { [ATTR.httpRoute]: this.bounded(ATTR.httpRoute, start.route ?? start.method) };
  }

  /** The provider, capped. */
  provider({ start }: Call): { readonly [ATTR.provider]: string } {
    return { [ATTR.provider]: this.bounded(ATTR.provider, start.provider) };
  }

  /** The model alone. */
  model(call: Call): Attributes | undefined {
    const model = this.modelOf(call);
    return model === undefined ? undefined : { [ATTR.requestModel]: model };
  }

  /** The model of `call`, capped: the key under which its series and streaks are kept. */
  modelOf(call: Call): string | undefined {
    return call.start.model === undefined ? undefined : this.bounded(ATTR.requestModel, call.start.model);
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

  /** What tells calls apart in a key: capped like the attributes, because keys are kept. */
  #key(call: Call): string {
    const provider = this.bounded(ATTR.provider, call.start.provider);
    const method = this.bounded(ATTR.method, call.start.method);
    return `${provider}\n${method}\n${this.modelOf(call) ?? UNKNOWN}`;
  }

  /** A server may respond with any number: too many different ones are not recorded. */
  #status(status: number | undefined): number | undefined {
    if (status === undefined) return undefined;
    return this.bounded(ATTR.httpStatus, String(status)) === OTHER ? undefined : status;
  }

  /** Server and model of the response: each is capped, and so are their combinations, which would multiply. */
  #combination(call: Call, end: CallEnd): Combination {
    const { serverAddress, serverPort } = call.start;
    const responseModel =
      end.responseModel === undefined ? undefined : this.bounded(ATTR.responseModel, end.responseModel);
    const server =
      serverAddress === undefined ? undefined : this.#servers.of(`${serverAddress}\n${serverPort}`);
    const key = `${this.modelOf(call)}\n${responseModel}\n${server}`;
    if (this.#combinations.of(key) === OTHER) return COMBINED;
    // The port of a server that is not told would tell servers apart all the same.
    return server === OTHER
      ? { responseModel, address: OTHER }
      : { responseModel, address: serverAddress, port: serverPort };
  }
}

/** Where a response came from, and by which model. */
interface Combination {
  readonly responseModel?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

/** Stands for every combination beyond the cap. */
const COMBINED: Combination = { responseModel: OTHER, address: OTHER };
