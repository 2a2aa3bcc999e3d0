import type { Verdict } from '@inmesh/core';

import type { Learner } from './algorithm.ts';

/** How a cost is learned and forgotten. */
export interface CostRules {
  readonly decayMs: number;
  readonly failurePenaltyMs: number;
  readonly failureDecayMs: number;
}

const LEFT_BY_AN_ANSWER = 0.5; // of what a failure costs

/**
 * What a call to one endpoint costs, in ms: how long its answers take, or what its failures cost, whichever is more.
 *
 * The latency is an average in which the last `decayMs` count most. It rises to a slower answer at once and comes down by and by.
 * A failure costs as long as it took, and at least the penalty, however fast it was; every good answer of a call that was
 * sent since takes half of that.
 *
 * While nothing is heard the cost fades, so that the endpoint will be tried again. A try that tells nothing ends that: then the
 * cost is what it was, or the endpoints that tell nothing would look best of all.
 */
export class Cost implements Learner {
  readonly #rules: CostRules;
  #latencyMs = 0;
  #failureMs = 0;
  #failedAt = -Infinity;
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
    const latencyMs = this.#latencyMs * this.#left(this.#rules.decayMs, now);
    return this.#failureMs === 0 ? latencyMs : Math.max(latencyMs, this.#failureAt(now));
  }

  settled(health: Verdict['health'], elapsedMs: number, now: number): void {
    if (health === 'success') this.#answered(elapsedMs, now);
    else if (health === 'failure') this.#failed(elapsedMs, now);
    else if (this.#measured)
      this.#latencyMs = Math.max(this.#latencyMs, elapsedMs); // no answer would have come sooner
    else if (elapsedMs > 0) this.#failed(elapsedMs, now); // given up, which is all that is known of it
    this.#heardAt = now;
  }

  #answered(elapsedMs: number, now: number): void {
    const averageMs = elapsedMs + (this.#latencyMs - elapsedMs) * this.#left(this.#rules.decayMs, now);
    this.#latencyMs = Math.max(elapsedMs, averageMs);
    if (this.#failureMs !== 0) this.#makeGood(elapsedMs, now);
    this.#measured = true;
  }

  #makeGood(elapsedMs: number, now: number): void {
    const isNews = now - elapsedMs >= this.#failedAt;
    const failureMs = this.#failureAt(now) * (isNews ? LEFT_BY_AN_ANSWER : 1);
    this.#failureMs = failureMs > this.#latencyMs ? failureMs : 0;
  }

  #failed(elapsedMs: number, now: number): void {
    this.#failureMs = Math.max(this.#failureAt(now), elapsedMs, this.#rules.failurePenaltyMs);
    this.#failedAt = now;
    this.#measured = true;
  }

  #failureAt(now: number): number {
    return this.#failureMs * this.#left(this.#rules.failureDecayMs, now);
  }

  /** How much is left of what fades. Time that goes backwards counts as no time passing. */
  #left(decayMs: number, now: number): number {
    const passed = now - this.#heardAt;
    return passed > 0 ? fading(passed / decayMs) : 1;
  }
}

/** e to the power of −x, to nine digits. A busy service asks thrice a call for little of it, and then a series is sooner done. */
function fading(x: number): number {
  return x < 0.01 ? 1 - x * (1 - (x / 2) * (1 - x / 3)) : Math.exp(-x);
}
