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
  let now = startMs;
  const timers = new Set<VirtualTimer>();
  let polled: (() => void)[] = [];

  /** Runs promise jobs, then what waits for a poll, until nothing is left. */
  async function drain(): Promise<void> {
    await promiseJobs();
    while (polled.length > 0) {
      const callbacks = polled;
      polled = [];
      for (const callback of callbacks) callback();
      await promiseJobs();
    }
  }

  function earliest(until: number): VirtualTimer | undefined {
    let first: VirtualTimer | undefined;
    for (const timer of timers) if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  }

  return {
    now: () => now,
    wall: () => epochMs + now - startMs,
    setTimeout: (callback, ms) => {
      const timer = new VirtualTimer(callback, now + Math.max(0, ms));
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      timers.delete(timer as VirtualTimer);
    },
    afterPoll: (callback) => {
      polled.push(callback);
    },
    async advance(ms) {
      const until = now + nonNegativeMs({ ms });
      await drain();
      for (let timer = earliest(until); timer !== undefined; timer = earliest(until)) {
        now = Math.max(now, timer.at);
        timers.delete(timer);
        timer.callback();
        await drain();
      }
      now = Math.max(now, until);
    },
    block(ms) {
      now += nonNegativeMs({ ms });
    },
    get timers() {
      return timers.size;
    },
    get refs() {
      return [...timers].filter((timer) => timer.held).length;
    },
  };
}
