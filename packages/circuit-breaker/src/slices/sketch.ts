import { mix } from './reading.ts';

const ROWS = 2;
const HALVES = 2;
const MOST = 0xffff;

/**
 * Counts failures of any number of combinations in a fixed number of counters: a count-min sketch (G. Cormode and S.
 * Muthukrishnan, 2005) of two rows, with conservative update. It may say too many, never too few: combinations that share
 * their counters in both rows are counted as one. What one of them is relieved of, the others are too.
 *
 * It forgets by halves, each with an update of its own: what it tells of is between the last half of a window and the whole of it.
 */
export class FailureSketch {
  readonly #width: number;
  readonly #halfMs: number;
  #newer: Uint16Array;
  #older: Uint16Array;
  #half = -Infinity; // index of the newer half since the clock's origin

  /** Takes the largest number of counters, a power of two, that fit into so many bytes. */
  constructor(bytes: number, windowMs: number) {
    this.#width = 2 ** Math.floor(Math.log2(bytes / (ROWS * HALVES * Uint16Array.BYTES_PER_ELEMENT)));
    this.#halfMs = windowMs / HALVES;
    this.#newer = new Uint16Array(this.#width * ROWS);
    this.#older = new Uint16Array(this.#width * ROWS);
  }

  /** How much its counters take. */
  get bytes(): number {
    return this.#newer.byteLength + this.#older.byteLength;
  }

  /** Counts one failure of what has this hash, and says how many there were at most. */
  add(hash: number, now: number): number {
    this.#roll(now);
    const first = this.#first(hash);
    const second = this.#second(hash);
    const newer = this.#newer;
    const older = this.#older;
    const count = Math.min(newer[first] ?? 0, newer[second] ?? 0) + 1;
    if (count <= MOST) {
      if ((newer[first] ?? 0) < count) newer[first] = count;
      if ((newer[second] ?? 0) < count) newer[second] = count;
    }
    return count + Math.min(older[first] ?? 0, older[second] ?? 0);
  }

  /** Takes this many off what has this hash, so that it is not suspected again before it failed as often again. */
  remove(hash: number, failures: number): void {
    this.#lower(this.#first(hash), failures);
    this.#lower(this.#second(hash), failures);
  }

  #lower(index: number, failures: number): void {
    const older = this.#older[index] ?? 0;
    const left = Math.max(0, failures - older);
    this.#older[index] = Math.max(0, older - failures);
    this.#newer[index] = Math.max(0, (this.#newer[index] ?? 0) - left);
  }

  #first(hash: number): number {
    return hash & (this.#width - 1);
  }

  #second(hash: number): number {
    return this.#width + (mix(hash ^ 0x9e3779b9) & (this.#width - 1));
  }

  #roll(now: number): void {
    const half = Math.floor(now / this.#halfMs);
    if (!(half > this.#half)) return;
    [this.#newer, this.#older] = [this.#older, this.#newer];
    this.#newer.fill(0);
    if (half - this.#half > 1) this.#older.fill(0);
    this.#half = half;
  }
}
