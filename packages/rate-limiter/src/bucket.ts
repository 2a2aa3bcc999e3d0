import { enoughAt, fullAfter, fullInTurn, msUntil, tokensAt } from './gcra.ts';

/**
 * A token bucket kept as one number, the moment at which it is full again (GCRA, the generic cell rate algorithm of ATM,
 * calls it the theoretical arrival time). Nothing refills: what was taken moves that moment on.
 */
export class Bucket {
  /** How many tokens it holds at most. */
  readonly burst: number;
  readonly #ratePerSecond: number;
  #fullAt = -Infinity;
  #latest = -Infinity; // time that goes backwards counts as no time passing

  constructor(ratePerSecond: number, burst: number) {
    this.#ratePerSecond = ratePerSecond;
    this.burst = burst;
  }

  /** Takes so many tokens, or none if there are fewer. */
  take(tokens: number, nowMs: number): boolean {
    const now = this.#at(nowMs);
    const fullAt = this.#fullAt;
    if (now < enoughAt(fullAt, tokens, this.burst)) return false;
    this.#fullAt = fullAfter(fullAt, tokens, now);
    return true;
  }

  /** Takes tokens for one who waited for them, as if at the moment when there were enough. {@link spill} first. */
  takeInTurn(tokens: number, nowMs: number): boolean {
    if (this.#at(nowMs) < enoughAt(this.#fullAt, tokens, this.burst)) return false;
    this.#fullAt = fullInTurn(this.#fullAt, tokens);
    return true;
  }

  /**
   * Loses what came in over the burst while somebody waited, but for the last few ms: timers ring late, and who waits for
   * a full bucket would else fall behind its rate. Says whether anything was lost.
   */
  spill(nowMs: number): boolean {
    const kept = this.#at(nowMs) - TIMER_LATE_MS * this.#ratePerSecond;
    if (this.#fullAt >= kept) return false;
    this.#fullAt = kept;
    return true;
  }

  /** Puts back tokens that were taken and not used. */
  putBack(tokens: number): void {
    this.#fullAt = fullInTurn(this.#fullAt, -tokens);
  }

  /** How long until so many tokens are there, in ms: 0 if they are. Above the burst: until so many could be taken in turn. */
  waitMs(tokens: number, nowMs: number): number {
    const at = enoughAt(this.#fullAt, tokens, this.burst);
    return this.#at(nowMs) >= at ? 0 : msUntil(at, this.#ratePerSecond, nowMs);
  }

  /** How many tokens there are, fractions included. */
  tokens(nowMs: number): number {
    return tokensAt(this.#fullAt, this.burst, this.#at(nowMs));
  }

  #at(nowMs: number): number {
    if (nowMs > this.#latest) this.#latest = nowMs;
    return this.#latest * this.#ratePerSecond;
  }
}

const TIMER_LATE_MS = 20; // later than that, the event loop was blocked
