import { count, positiveMs } from '@inmesh/core/options';

/**
 * Counts of a few kinds over the last `windowMs`, in a ring of slices. What is too old is dropped when the window is next
 * looked at: there is no timer. The oldest slice goes as a whole, so the window is between `windowMs` less one slice
 * and `windowMs` long.
 *
 * Time that goes backwards counts as no time passing.
 */
export class RollingCounts {
  readonly #kinds: number;
  readonly #slices: number;
  readonly #sliceMs: number;
  readonly #counts: Int32Array;
  readonly #totals: Int32Array;
  #newest = -Infinity; // index of the newest slice since the clock's origin

  /** `kinds` is how many kinds there are, numbered from 0. Throws a `RangeError` or `TypeError` naming a wrong argument. */
  constructor(kinds: number, windowMs: number, slices = 10) {
    this.#kinds = count({ kinds });
    this.#slices = count({ slices });
    this.#sliceMs = positiveMs({ windowMs }) / slices;
    this.#counts = new Int32Array(kinds * slices);
    this.#totals = new Int32Array(kinds);
  }

  /** Counts one of this kind. */
  add(kind: number, now: number): void {
    this.#roll(now);
    const index = this.#start(this.#newest) + kind;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#totals[kind] = (this.#totals[kind] ?? 0) + 1;
  }

  /** How many of this kind there were in the window that ends now. */
  count(kind: number, now: number): number {
    this.#roll(now);
    return this.#totals[kind] ?? 0;
  }

  /** Forgets all it counted. */
  clear(): void {
    this.#counts.fill(0);
    this.#totals.fill(0);
  }

  #roll(now: number): void {
    const newest = Math.floor(now / this.#sliceMs);
    if (!(newest > this.#newest)) return;
    const passed = newest - this.#newest;
    if (passed >= this.#slices) this.clear();
    else for (let slice = this.#newest + 1; slice <= newest; slice++) this.#drop(slice);
    this.#newest = newest;
  }

  /** Empties the place of a slice that begins for what it held one turn of the ring ago. */
  #drop(slice: number): void {
    const start = this.#start(slice);
    for (let kind = 0; kind < this.#kinds; kind++) {
      this.#totals[kind] = (this.#totals[kind] ?? 0) - (this.#counts[start + kind] ?? 0);
      this.#counts[start + kind] = 0;
    }
  }

  #start(slice: number): number {
    const place = slice % this.#slices;
    return (place < 0 ? place + this.#slices : place) * this.#kinds;
  }
}
