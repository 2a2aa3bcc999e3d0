import type { Verdict } from '@inmesh/core';

import type { Learner } from './algorithm.ts';

/** How a cost is learned and forgotten. */
export interface CostRules {
  readonly decayMs: number;
  readonly failurePenaltyMs: number;
}

/**
 * What a call to one endpoint costs, in ms: an average of how long calls took, in which the last `decayMs` count most.
 *
 * It rises to a slower call at once and comes down by and by. A failure costs at least the penalty, however fast it was. While
 * nothing is heard the cost fades, so that the endpoint will be tried again. A try that tells nothing ends that: then the cost
 * is what it was, or the endpoints that tell nothing would look best of all.
 */
export class Cost implements Learner {
  readonly #rules: CostRules;
  #costMs = 0;
  #heardAt = 0;
  #measured = false;

  constructor(rules: CostRules) {
    this.#rules = rules;
  }

  /** Has it ever answered or failed? Else its cost is not known. */
  get measured(): boolean {
    return this.#measured;
  }

  at(now: number): number {
    return this.#costMs * this.#left(now);
  }

  settled(health: Verdict['health'], elapsedMs: number, now: number): void {
    const tells = health !== 'ignorable';
    const unanswered = !this.#measured && !tells; // all that is known of it
    const failed = health === 'failure' || unanswered;
    const tookMs = failed ? Math.max(elapsedMs, this.#rules.failurePenaltyMs) : elapsedMs;
    if (!this.#measured) {
      if (unanswered && elapsedMs === 0) return;
      this.#measured = true;
      this.#costMs = tookMs;
    } else if (tookMs >= this.#costMs) this.#costMs = tookMs;
    else if (tells) this.#costMs = tookMs + (this.#costMs - tookMs) * this.#left(now);
    this.#heardAt = now;
  }

  /** How much of it is left. Time that goes backwards counts as no time passing. */
  #left(now: number): number {
    return Math.exp(-Math.max(0, now - this.#heardAt) / this.#rules.decayMs);
  }
}
