/**
 * The attributes of metrics. Every value comes from a closed set or is capped, in number and in length. They are the same from call to
 * call and kept ready: making them anew is much of what a record costs.
 */
import type { Attributes } from '@opentelemetry/api';
import type { Attempt } from '../../model/attempt.ts';
import { BoundedCache } from '../../model/bounded-cache.ts';
import type { Call, CallEnd } from '../../model/call.ts';
import type { CostKind } from '../../model/cost.ts';
import { stopReasonOf } from '../../model/stop-reason.ts';
import { ATTR } from '../names.ts';
import type { LabelValues } from './label-values.ts';

/** The most sets of attributes that the series of one kind of call keep ready. */
const MAX_SETS = 50;

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

/** The attributes of the calls with one set of labels. */
export class CallSeries {
  readonly labels: CallLabels;
  /** The model alone. */
  readonly model: Attributes;
  /** Method and model. */
  readonly call: Attributes;
  /** The path alone. */
  readonly route: Attributes;
  /** Path and model. */
  readonly streak: Attributes;
  readonly #values: LabelValues;
  readonly #sets = new BoundedCache<Attributes>(MAX_SETS);

  constructor(labels: CallLabels, values: LabelValues) {
    this.labels = labels;
    this.#values = values;
    const { model, method, route } = labels;
    this.model = model === undefined ? {} : { [ATTR.requestModel]: model };
    this.call = { [ATTR.method]: method, ...this.model };
    this.route = { [ATTR.httpRoute]: route };
    this.streak = { ...this.route, ...this.model };
  }

  /** Of a call that failed, or an attempt: method, model and error. */
  failed(errorType: string | undefined): Attributes {
    if (errorType === undefined) return this.call;
    return this.#set(`failed ${errorType}`, () => ({ ...this.call, [ATTR.errorType]: errorType }));
  }

  /** Of an ended call. */
  outcome(call: Call, end: CallEnd): Attributes {
    const { stream, errorType, fault, canceledBy } = call;
    const { outcome } = end;
    const servedBy = call.serving?.servedBy;
    const stopReason = stopReasonOf(end.stopReason);
    const key = `call ${outcome} ${stream} ${errorType} ${fault} ${stopReason} ${servedBy} ${canceledBy}`;
    return this.#set(key, () => ({
      ...this.call,
      [ATTR.provider]: this.labels.provider,
      [ATTR.outcome]: outcome,
      [ATTR.stream]: stream,
      ...(errorType !== undefined && { [ATTR.errorType]: errorType }),
      ...(fault !== undefined && { [ATTR.fault]: fault }),
      ...(stopReason !== undefined && { [ATTR.stopReason]: stopReason }),
      ...(servedBy !== undefined && { [ATTR.servedBy]: servedBy }),
      ...(canceledBy !== undefined && { [ATTR.canceledBy]: canceledBy }),
      ...this.labels.attribution,
    }));
  }

  /** Of an ended attempt. */
  attempt({ response, failure, disposition }: Attempt): Attributes {
    const status = this.#values.status(response?.status);
    const fault = failure?.fault;
    return this.#set(`attempt ${disposition} ${status} ${failure?.errorType} ${fault}`, () => ({
      ...this.call,
      [ATTR.provider]: this.labels.provider,
      [ATTR.disposition]: disposition,
      ...(status !== undefined && { [ATTR.httpStatus]: status }),
      ...(failure && { [ATTR.errorType]: failure.errorType }),
      ...(fault !== undefined && { [ATTR.fault]: fault }),
      ...this.labels.attribution,
    }));
  }

  /** Of a wait before a retry, by the error that caused it. */
  retryDelay(cause: string | undefined): Attributes {
    if (cause === undefined) return this.model;
    return this.#set(`delay ${cause}`, () => ({ ...this.model, [ATTR.errorType]: cause }));
  }

  /** Of the GenAI conventions, for a call that infers. `more` tells apart what has further attributes. */
  inference(responseModel: string | undefined, key: string, more?: Attributes): Attributes {
    const response = this.#values.response(this.labels, responseModel);
    return this.#set(`inference ${key} ${response.key}`, () => ({
      [ATTR.operation]: this.labels.operation,
      [ATTR.provider]: this.labels.provider,
      ...this.model,
      ...response.attributes,
      ...more,
    }));
  }

  /** Of a part of the cost. */
  cost(kind: CostKind): Attributes {
    return this.#set(`cost ${kind}`, () => ({
      ...this.model,
      [ATTR.costKind]: kind,
      ...this.labels.attribution,
    }));
  }

  /** Of a rate limit. */
  rateLimit(type: string): Attributes {
    return { [ATTR.rateLimit]: type, ...this.model };
  }

  #set(key: string, make: () => Attributes): Attributes {
    return this.#sets.get(key, make);
  }
}
