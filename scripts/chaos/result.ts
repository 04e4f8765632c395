/** What a variant did. */
export interface PhaseResult {
  readonly phase: string;
  readonly calls: number;
  failed: number;
  attempts: number;
}

/** A number of the metrics, and the same of the API. */
export interface Comparison {
  readonly what: string;
  readonly metric: number;
  readonly api: number;
}

/** The result of one variant. */
export interface VariantResult {
  readonly calls: number;
  readonly failed: number;
  readonly attempts: number;
  /** In USD, by the tokens that responses stated. */
  readonly cost: number;
  /** Time beyond that of an undisturbed call, of the calls that succeeded, in milliseconds. */
  readonly addedP50: number;
  readonly addedP99: number;
  readonly phases: readonly PhaseResult[];
  /** Calls that were made while the circuit of their model was open, and requests that went there. */
  readonly openCalls: number;
  readonly openRequests: number;
  readonly comparisons: readonly Comparison[];
}
