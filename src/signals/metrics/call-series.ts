/**
 * Builds and caches the attributes of metrics. Every value comes from a closed set or is capped, in number and in length. The
 * attributes are reused from call to call, because building them is a large part of the cost of a record.
 */
import type { Attributes } from '@opentelemetry/api';
import type { Attempt, Disposition } from '../../model/attempt.ts';
import { BoundedCache } from '../../model/bounded-cache.ts';
import type { Call, CallEnd, Outcome } from '../../model/call.ts';
import type { CostKind } from '../../model/cost.ts';
import type { Fault } from '../../model/errors.ts';
import type { ServedBy } from '../../model/serving.ts';
import { stopReasonOf } from '../../model/stop-reason.ts';
import { ATTR } from '../names.ts';
import type { CallLabels, LabelValues } from './label-values.ts';

/** The maximum number of attribute sets that are cached for the series of one kind of call. */
const MAX_SETS = 50;

/** The maximum number of response models whose series are cached. */
const MAX_RESPONSES = 10;
/** Represents an unknown value in a key. No name contains a line break. */
const UNKNOWN = '\n';
/** The modality of tokens, which the API does not state. */
const UNKNOWN_MODALITY = 'unknown';

/** The attributes of calls with a response of one model. */
export interface ResponseSeries {
  readonly inference: Attributes;
  readonly tokens: Attributes;
}

/** An outcome, and its attributes. */
interface KnownOutcome extends Pick<Call, 'stream' | 'errorType' | 'fault' | 'canceledBy'> {
  readonly outcome: Outcome;
  readonly stopReason: string | undefined;
  readonly servedBy: ServedBy | undefined;
  readonly attributes: Attributes;
}

/** The result of an attempt, and its attributes. */
interface KnownAttempt {
  readonly disposition: Disposition | undefined;
  readonly status: number | undefined;
  readonly errorType: string | undefined;
  readonly fault: Fault | undefined;
  readonly attributes: Attributes;
}

/** The attributes of the calls with one set of labels. */
export class CallSeries {
  readonly labels: CallLabels;
  /** Only the model. */
  readonly model: Attributes;
  /** Method and model. */
  readonly call: Attributes;
  /** Only the path. */
  readonly route: Attributes;
  /** Path and model. */
  readonly streak: Attributes;
  readonly streakKey: string;
  /** Identifies the attribution of the calls. */
  readonly attributionKey: string;
  readonly #values: LabelValues;
  readonly #sets = new BoundedCache<Attributes>(MAX_SETS);
  readonly #responses = new BoundedCache<ResponseSeries>(MAX_RESPONSES);
  readonly #costs = new Map<CostKind, Attributes>();
  /** The result of the last lookup, which is usually the next one too. */
  #lastOutcome: KnownOutcome | undefined;
  #lastAttempt: KnownAttempt | undefined;

  constructor(labels: CallLabels, values: LabelValues) {
    this.labels = labels;
    this.#values = values;
    const { model, method, route } = labels;
    this.model = model === undefined ? {} : { [ATTR.requestModel]: model };
    this.call = { [ATTR.method]: method, ...this.model };
    this.route = { [ATTR.httpRoute]: route };
    this.streak = { ...this.route, ...this.model };
    this.streakKey = `${route} ${model}`;
    this.attributionKey = JSON.stringify(labels.attribution);
  }

  /** The attributes of a failed call or attempt: method, model and error. */
  failed(errorType: string | undefined): Attributes {
    if (errorType === undefined) return this.call;
    return this.#set(`failed ${errorType}`, () => ({ ...this.call, [ATTR.errorType]: errorType }));
  }

  /** The attributes of an ended call. */
  outcome(call: Call, end: CallEnd): Attributes {
    const { stream, errorType, fault, canceledBy } = call;
    const { outcome } = end;
    const servedBy = call.serving?.servedBy;
    const stopReason = stopReasonOf(end.stopReason);
    const last = this.#lastOutcome;
    if (
      last?.outcome === outcome &&
      last.stream === stream &&
      last.errorType === errorType &&
      last.fault === fault &&
      last.stopReason === stopReason &&
      last.servedBy === servedBy &&
      last.canceledBy === canceledBy
    ) {
      return last.attributes;
    }
    const key = `call ${outcome} ${stream} ${errorType} ${fault} ${stopReason} ${servedBy} ${canceledBy}`;
    const attributes = this.#set(key, () => ({
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
    this.#lastOutcome = { outcome, stream, errorType, fault, stopReason, servedBy, canceledBy, attributes };
    return attributes;
  }

  /** The attributes of an ended attempt. */
  attempt({ response, failure, disposition }: Attempt): Attributes {
    const { errorType, fault } = failure ?? {};
    const last = this.#lastAttempt;
    if (
      last !== undefined &&
      last.disposition === disposition &&
      last.status === response?.status &&
      last.errorType === errorType &&
      last.fault === fault
    ) {
      return last.attributes;
    }
    const status = this.#values.status(response?.status);
    const attributes = this.#set(`attempt ${disposition} ${status} ${errorType} ${fault}`, () => ({
      ...this.call,
      [ATTR.provider]: this.labels.provider,
      [ATTR.disposition]: disposition,
      ...(status !== undefined && { [ATTR.httpStatus]: status }),
      ...(errorType !== undefined && { [ATTR.errorType]: errorType }),
      ...(fault !== undefined && { [ATTR.fault]: fault }),
      ...this.labels.attribution,
    }));
    this.#lastAttempt = { disposition, status: response?.status, errorType, fault, attributes };
    return attributes;
  }

  /** The attributes of a wait before a retry, including the error that caused it. */
  retryDelay(cause: string | undefined): Attributes {
    if (cause === undefined) return this.model;
    return this.#set(`delay ${cause}`, () => ({ ...this.model, [ATTR.errorType]: cause }));
  }

  /** The attributes of the GenAI conventions, for calls that infer and get a response from `responseModel`. */
  responses(responseModel: string | undefined): ResponseSeries {
    return this.#responses.get(responseModel ?? UNKNOWN, () => {
      const { operation, provider, attribution } = this.labels;
      const attributes = {
        [ATTR.operation]: operation,
        [ATTR.provider]: provider,
        ...this.model,
        ...this.#values.response(this.labels, responseModel),
      };
      return {
        inference: attributes,
        tokens: { ...attributes, [ATTR.modality]: UNKNOWN_MODALITY, ...attribution },
      };
    });
  }

  /** The attributes of a part of the cost. */
  cost(kind: CostKind): Attributes {
    let known = this.#costs.get(kind);
    if (!known) {
      known = { ...this.model, [ATTR.costKind]: kind, ...this.labels.attribution };
      this.#costs.set(kind, known);
    }
    return known;
  }

  /** The attributes of a rate limit. */
  rateLimit(type: string): Attributes {
    return { [ATTR.rateLimit]: type, ...this.model };
  }

  #set(key: string, make: () => Attributes): Attributes {
    return this.#sets.get(key, make);
  }
}
