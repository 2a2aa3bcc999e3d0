import { runLengths } from './run-lengths.ts';
import type { Scores } from './scores.ts';

/** Beyond so many calls between false trips the run lengths have too few digits; at 10,000 calls a second it is 30 years. */
const MOST_CALLS = 1e13;

/** The thresholds of a test, by how many calls are to lie between two false trips. */
export class Limits {
  /** The lowest threshold: two failures. */
  readonly lowest: number;
  /** The highest threshold: no score needs to be above it. */
  readonly highest: number;
  /** How many calls lie between false trips at the lowest threshold. */
  readonly fewestCalls: number;
  readonly #lengths: readonly number[];

  constructor(scores: Scores, tolerable: number, mostCalls: number) {
    this.#lengths = runLengths(scores, tolerable, Math.min(mostCalls, MOST_CALLS));
    this.lowest = scores.failure + 1;
    this.highest = this.#lengths.length - 1;
    this.fewestCalls = this.#length(this.lowest);
  }

  /**
   * The threshold at which so many calls lie between false trips. Mostly no whole number is, but one is too low and the next too
   * high: `draw`, from 0 to 1 and another for each rise of the score, decides between them, so that it is right on average.
   */
  of(calls: number, draw: number): number {
    if (calls <= this.fewestCalls) return this.lowest;
    let low = this.lowest;
    let high = this.highest;
    if (calls >= this.#length(high)) return high;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#length(middle) <= calls) low = middle;
      else high = middle;
    }
    const oftenAtLow = 1 / this.#length(low);
    const oftenAtHigh = 1 / this.#length(high);
    return draw * (oftenAtLow - oftenAtHigh) < oftenAtLow - 1 / calls ? high : low;
  }

  #length(threshold: number): number {
    return this.#lengths[threshold] ?? Infinity;
  }
}
