import type { Rule, Watcher } from './watcher.ts';

const SNAPSHOT_EVERY_MS = 500;
const SNAPSHOTS = 20;
const MINIMUM_CALLS = 20;
const PERCENT = 50;

/**
 * Hystrix 1.5 with its defaults: looks twice a second at what ended within the ten seconds before, and opens if that was at least
 * 20 calls and half of them failed.
 */
export const hystrix: Rule = { name: 'Hystrix', warmUpMs: SNAPSHOTS * SNAPSHOT_EVERY_MS, watch: () => new Health() };

class Health implements Watcher {
  readonly #calls = new Float64Array(SNAPSHOTS);
  readonly #failures = new Float64Array(SNAPSHOTS);
  #slot = 0; // the half second that is being counted, since time began
  #allCalls = 0;
  #allFailures = 0;

  ended(failed: boolean, now: number): number | undefined {
    const slot = Math.floor(now / SNAPSHOT_EVERY_MS);
    while (this.#slot < slot) {
      this.#slot = this.#allCalls === 0 ? slot : this.#slot + 1; // nothing ever comes of nothing
      const opens =
        this.#allCalls >= MINIMUM_CALLS && Math.floor((100 * this.#allFailures) / this.#allCalls) >= PERCENT;
      if (opens) return this.#slot * SNAPSHOT_EVERY_MS;
      this.#forget(this.#slot % SNAPSHOTS);
    }
    this.#count(slot % SNAPSHOTS, 1, failed ? 1 : 0);
    return undefined;
  }

  #forget(place: number): void {
    this.#count(place, -(this.#calls[place] ?? 0), -(this.#failures[place] ?? 0));
  }

  #count(place: number, calls: number, failures: number): void {
    this.#calls[place] = (this.#calls[place] ?? 0) + calls;
    this.#failures[place] = (this.#failures[place] ?? 0) + failures;
    this.#allCalls += calls;
    this.#allFailures += failures;
  }
}
