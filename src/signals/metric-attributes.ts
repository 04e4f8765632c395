/**
 * The attributes of metrics. Every value comes from a closed set or is capped. Those of what succeeds are the same from call to call and kept ready: making
 * them anew is much of what a record costs.
 */
import type { Attributes } from '@opentelemetry/api';
import type { Attempt } from '../model/attempt.ts';
import { BoundedValues } from '../model/bounded.ts';
import { BoundedCache } from '../model/bounded-cache.ts';
import type { Call, CallEnd } from '../model/call.ts';
import type { CostKind } from '../model/cost.ts';
import { faultOf } from '../model/errors.ts';
import { ATTR } from './names.ts';

/** The most distinct values of an attribute that is not closed, before `_OTHER`. */
export const MAX_VALUES = 100;
/** The most sets of attributes that are kept ready. */
const MAX_SETS = 2000;
/** Stands for what is not known, in a key. No name has a line break. */
const UNKNOWN = '\n';

/** Makes the attributes of metrics. */
export class MetricAttributes {
  readonly #values = new Map<string, BoundedValues>();
  #sets = new BoundedCache<Attributes>(MAX_SETS);
  #tier: Attributes | undefined;

  /** The `anthropic.tier` of every attempt and rate limit from now on. */
  setTier(tier: string | undefined): void {
    this.#tier = tier === undefined ? undefined : { [ATTR.tier]: tier };
    this.#sets = new BoundedCache(MAX_SETS);
  }

  /** Method and model. */
  call(call: Call): Attributes {
    const { method, model = UNKNOWN } = call.start;
    return this.#sets.get(`call\n${method}\n${model}`, () => ({
      [ATTR.method]: this.bounded(ATTR.method, method),
      ...this.model(call),
    }));
  }

  /** Of an ended call. */
  outcome(call: Call, { outcome }: CallEnd): Attributes {
    const { stream, errorType, fault } = call;
    const { method, model = UNKNOWN, provider } = call.start;
    const attributes = this.#sets.get(`${outcome}\n${stream}\n${provider}\n${method}\n${model}`, () => ({
      ...this.call(call),
      [ATTR.provider]: this.bounded(ATTR.provider, provider),
      [ATTR.outcome]: outcome,
      [ATTR.stream]: stream,
    }));
    if (errorType === undefined) return attributes;
    return { ...attributes, [ATTR.errorType]: errorType, ...(fault && { [ATTR.fault]: fault }) };
  }

  /** Of an ended attempt. */
  attempt(call: Call, { answer, failure, disposition }: Attempt): Attributes {
    const { method, model = UNKNOWN, provider } = call.start;
    const status = answer?.status;
    const key = `attempt ${disposition}\n${status}\n${provider}\n${method}\n${model}`;
    const attributes = this.#sets.get(key, () => ({
      ...this.call(call),
      [ATTR.provider]: this.bounded(ATTR.provider, provider),
      [ATTR.disposition]: disposition,
      ...(status !== undefined && { [ATTR.httpStatus]: status }),
      ...this.#tier,
    }));
    if (!failure) return attributes;
    const { errorType } = failure;
    return { ...attributes, [ATTR.errorType]: errorType, [ATTR.fault]: faultOf({ ...failure, status }) };
  }

  /** Of the GenAI conventions, for a call that infers. */
  inference({ start }: Call, { responseModel }: CallEnd, modality?: string): Attributes {
    const { operation, provider, model, serverAddress, serverPort } = start;
    const models = `${model ?? UNKNOWN}\n${responseModel ?? UNKNOWN}`;
    const key = `${modality}\n${operation}\n${provider}\n${serverAddress}\n${serverPort}\n${models}`;
    return this.#sets.get(key, () => ({
      [ATTR.operation]: operation,
      [ATTR.provider]: this.bounded(ATTR.provider, provider),
      ...(model !== undefined && { [ATTR.requestModel]: this.bounded(ATTR.requestModel, model) }),
      ...(responseModel !== undefined && {
        [ATTR.responseModel]: this.bounded(ATTR.responseModel, responseModel),
      }),
      ...(serverAddress !== undefined && {
        [ATTR.serverAddress]: this.bounded(ATTR.serverAddress, serverAddress),
        [ATTR.serverPort]: serverPort,
      }),
      ...(modality !== undefined && { [ATTR.modality]: modality }),
    }));
  }

  /** Of a part of the cost. */
  cost(call: Call, kind: CostKind): Attributes {
    const { model = UNKNOWN } = call.start;
    return this.#sets.get(`cost\n${kind}\n${model}`, () => ({ ...this.model(call), [ATTR.costKind]: kind }));
  }

  /** Of a rate limit. */
  rateLimit(call: Call, type: string): Attributes {
    return { [ATTR.rateLimit]: type, ...this.model(call), ...this.#tier };
  }

  /** The path, capped. */
  route(call: Call): Attributes {
    return { [ATTR.httpRoute]: this.bounded(ATTR.httpRoute, call.start.route ?? call.start.method) };
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
}
