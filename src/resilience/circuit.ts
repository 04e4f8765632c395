/** A circuit: closed, open or half open, by the outcomes of what is sent through it. cockatiel decides when to open, and for how long. */
import { CircuitState, CountBreaker, ExponentialBackoff, type IBackoff, noJitterGenerator } from 'cockatiel';

/** The state of a circuit. */
export type CircuitPhase = 'closed' | 'open' | 'half_open';

/** Settings of a circuit. */
export interface CircuitSettings {
  /** The share of failed attempts above which it opens. */
  readonly threshold: number;
  /** How many of the last attempts count. */
  readonly size: number;
  /** How many there must be. */
  readonly minimum: number;
  /** Milliseconds without an attempt after which the earlier ones no longer count. */
  readonly windowMs: number;
  /** Milliseconds that it stays open the first time; twice as long after each failed probe. */
  readonly openMs: number;
  /** The most milliseconds that it stays open. */
  readonly maxOpenMs: number;
}

/** How an attempt ended, for a circuit. `neutral` shows nothing of the health of the API. */
export type CircuitOutcome = 'success' | 'failure' | 'neutral';

/** A way through a circuit. */
export interface Passage {
  readonly probe: boolean;
  /** Ends the passage. Returns the new phase if it changed. */
  end(outcome: CircuitOutcome, now: number): CircuitPhase | undefined;
}

/** One circuit. */
export class Circuit {
  readonly #settings: CircuitSettings;
  #breaker: CountBreaker;
  #lastAt = 0;
  #phase: CircuitPhase = 'closed';
  #backoff: IBackoff<unknown> | undefined;
  #reopensAt = 0;
  #probing = false;
  /** Counts the openings: what was sent before one shows nothing after it. */
  #epoch = 0;

  constructor(settings: CircuitSettings) {
    this.#settings = settings;
    this.#breaker = newBreaker(settings);
  }

  get phase(): CircuitPhase {
    return this.#phase;
  }

  /** When the next probe may be sent, in Unix milliseconds. */
  get probeAt(): number {
    return this.#reopensAt;
  }

  /** A way through, or `undefined` when the circuit is open. */
  enter(now: number): Passage | undefined {
    if (this.#phase === 'closed') return this.#passage(false);
    if (this.#probing || this.#isOpen(now)) return undefined;
    this.#phase = 'half_open';
    this.#probing = true;
    return this.#passage(true);
  }

  /** A clock that was set back to before the circuit opened does not keep it open. */
  #isOpen(now: number): boolean {
    return now < this.#reopensAt && now >= this.#reopensAt - (this.#backoff?.duration ?? 0);
  }

  #passage(probe: boolean): Passage {
    const epoch = this.#epoch;
    let ended = false;
    return {
      probe,
      end: (outcome, now) => {
        if (ended || epoch !== this.#epoch) return undefined;
        ended = true;
        return probe ? this.#probeEnded(outcome, now) : this.#attemptEnded(outcome, now);
      },
    };
  }

  #attemptEnded(outcome: CircuitOutcome, now: number): CircuitPhase | undefined {
    if (outcome === 'neutral') return undefined;
    if (Math.abs(now - this.#lastAt) > this.#settings.windowMs) this.#breaker = newBreaker(this.#settings);
    this.#lastAt = now;
    if (outcome === 'success') {
      this.#breaker.success(CircuitState.Closed);
      return undefined;
    }
    return this.#breaker.failure(CircuitState.Closed) ? this.#open(now) : undefined;
  }

  #probeEnded(outcome: CircuitOutcome, now: number): CircuitPhase | undefined {
    this.#probing = false;
    // The next call is a probe again.
    if (outcome === 'neutral') return undefined;
    if (outcome === 'failure') return this.#open(now);
    this.#epoch += 1;
    this.#phase = 'closed';
    this.#backoff = undefined;
    this.#breaker = newBreaker(this.#settings);
    return 'closed';
  }

  #open(now: number): CircuitPhase {
    const { openMs, maxOpenMs } = this.#settings;
    const first = new ExponentialBackoff({
      generator: noJitterGenerator,
      initialDelay: openMs,
      maxDelay: maxOpenMs,
    });
    this.#epoch += 1;
    this.#phase = 'open';
    this.#backoff = this.#backoff?.next(undefined) ?? first.next();
    this.#reopensAt = now + this.#backoff.duration;
    return 'open';
  }
}

function newBreaker({ threshold, size, minimum }: CircuitSettings): CountBreaker {
  return new CountBreaker({ threshold, size, minimumNumberOfCalls: minimum });
}
