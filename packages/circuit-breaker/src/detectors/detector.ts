import type { Timing } from './effective-time.ts';

/**
 * Decides when a closed circuit has to open. It is a recipe: each breaker calls it once for every time its circuit closes
 * and so gets a {@link Detection} of its own, which knows nothing of other breakers or earlier times.
 *
 * @example
 * // opens at the hundredth failure since the circuit closed
 * const hundredFailures: Detector = () => {
 *   let failures = 0;
 *   return {
 *     succeeded: () => undefined,
 *     failed: () => (++failures >= 100 ? `${failures} calls failed` : undefined),
 *     tally: () => ({ successes: 0, failures }),
 *   };
 * };
 */
export interface Detector {
  (): Detection;
}

/** What a detector remembers of one breaker since its circuit closed. `now` is the breaker's clock, in ms. */
export interface Detection {
  /**
   * A call went well. It says why the circuit has to open nevertheless, as `failed` does, or nothing. `tookMs` is how long
   * the call took, in ms, for a detection with a `timing`.
   */
  succeeded(now: number, tookMs?: number): string | undefined;
  /** A call failed. Says why the circuit has to open, in words and with the numbers, or `undefined` if it stays closed. */
  failed(now: number, tookMs?: number): string | undefined;
  /**
   * A call that went well failed after all: the head of its response was counted as a success, and now its body died. Says
   * what `failed` says. Without it `failed` hears of it.
   */
  spoiled?(now: number, tookMs?: number): string | undefined;
  /** What it weighs at the moment, for those who look at the breaker's `counts`. */
  tally(now: number): Tally;
  /** Made by `timed(slowMs)`. Only with it are calls timed, less what our own event loop held them up. */
  readonly timing?: Timing | undefined;
  /** What it remembers, as JSON can hold it, for a snapshot. */
  save?(now: number): unknown;
  /**
   * Goes on from what was saved, which was at `now`: on the breaker's clock, so it may be long ago, and below 0. Throws a
   * `TypeError` if it cannot have saved that.
   */
  load?(saved: unknown, now: number): void;
}

/** The outcomes that a detector weighs. */
export interface Tally {
  /** How many went well. */
  readonly successes: number;
  /** How many failed. */
  readonly failures: number;
}
