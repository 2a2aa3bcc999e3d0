/** What a clock's `setTimeout` gives: a number in browsers, an object with these methods in Node. */
export interface Timer {
  /** Keeps the process alive until it rings, as a new timer does. */
  ref?(): unknown;
  /** Lets the process end before it rings. */
  unref?(): unknown;
}

/** Where time comes from. Every policy takes one as its option `clock`; all policies of one stack get the same. */
export interface Clock {
  /** Milliseconds that only ever grow, from any origin. */
  now(): number;
  /** Milliseconds since 1970, for dates that others wrote. */
  wall(): number;
  /** Runs the callback once, when so many milliseconds have passed and not before. */
  setTimeout(callback: () => void, ms: number): Timer;
  /** Stops a timer; nothing if it rang already, or is none. */
  clearTimeout(timer: Timer | undefined): void;
  /** Runs the callback after the event loop has taken in what had arrived: one turn of input and output. */
  afterPoll(callback: () => void): void;
}

/** A number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

const platform = performance; // read once: Node's global is a getter

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The platform's clock. Waits of more than 2³¹−1 ms (24.8 days), which platform timers cannot hold, end there. Platform
 * timers cut fractions off and would ring early, so waits are rounded up.
 */
export const systemClock: Clock = {
  now: () => platform.now(),
  wall: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.min(Math.ceil(ms), LONGEST_TIMER_MS)) as unknown as Timer, // a number in browsers
  clearTimeout: (timer) => clearTimeout(timer as unknown as number),
  afterPoll: (callback) => {
    if (typeof setImmediate === 'function') setImmediate(callback);
    else if (typeof scheduler !== 'undefined' && typeof scheduler.postTask === 'function')
      void scheduler.postTask(callback);
    else setTimeout(callback, 0);
  },
};

/** The platform's chance. */
export const systemRandom: Random = () => Math.random();

declare const setImmediate: ((callback: () => void) => unknown) | undefined; // Node, Bun and Deno have it, browsers do not

// Some browsers have it: there a timer set by a timer waits 4 ms, and a task does not. Cloudflare's is another.
declare const scheduler: { postTask?(task: () => void): Promise<void> } | undefined;
