import { count, countOrZero } from '@inmesh/core/options';

import type { Detection, Detector, Tally } from './detector.ts';

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

  succeeded(): undefined {
    this.#run = 0;
  }

  failed(): string | undefined {
    return ++this.#run >= this.#limit ? `failures in a row: ${this.#run}` : undefined;
  }

  tally(): Tally {
    return { successes: 0, failures: this.#run };
  }

  save(): unknown {
    return this.#run;
  }

  load(saved: unknown): void {
    this.#run = countOrZero({ 'what consecutiveFailures saved': saved as number }); // which finds out
  }
}
