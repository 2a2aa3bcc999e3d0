import { verdictOf, verdictOfError, type Call, type Holder, type Verdict } from '@inmesh/core';

import type { BalancerParts } from './balancer.ts';
import type { Member } from './member.ts';

/** One call on its way to an endpoint, which counts as load until its result is over. */
export class Sending implements Holder {
  readonly #parts: BalancerParts;
  readonly #member: Member;
  readonly #generation: number;
  readonly #call: Call;
  #endedFailures: number | undefined = undefined; // none if it was no success

  constructor(parts: BalancerParts, member: Member, call: Call) {
    this.#parts = parts;
    this.#member = member;
    this.#generation = member.health.generation;
    this.#call = call;
    member.inFlight++;
  }

  /** The head came, and the call is judged by it. */
  settle(result: unknown): void {
    const { endpoints, judge } = this.#parts;
    const { health } = verdictOf(this.#call, result, judge);
    if (health === 'success') this.#endedFailures = endpoints.succeeded(this.#member, this.#generation);
    else if (health === 'failure') this.#failed(0);
    this.#call.protocol.hold(result, this);
  }

  fail(error: unknown): Verdict {
    this.#member.inFlight--;
    const verdict = verdictOfError(this.#call, error, this.#parts.judge);
    if (verdict.health === 'failure') this.#failed(0);
    return verdict;
  }

  /** A body that died makes a failure of what seemed a success. */
  over(error?: unknown): void {
    this.#member.inFlight--;
    const ended = this.#endedFailures;
    if (error === undefined || ended === undefined) return;
    if (verdictOfError(this.#call, error, this.#parts.judge).health === 'failure') this.#failed(ended);
  }

  #failed(ended: number): void {
    const { endpoints, clock, random } = this.#parts;
    endpoints.failed(this.#member, this.#generation, ended, clock.now(), random);
  }
}
