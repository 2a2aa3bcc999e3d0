import { count, positiveMs } from '@inmesh/core/options';

/**
 * Counts of a few kinds over the last `windowMs`, in a ring of slices. What is too old is dropped when the window is next
 * looked at: there is no timer. The oldest slice goes as a whole, so the window is between `windowMs` less one slice
 * and `windowMs` long.
 *
 * Time that goes backwards counts as no time passing. There is no ring while all that it counts is in one slice, as it is where
 * calls are rare.
 */
export class RollingCounts {
  readonly #kinds: number;
  readonly #slices: number;
  readonly #sliceMs: number;
  readonly #totals: number[];
  #ring: number[] | undefined = undefined;
  #newest = -Infinity; // index of the newest slice since the clock's origin

  /** `kinds` is how many kinds there are, numbered from 0. Throws a `RangeError` or `TypeError` naming a wrong argument. */
  constructor(kinds: number, windowMs: number, slices = 10) {
    this.#kinds = count({ kinds });
    this.#slices = count({ slices });
    this.#sliceMs = positiveMs({ windowMs }) / slices;
    this.#totals = zeros(kinds);
  }

  /** Counts one of this kind. */
  add(kind: number, now: number): void {
    this.#roll(now);
    this.#totals[kind] = (this.#totals[kind] ?? 0) + 1;
    if (this.#ring === undefined) return;
    const index = this.#start(this.#newest) + kind;
    this.#ring[index] = (this.#ring[index] ?? 0) + 1;
  }

  /** How many of this kind there were in the window that ends now. */
  count(kind: number, now: number): number {
    this.#roll(now);
    return this.#totals[kind] ?? 0;
  }

  /** Forgets all it counted. */
  clear(): void {
    this.#totals.fill(0);
    this.#ring = undefined;
  }

  #roll(now: number): void {
    const newest = Math.floor(now / this.#sliceMs);
    if (!(newest > this.#newest)) return;
    if (newest - this.#newest >= this.#slices) this.clear();
    else this.#turn((this.#ring ??= this.#firstRing()), newest);
    this.#newest = newest;
  }

  /** All that was counted until now was in one slice. */
  #firstRing(): number[] {
    const ring = zeros(this.#kinds * this.#slices);
    const start = this.#start(this.#newest);
    for (let kind = 0; kind < this.#kinds; kind++) ring[start + kind] = this.#totals[kind] ?? 0;
    return ring;
  }

  /** Empties the places of the slices that begin for what they held one turn of the ring ago. */
  #turn(ring: number[], newest: number): void {
    for (let slice = this.#newest + 1; slice <= newest; slice++) {
      const start = this.#start(slice);
      for (let kind = 0; kind < this.#kinds; kind++) {
        this.#totals[kind] = (this.#totals[kind] ?? 0) - (ring[start + kind] ?? 0);
        ring[start + kind] = 0;
      }
    }
  }

  #start(slice: number): number {
    const place = slice % this.#slices;
    return (place < 0 ? place + this.#slices : place) * this.#kinds;
  }
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}
