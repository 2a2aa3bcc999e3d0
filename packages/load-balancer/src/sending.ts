import { publishError, verdictOf, verdictOfError, type Call, type Holder, type Verdict } from '@inmesh/core';

import type { Learner } from './algorithm.ts';
import type { BalancerParts } from './balancer.ts';
import type { Member } from './member.ts';

/** One call on its way to an endpoint, which counts as load until its result is over. */
export class Sending implements Holder {
  readonly member: Member;
  readonly call: Call;
  readonly #parts: BalancerParts;
  readonly #generation: number;
  readonly #learner: Learner | undefined; // of the same generation
  readonly #sentAt: number;
  #elapsedMs: number | undefined = undefined; // none until it settled
  #endedFailures: number | undefined = undefined; // none if it was no success

  /** `now` is asked for only where the algorithm learns. */
  constructor(parts: BalancerParts, member: Member, call: Call, now: number | undefined) {
    this.member = member;
    this.call = call;
    this.#parts = parts;
    this.#generation = member.health.generation;
    this.#learner = member.learned;
    this.#sentAt = now ?? 0;
    member.inFlight++;
  }

  /** The head came, and the call is judged by it. Gives it back. */
  settle<T>(result: T): T {
    const { endpoints, judge } = this.#parts;
    const verdict = verdictOf(this.call, result, judge);
    this.#settled(verdict, undefined);
    if (verdict.health === 'success') this.#endedFailures = endpoints.succeeded(this.member, this.#generation);
    this.call.protocol.hold(result, this);
    return result;
  }

  fail(error: unknown): Verdict {
    this.member.inFlight--;
    const verdict = verdictOfError(this.call, error, this.#parts.judge);
    this.#settled(verdict, error);
    return verdict;
  }

  /** A body that died makes a failure of what seemed a success. */
  over(error?: unknown): void {
    this.member.inFlight--;
    const ended = this.#endedFailures;
    if (error === undefined || ended === undefined) return;
    const verdict = verdictOfError(this.call, error, this.#parts.judge);
    if (verdict.health === 'failure') this.#settled(verdict, error, ended);
  }

  #settled(verdict: Verdict, error: unknown, ended = 0): void {
    const { endpoints, clock, random } = this.#parts;
    const failed = verdict.health === 'failure';
    if (this.#learner === undefined && !failed) return;
    const now = clock.now();
    if (this.#learner !== undefined) this.#teach(this.#learner, verdict, error, now);
    if (failed) endpoints.failed(this.member, this.#generation, ended, now, random);
  }

  #teach(learner: Learner, verdict: Verdict, error: unknown, now: number): void {
    const health = verdict.pushback ? 'failure' : verdict.health;
    const saysNothing = health === 'ignorable' && (verdict.unsent || isOurs(error) || isOurs(this.call.reason));
    this.#elapsedMs ??= now - this.#sentAt; // that of the head also when the body dies
    try {
      learner.settled(health, saysNothing ? 0 : this.#elapsedMs, now);
    } catch (thrown) {
      publishError('algorithm', thrown);
    }
  }
}

/** Our own event loop was blocked meanwhile, so how long it took says nothing about the other side. */
function isOurs(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'local' in error && error.local === true;
}
