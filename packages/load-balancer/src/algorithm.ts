import type { Call, Endpoint, Random, Verdict } from '@inmesh/core';

/** What an algorithm sees of an endpoint it may choose. Its numbers change from call to call: read them, keep none. */
export interface Candidate {
  /** As the list or source gave it. */
  readonly endpoint: Endpoint;
  /** Its share of the traffic beside the others: the endpoint's `weight`, or 1. */
  readonly weight: number;
  /** Calls that were sent to it and are not over: a response counts until its body is read, cancelled or lost. */
  readonly inFlight: number;
  /** What the algorithm's `learn` made for this endpoint, if the algorithm has one. */
  readonly learned?: Learner | undefined;
}

/**
 * Hears how the calls to one endpoint went, and keeps of it what its algorithm needs.
 *
 * The balancer keeps it with the endpoint, also when a new list comes. When the endpoint is ejected a new one begins, and what
 * was on its way tells the old one.
 */
export interface Learner {
  /**
   * A call settled: its head came or it failed, `elapsedMs` after it was sent. Pushback counts as a failure. A body that dies
   * later is told as one more failure, of the same `elapsedMs`.
   *
   * An `ignorable` outcome says nothing about the endpoint, but that it did not answer for so long: the caller gave up, or
   * another attempt was faster. `elapsedMs` is 0 if not even that is known, since a policy inside refused the call or our own
   * event loop was blocked.
   *
   * It must not throw; if it does, that is published on `inmesh:listener` and harms no call.
   */
  settled(health: Verdict['health'], elapsedMs: number, now: number): void;
}

/** An algorithm at work in one balancer. What it remembers from call to call, it keeps here. */
export interface Picker {
  /**
   * Chooses one of the candidates. It runs once for every call, so it must neither wait nor allocate, and should not look
   * at all of them.
   *
   * There is at least one. The array is never changed: while the same one comes again, the same endpoints with the same
   * weights may be chosen, so what is derived from those can be kept until another array comes.
   *
   * An algorithm that learns is told the time, in ms on the balancer's clock. For others no clock is read.
   */
  pick(candidates: readonly Candidate[], random: Random, call: Call, now?: number): Candidate;
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
  /**
   * Makes what hears how calls to one endpoint went, which both pickers find at `candidate.learned`. Without it nothing is
   * measured.
   */
  learn?(): Learner;
}
