import type { Call, Endpoint, Random } from '@inmesh/core';

/** What an algorithm sees of an endpoint it may choose. Its numbers change from call to call: read them, keep none. */
export interface Candidate {
  readonly endpoint: Endpoint;
  /** Its share of the traffic beside the others: the endpoint's `weight`, or 1. */
  readonly weight: number;
  /** Calls that were sent to it and are not over: a response counts until its body is read, cancelled or lost. */
  readonly inFlight: number;
}

/** An algorithm at work in one balancer. What it remembers from call to call, it keeps here. */
export interface Picker {
  /**
   * Chooses one of the candidates. It runs once for every call, so it must neither wait nor allocate, and should not look
   * at all of them.
   *
   * There is at least one. The array is never changed: while the same one comes again, the same endpoints with the same
   * weights may be chosen, so what is derived from those can be kept until another array comes.
   */
  pick(candidates: readonly Candidate[], random: Random, call: Call): Candidate;
}

/**
 * A way to choose among endpoints. The value is configuration and has no state: two balancers that are given the same one
 * share nothing.
 *
 * @example
 * const anyone: Algorithm = {
 *   start: () => ({ pick: (candidates, random) => candidates[Math.floor(random() * candidates.length)]! }),
 * };
 */
export interface Algorithm {
  /**
   * Begins to choose. A balancer starts two: one for first choices, one for choosing again after a failure or a refusal,
   * so that second choices do not take the turns of the first.
   */
  start(): Picker;
}
