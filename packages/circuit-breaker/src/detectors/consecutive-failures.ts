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
  #before = 0; // the run that the last success ended

  constructor(limit: number) {
    this.#limit = limit;
  }

  succeeded(): undefined {
    this.#before = this.#run;
    this.#run = 0;
  }

  failed(): string | undefined {
    return this.#now(this.#run + 1);
  }

  /** The last success was none, so the run before it goes on. */
  spoiled(): string | undefined {
    const run = this.#before + 1 + this.#run;
    this.#before = 0;
    return this.#now(run);
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

  #now(run: number): string | undefined {
    this.#run = run;
    return run >= this.#limit ? `failures in a row: ${run}` : undefined;
  }
}
