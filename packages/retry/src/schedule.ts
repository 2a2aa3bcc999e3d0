import type { Random } from '@inmesh/core';
import type { Backoff } from '@inmesh/core/backoff';

/** How often and when a call is sent again. */
export interface Plan {
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly maxRetryAfterMs: number;
  readonly random: Random;
}

/** Says when one call, which failed once, is sent again. */
export class Schedule {
  readonly #plan: Plan;
  #sent = 1;
  #previousMs = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Was it sent as often as it may be? */
  get exhausted(): boolean {
    return this.#sent >= this.#plan.attempts;
  }

  /**
   * How long to wait before the next sending, in ms; `undefined` if there is to be none. `askedMs` is what the other side
   * asked for, below 0 if that is over, `leftMs` what is left until the deadline.
   */
  next(askedMs: number, leftMs: number): number | undefined {
    const { backoff, maxRetryAfterMs, random } = this.#plan;
    if (this.exhausted || askedMs > maxRetryAfterMs) return undefined;
    const ownMs = backoff(this.#sent, random, this.#previousMs);
    const ms = Math.max(0, askedMs) + Math.max(0, ownMs); // on top, or all who were told the same would come back in step
    if (!(ms < leftMs)) return undefined; // also if the backoff says NaN or Infinity
    this.#previousMs = ownMs;
    this.#sent++;
    return ms;
  }
}
