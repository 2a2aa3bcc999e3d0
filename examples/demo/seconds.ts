import type { CallResult } from './meters.ts';

/** Counts, second by second, the calls that were to start then and those of them that failed. */
export class Seconds {
  readonly #all: readonly { calls: number; failed: number }[];

  constructor(seconds: number) {
    this.#all = Array.from({ length: seconds }, () => ({ calls: 0, failed: 0 }));
  }

  ended({ at, failure }: CallResult): void {
    const second = this.#all[Math.floor(at / 1000)];
    if (second === undefined) return;
    second.calls++;
    if (failure !== undefined) second.failed++;
  }

  /** The share of failed calls of each second. */
  get failureShares(): number[] {
    return this.#all.map(({ calls, failed }) => (calls === 0 ? 0 : failed / calls));
  }
}
