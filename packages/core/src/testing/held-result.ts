import { SUCCESS, type Holder, type Protocol, type Verdict } from '@inmesh/core';
import { defineProtocol } from '@inmesh/core/protocols';

/** A result that lasts until the test ends it, as a response lasts until its body was read. */
export class HeldResult {
  /** What `heldProtocol` says of it. */
  readonly verdict: Verdict;
  /** What the other side asked to wait, in ms. */
  readonly retryAfterMs: number | undefined;
  /** Was it thrown away unread? */
  discarded = false;
  #over = false;
  #error: unknown = undefined;
  #holders: Holder[] = [];

  constructor(verdict: Verdict = SUCCESS, retryAfterMs?: number) {
    this.verdict = verdict;
    this.retryAfterMs = retryAfterMs;
  }

  /** How many wait for its end. */
  get holders(): number {
    return this.#holders.length;
  }

  /** The body was read to its end, or died of the error. */
  end(error?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#error = error;
    const holders = this.#holders;
    this.#holders = [];
    for (const holder of holders) holder.over(error);
  }

  /** Tells the holder once when this result is over, at once if it is. */
  hold(holder: Holder): void {
    if (this.#over) holder.over(this.#error);
    else this.#holders.push(holder);
  }
}

/** The protocol of held results; spread it into `defineProtocol` to say more. What is discarded is over. */
export const heldProtocol: Protocol = defineProtocol({
  ofResult: (result) => (result as HeldResult).verdict, // the results of this protocol
  retryAfterMs: (outcome) => (outcome instanceof HeldResult ? outcome.retryAfterMs : undefined),
  hold: (result, holder) => {
    (result as HeldResult).hold(holder);
  },
  discard: (result) => {
    (result as HeldResult).discarded = true;
    (result as HeldResult).end();
  },
});
