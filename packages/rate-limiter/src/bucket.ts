/**
 * A token bucket kept as one number, the moment at which it is full again (GCRA, the generic cell rate algorithm of ATM,
 * calls it the theoretical arrival time). Nothing refills: what was taken moves that moment on.
 *
 * Moments are counted in thousandths of a token since the clock's origin, time × rate, so that taking whole tokens adds
 * whole numbers and no rounding piles up, however long it runs.
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
    const cost = tokens * UNITS;
    if (now < this.#enoughAt(cost)) return false;
    this.#fullAt = Math.max(this.#fullAt, now) + cost;
    return true;
  }

  /** Takes tokens for one who waited for them, as if at the moment when there were enough. {@link spill} first. */
  takeInTurn(tokens: number, nowMs: number): boolean {
    const cost = tokens * UNITS;
    if (this.#at(nowMs) < this.#enoughAt(cost)) return false;
    this.#fullAt += cost;
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
    this.#fullAt -= tokens * UNITS;
  }

  /** How long until so many tokens are there, in ms: 0 if they are. Above the burst: until so many could be taken in turn. */
  waitMs(tokens: number, nowMs: number): number {
    const at = this.#enoughAt(tokens * UNITS);
    if (this.#at(nowMs) >= at) return 0;
    const atMs = at / this.#ratePerSecond;
    let waitMs = atMs - nowMs;
    // Rounding must not make it too short by a hair: whoever waits that long gets the tokens.
    for (let hair = Number.EPSILON; (nowMs + waitMs) * this.#ratePerSecond < at; hair *= 2)
      waitMs += Math.abs(atMs) * hair;
    return waitMs;
  }

  /** How many tokens there are, fractions included. */
  tokens(nowMs: number): number {
    return (this.burst * UNITS - Math.max(0, this.#fullAt - this.#at(nowMs))) / UNITS;
  }

  /** A bucket that lacks `burst - cost` holds the cost. */
  #enoughAt(cost: number): number {
    return this.#fullAt + (cost - this.burst * UNITS);
  }

  #at(nowMs: number): number {
    if (nowMs > this.#latest) this.#latest = nowMs;
    return this.#latest * this.#ratePerSecond;
  }
}

const UNITS = 1000; // a rate per second times ms
const TIMER_LATE_MS = 20; // later than that, the event loop was blocked
