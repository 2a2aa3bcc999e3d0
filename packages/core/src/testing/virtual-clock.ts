import { systemClock, type Clock, type Timer } from '@inmesh/core';
import { nonNegativeMs, rejectUnknown } from '@inmesh/core/options';

/** A clock that stands still until it is told to move. */
export interface VirtualClock extends Clock {
  /** Moves time on by `ms`, running each timer at its own time and every promise job it leads to before the next one. */
  advance(ms: number): Promise<void>;
  /** Time passes, but nothing runs: what a blocked event loop looks like. What fell due runs, late, at the next `advance`. */
  block(ms: number): void;
  /** How many timers are set. */
  readonly timers: number;
  /** How many of them would keep a process alive. */
  readonly refs: number;
}

class VirtualTimer implements Timer {
  readonly callback: () => void;
  readonly at: number;
  held = true;

  constructor(callback: () => void, at: number) {
    this.callback = callback;
    this.at = at;
  }

  ref(): void {
    this.held = true;
  }

  unref(): void {
    this.held = false;
  }
}

/** What a clock knows, and how it moves on. */
class Timeline {
  now: number;
  readonly timers = new Set<VirtualTimer>();
  #polled: (() => void)[] = [];

  constructor(now: number) {
    this.now = now;
  }

  set(callback: () => void, ms: number): VirtualTimer {
    const timer = new VirtualTimer(callback, this.now + Math.max(0, ms));
    this.timers.add(timer);
    return timer;
  }

  poll(callback: () => void): void {
    this.#polled.push(callback);
  }

  async moveTo(until: number): Promise<void> {
    await this.#drain();
    for (let timer = this.#earliest(until); timer !== undefined; timer = this.#earliest(until)) {
      this.now = Math.max(this.now, timer.at);
      this.timers.delete(timer);
      timer.callback();
      await this.#drain();
    }
    this.now = Math.max(this.now, until);
  }

  /** Runs promise jobs, then what waits for a poll, until nothing is left. */
  async #drain(): Promise<void> {
    await promiseJobs();
    while (this.#polled.length > 0) {
      const callbacks = this.#polled;
      this.#polled = [];
      for (const callback of callbacks) callback();
      await promiseJobs();
    }
  }

  #earliest(until: number): VirtualTimer | undefined {
    let first: VirtualTimer | undefined;
    for (const timer of this.timers)
      if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  }
}

function promiseJobs(): Promise<void> {
  return new Promise((resolve) => {
    systemClock.afterPoll(resolve);
  });
}

/**
 * Time for tests. `now()` begins at 0 unless told otherwise; `wall()` is that much after `epochMs` (default: 0).
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 */
export function virtualClock({
  startMs = 0,
  epochMs = 0,
  ...unknown
}: {
  readonly startMs?: number;
  readonly epochMs?: number;
} = {}): VirtualClock {
  rejectUnknown(unknown, arguments[0]);
  nonNegativeMs({ startMs });
  nonNegativeMs({ epochMs });
  const time = new Timeline(startMs);
  return {
    now: () => time.now,
    wall: () => epochMs + time.now - startMs,
    setTimeout: (callback, ms) => time.set(callback, ms),
    clearTimeout: (timer) => {
      time.timers.delete(timer as VirtualTimer);
    },
    afterPoll: (callback) => {
      time.poll(callback);
    },
    advance: async (ms) => {
      await time.moveTo(time.now + nonNegativeMs({ ms }));
    },
    block: (ms) => {
      time.now += nonNegativeMs({ ms });
    },
    get timers() {
      return time.timers.size;
    },
    get refs() {
      return [...time.timers].filter((timer) => timer.held).length;
    },
  };
}
