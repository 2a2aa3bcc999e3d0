import { difference, less, rateOf, type Share } from './evidence.ts';

const VALUES = 16;
const FEWEST_CALLS = 2;

/**
 * How calls went by the value of one attribute, for the first few values that were seen: enough to tell whether that
 * attribute splits them into a part that is well and one that fails. Values are known by their hash alone.
 */
export class TallyByValue {
  #size = 0;
  readonly #hashes: number[] = [];
  readonly #calls: number[] = [];
  readonly #failures: number[] = [];

  count(hash: number, failed: boolean): void {
    const index = this.#indexOf(hash);
    if (index === VALUES) return;
    this.#calls[index] = (this.#calls[index] ?? 0) + 1;
    if (failed) this.#failures[index] = (this.#failures[index] ?? 0) + 1;
  }

  /** One that was counted as a success failed after all. */
  spoil(hash: number): void {
    const index = this.#hashes.indexOf(hash);
    if (index >= 0) this.#failures[index] = (this.#failures[index] ?? 0) + 1;
  }

  /**
   * Whether it splits all of the calls: more than this share of them has values that fail at less than half of `ratio`, and
   * that is no chance. The more values, the more evidence it takes. If there are more values than are known, the known
   * ones stand for them.
   */
  splits(all: Share, ratio: number, share: number): boolean {
    const known = this.#shares().filter(({ calls }) => calls >= FEWEST_CALLS);
    const rest = known.reduce(less, all);
    const well = known.reduce((sum, part) => sum + (rateOf(part) < ratio / 2 ? part.calls : 0), 0);
    const among = this.#size < VALUES ? all.calls : all.calls - rest.calls;
    return well > share * among && difference(...known, rest) >= SURE + known.length;
  }

  #indexOf(hash: number): number {
    let index = 0;
    while (index < this.#size && this.#hashes[index] !== hash) index++;
    if (index < this.#size || index === VALUES) return index;
    this.#hashes.push(hash);
    this.#calls.push(0);
    this.#failures.push(0);
    return this.#size++;
  }

  #shares(): Share[] {
    return this.#calls.map((calls, index) => ({ calls, failures: this.#failures[index] ?? 0 }));
  }
}

const SURE = 7; // with one more for every value, about one in ten thousand
