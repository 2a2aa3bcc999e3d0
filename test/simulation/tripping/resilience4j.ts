import type { Rule, Watcher } from './watcher.ts';

const SIZE = 100; // of the window, in calls or seconds
const MINIMUM_CALLS = 100;
const RATIO = 0.5;

/** resilience4j 2 with its defaults: opens when half of the last 100 calls failed. */
export const ofLastCalls: Rule = { name: 'resilience4j, 100 calls', warmUpMs: 0, watch: () => new Window(() => 1) };

/** The same with a window of 100 s: when half of at least 100 calls failed. */
export const ofLastSeconds: Rule = {
  name: 'resilience4j, 100 s',
  warmUpMs: SIZE * 1_000,
  watch: () => {
    let second = 0;
    return new Window((now) => {
      const passed = Math.floor(now / 1_000) - second;
      second += passed;
      return passed;
    });
  },
};

/** A ring of counts, which `steps` turns before each call. */
class Window implements Watcher {
  readonly #steps: (now: number) => number;
  readonly #calls = new Float64Array(SIZE);
  readonly #failures = new Float64Array(SIZE);
  #at = 0;
  #allCalls = 0;
  #allFailures = 0;

  constructor(steps: (now: number) => number) {
    this.#steps = steps;
  }

  ended(failed: boolean, now: number): number | undefined {
    for (let steps = Math.min(this.#steps(now), SIZE); steps > 0; steps--) {
      this.#at = (this.#at + 1) % SIZE;
      this.#count(-(this.#calls[this.#at] ?? 0), -(this.#failures[this.#at] ?? 0));
    }
    this.#count(1, failed ? 1 : 0);
    return this.#allCalls >= MINIMUM_CALLS && this.#allFailures / this.#allCalls >= RATIO ? now : undefined;
  }

  #count(calls: number, failures: number): void {
    this.#calls[this.#at] = (this.#calls[this.#at] ?? 0) + calls;
    this.#failures[this.#at] = (this.#failures[this.#at] ?? 0) + failures;
    this.#allCalls += calls;
    this.#allFailures += failures;
  }
}
