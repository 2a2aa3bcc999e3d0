/** The mean looks back over about so many outcomes. */
const MEMORY = 32;

/**
 * The mean time between outcomes: of all at first, later an average that weighs each new gap with one part in 32.
 *
 * Each millisecond goes into it once, spread over the outcomes that follow. So a sum over outcomes of what is in proportion to it
 * is in proportion to the time that passed, however the rate changed.
 */
export class MeanGap {
  readonly #longestMs: number;
  #outcomes = 0; // up to one more than MEMORY
  #meanMs = 0;
  #last = 0;

  /** A gap counts as no longer than `longestMs`. */
  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** 0 while there were fewer than two outcomes. */
  get meanMs(): number {
    return this.#meanMs;
  }

  /** How many outcomes it knows of, as far as that matters. */
  get outcomes(): number {
    return this.#outcomes;
  }

  /** An outcome came. Time that goes backwards counts as no time passing. */
  note(now: number): void {
    if (this.#outcomes > 0) {
      const gapMs = Math.min(Math.max(0, now - this.#last), this.#longestMs);
      this.#meanMs += (gapMs - this.#meanMs) / Math.min(this.#outcomes, MEMORY);
    }
    if (this.#outcomes <= MEMORY) this.#outcomes++;
    this.#last = now;
  }

  /** How long ago the last outcome was. */
  idleMs(now: number): number {
    return this.#outcomes === 0 ? 0 : Math.max(0, now - this.#last);
  }

  /** Goes on from what another one knew. */
  resume(outcomes: number, meanMs: number, last: number): void {
    this.#outcomes = Math.min(outcomes, MEMORY + 1);
    this.#meanMs = Math.min(meanMs, this.#longestMs);
    this.#last = last;
  }
}
