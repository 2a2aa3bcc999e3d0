import { count, positiveMs, ratio as checkRatio, rejectUnknown } from '@inmesh/core/options';
import { RollingCounts } from '@inmesh/core/window';

/**
 * Decides when a closed circuit has to open. It is a recipe: each breaker calls it once for every time its circuit closes
 * and so gets a {@link Detection} of its own, which knows nothing of other breakers or earlier times.
 *
 * @example
 * // opens at the hundredth failure since the circuit closed
 * const hundredFailures: Detector = () => {
 *   let failures = 0;
 *   return {
 *     succeeded() {},
 *     failed: () => (++failures >= 100 ? `${failures} calls failed` : undefined),
 *     tally: () => ({ successes: 0, failures }),
 *   };
 * };
 */
export interface Detector {
  (): Detection;
}

/** What a detector remembers of one breaker since its circuit closed. `now` is the breaker's clock, in ms. */
export interface Detection {
  /** A call went well. */
  succeeded(now: number): void;
  /** A call failed. Says why the circuit has to open, in words and with the numbers, or `undefined` if it stays closed. */
  failed(now: number): string | undefined;
  /** What it weighs at the moment, for those who look at the breaker's `counts`. */
  tally(now: number): Tally;
}

/** The outcomes that a detector weighs. */
export interface Tally {
  /** How many went well. */
  readonly successes: number;
  /** How many failed. */
  readonly failures: number;
}

/** How large a share of how many calls, over how long. */
export interface FailureRatioOptions {
  /** The share of failures at which the circuit opens, above 0, at most 1 (default: 0.5). */
  readonly ratio?: number;
  /** How many calls the window has to hold before their share means anything (default: 20). */
  readonly minimumCalls?: number;
  /** The time it looks back over, in ms (default: 10 s). The oldest tenth of it leaves as a whole. */
  readonly windowMs?: number;
}

/**
 * Opens when the share of failures in a rolling window reaches `ratio`.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const breaker = circuitBreaker({ trip: failureRatio({ ratio: 0.3, minimumCalls: 50, windowMs: 30_000 }) });
 */
export function failureRatio({
  ratio = 0.5,
  minimumCalls = 20,
  windowMs = 10_000,
  ...unknown
}: FailureRatioOptions = {}): Detector {
  rejectUnknown(unknown, arguments[0]);
  checkRatio({ ratio });
  count({ minimumCalls });
  positiveMs({ windowMs });
  return () => new RatioDetection(ratio, minimumCalls, windowMs);
}

const SUCCESSES = 0;
const FAILURES = 1;

class RatioDetection implements Detection {
  readonly #ratio: number;
  readonly #minimumCalls: number;
  readonly #windowMs: number;
  readonly #window: RollingCounts;

  constructor(ratio: number, minimumCalls: number, windowMs: number) {
    this.#ratio = ratio;
    this.#minimumCalls = minimumCalls;
    this.#windowMs = windowMs;
    this.#window = new RollingCounts(2, windowMs);
  }

  succeeded(now: number): void {
    this.#window.add(SUCCESSES, now);
  }

  failed(now: number): string | undefined {
    this.#window.add(FAILURES, now);
    const { successes, failures } = this.tally(now);
    const calls = successes + failures;
    // Divided, not multiplied: 11 / 20 is 0.55, but 0.55 * 20 is more than 11.
    if (calls < this.#minimumCalls || failures / calls < this.#ratio) return undefined;
    return `${failures} of ${calls} calls failed within ${this.#windowMs} ms, the limit is ${this.#ratio} of at least ${this.#minimumCalls}`;
  }

  tally(now: number): Tally {
    return { successes: this.#window.count(SUCCESSES, now), failures: this.#window.count(FAILURES, now) };
  }
}

/**
 * Opens at the nth failure without a success in between, however far apart.
 *
 * Throws a `RangeError` or `TypeError` if `failures` is no whole number of 1 or more.
 *
 * @example
 * const breaker = circuitBreaker({ trip: [failureRatio(), consecutiveFailures(5)] });
 */
export function consecutiveFailures(failures: number): Detector {
  count({ failures });
  return () => new RunDetection(failures);
}

class RunDetection implements Detection {
  readonly #limit: number;
  #run = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  succeeded(): void {
    this.#run = 0;
  }

  failed(): string | undefined {
    return ++this.#run >= this.#limit ? `failures in a row: ${this.#run}` : undefined;
  }

  tally(): Tally {
    return { successes: 0, failures: this.#run };
  }
}
