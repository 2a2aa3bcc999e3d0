import type { Clock } from '@inmesh/core';
import { positiveMs } from '@inmesh/core/options';

import { Lag } from './lag.ts';

/**
 * Time less what our own event loop was late: a call whose answer lay there while we were busy was not slow. It beats only
 * while there are calls so young that it matters, and never keeps the process alive.
 */
export class EffectiveTime {
  readonly #clock: Clock;
  readonly #lag = new Lag();
  #watchUntil = -Infinity; // in effective time
  #beats = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In ms; compare it with what was read before. */
  read(now: number): number {
    return now - this.#lag.totalMs(now);
  }

  /** The same for a call that begins, which is watched until it would be slow. */
  begin(now: number, slowMs: number): number {
    const time = this.read(now);
    this.#watchUntil = Math.max(this.#watchUntil, time + slowMs);
    if (!this.#beats) this.#beat(now);
    return time;
  }

  #beat(now: number): void {
    this.#lag.beat(now, BEAT_MS);
    this.#beats = this.read(now) <= this.#watchUntil;
    if (this.#beats) this.#clock.setTimeout(this.#rings, BEAT_MS).unref?.();
    else this.#lag.rest();
  }

  readonly #rings = (): void => {
    this.#beat(this.#clock.now());
  };
}

const BEAT_MS = 50;

/** How calls are timed: made by {@link timed}. */
export interface Timing {
  /** The time, in ms, above which a call is slow. */
  readonly slowMs: number;
  /** The time that calls are timed by. */
  of(clock: Clock): EffectiveTime;
}

/**
 * Has a detection hear how long calls took: its `timing`. It may be told more than `slowMs` only of calls that were slow
 * without any doing of ours.
 *
 * Throws a `RangeError` or `TypeError` if `slowMs` is no duration above 0.
 */
export function timed(slowMs: number): Timing {
  positiveMs({ slowMs });
  return { slowMs, of: effectiveTimeOf };
}

const times = new WeakMap<Clock, EffectiveTime>();

/** One for all that go by this clock. */
export function effectiveTimeOf(clock: Clock): EffectiveTime {
  let time = times.get(clock);
  if (time === undefined) times.set(clock, (time = new EffectiveTime(clock)));
  return time;
}
