import type { Timer } from '@inmesh/core';
import type { VirtualClock } from '@inmesh/core/testing';

/**
 * Acts while the process's dates and timers are those of the clock, for code that takes none. Nothing else may wait
 * meanwhile.
 */
export async function onBorrowedTime<T>(clock: VirtualClock, act: () => Promise<T>): Promise<T> {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const { now } = Date;
  Object.assign(globalThis, {
    setTimeout: (callback: () => void, ms = 0) => clock.setTimeout(callback, ms),
    clearTimeout: (timer: Timer | undefined) => clock.clearTimeout(timer),
    setInterval: (callback: () => void, ms: number) => new Interval(clock, callback, ms),
    clearInterval: (interval: Interval | undefined) => interval?.stop(),
  });
  Date.now = () => clock.wall();
  try {
    return await act();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
    Date.now = now;
  }
}

/** Rings again and again; after the loop was blocked once for all it missed, as Node's does. */
class Interval implements Timer {
  readonly #clock: VirtualClock;
  readonly #callback: () => void;
  readonly #ms: number;
  #timer: Timer;
  #held = true;

  constructor(clock: VirtualClock, callback: () => void, ms: number) {
    this.#clock = clock;
    this.#callback = callback;
    this.#ms = ms;
    this.#timer = this.#set();
  }

  ref(): void {
    this.#held = true;
    this.#timer.ref?.();
  }

  unref(): void {
    this.#held = false;
    this.#timer.unref?.();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #set(): Timer {
    const timer = this.#clock.setTimeout(() => {
      this.#timer = this.#set();
      this.#callback();
    }, this.#ms);
    if (!this.#held) timer.unref?.();
    return timer;
  }
}
