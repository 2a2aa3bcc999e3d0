import { count, positiveMs, show } from '@inmesh/core/options';

/** Counts of a few kinds, numbered from 0, of which the old ones are forgotten. Nothing is allocated for what is counted. */
export interface CountWindow {
  /** Counts one of this kind. */
  add(kind: number, now: number): void;
  /** How many of this kind there were in the window that ends now. */
  count(kind: number, now: number): number;
  /** How many of each kind there were in the window that ends now: to be read at once, as it changes. */
  counts(now: number): readonly number[];
  /** Counts the newest of one kind as one of another kind instead; says whether there was one in the window. */
  move(from: number, to: number, now: number): boolean;
  /** Forgets all it counted. */
  clear(): void;
  /** What is in the window, as JSON can hold it: for `load`. */
  save(now: number): readonly number[];
  /** Goes on from what was saved. Throws a `TypeError` if that was not saved by a window of this size. */
  load(saved: unknown, now: number): void;
}

/**
 * Counts of a few kinds over the last `windowMs`, in a ring of slices. What is too old is dropped when the window is next
 * looked at: there is no timer. The oldest slice goes as a whole, so the window is between `windowMs` less one slice
 * and `windowMs` long.
 *
 * Time that goes backwards counts as no time passing. There is no ring while all that it counts is in one slice, as it is where
 * calls are rare.
 */
export class RollingCounts implements CountWindow {
  readonly #kinds: number;
  readonly #slices: number;
  readonly #sliceMs: number;
  readonly #totals: number[];
  #ring: number[] | undefined = undefined;
  #newest = -Infinity; // index of the newest slice since the clock's origin
  #start = 0; // where it begins in the ring
  #endsAt = -Infinity; // in ms

  /** `kinds` is how many kinds there are, numbered from 0. Throws a `RangeError` or `TypeError` naming a wrong argument. */
  constructor(kinds: number, windowMs: number, slices = 10) {
    this.#kinds = count({ kinds });
    this.#slices = count({ slices });
    this.#sliceMs = positiveMs({ windowMs }) / slices;
    this.#totals = zeros(kinds);
  }

  add(kind: number, now: number): void {
    this.#roll(now);
    raise(this.#totals, kind);
    if (this.#ring !== undefined) raise(this.#ring, this.#start + kind);
  }

  count(kind: number, now: number): number {
    this.#roll(now);
    return this.#totals[kind] ?? 0;
  }

  counts(now: number): readonly number[] {
    this.#roll(now);
    return this.#totals;
  }

  move(from: number, to: number, now: number): boolean {
    this.#roll(now);
    if ((this.#totals[from] ?? 0) === 0) return false;
    this.#change(this.#totals, from, to);
    const ring = this.#ring;
    if (ring === undefined) return true;
    let slice = this.#newest;
    while ((ring[this.#startOf(slice) + from] ?? 0) === 0) slice--;
    this.#change(ring, this.#startOf(slice) + from, this.#startOf(slice) + to);
    return true;
  }

  clear(): void {
    this.#totals.fill(0);
    this.#ring = undefined;
  }

  save(now: number): readonly number[] {
    this.#roll(now);
    const ring = this.#ring ?? this.#firstRing();
    const oldest = this.#startOf(this.#newest + 1);
    return [...ring.slice(oldest), ...ring.slice(0, oldest)];
  }

  load(saved: unknown, now: number): void {
    const counts = countsOf(saved, this.#kinds * this.#slices);
    this.clear();
    this.#roll(now);
    const oldest = this.#startOf(this.#newest + 1);
    const ring = (this.#ring = zeros(counts.length));
    counts.forEach((many, index) => {
      ring[(oldest + index) % ring.length] = many;
      const kind = index % this.#kinds;
      this.#totals[kind] = (this.#totals[kind] ?? 0) + many;
    });
  }

  #roll(now: number): void {
    if (now >= this.#endsAt) this.#advance(now);
  }

  #advance(now: number): void {
    const newest = Math.floor(now / this.#sliceMs);
    if (!(newest > this.#newest)) return;
    if (newest - this.#newest >= this.#slices) this.clear();
    else this.#turn((this.#ring ??= this.#firstRing()), newest);
    this.#newest = newest;
    this.#start = this.#startOf(newest);
    this.#endsAt = (newest + 1) * this.#sliceMs;
  }

  /** All that was counted until now was in one slice. */
  #firstRing(): number[] {
    const ring = zeros(this.#kinds * this.#slices);
    const start = this.#startOf(this.#newest);
    for (let kind = 0; kind < this.#kinds; kind++) ring[start + kind] = this.#totals[kind] ?? 0;
    return ring;
  }

  /** Empties the places of the slices that begin for what they held one turn of the ring ago. */
  #turn(ring: number[], newest: number): void {
    for (let slice = this.#newest + 1; slice <= newest; slice++) {
      const start = this.#startOf(slice);
      for (let kind = 0; kind < this.#kinds; kind++) {
        this.#totals[kind] = (this.#totals[kind] ?? 0) - (ring[start + kind] ?? 0);
        ring[start + kind] = 0;
      }
    }
  }

  #change(counts: number[], from: number, to: number): void {
    counts[from] = (counts[from] ?? 0) - 1;
    counts[to] = (counts[to] ?? 0) + 1;
  }

  #startOf(slice: number): number {
    const place = slice % this.#slices;
    return (place < 0 ? place + this.#slices : place) * this.#kinds;
  }
}

/** Counts of a few kinds, 256 at most, among the last so many that were counted, however long ago. */
export class LastCounts implements CountWindow {
  readonly #kinds: Uint8Array;
  readonly #totals: number[];
  #next = 0;
  #size = 0;

  /** `kinds` is how many kinds there are, numbered from 0. Throws a `RangeError` or `TypeError` naming a wrong argument. */
  constructor(kinds: number, calls: number) {
    this.#totals = zeros(count({ kinds }));
    this.#kinds = new Uint8Array(count({ calls }));
  }

  add(kind: number): void {
    const next = this.#next;
    if (this.#size < this.#kinds.length) this.#size++;
    else this.#change(this.#kinds[next] ?? 0, -1);
    this.#kinds[next] = kind;
    this.#change(kind, 1);
    this.#next = next + 1 === this.#kinds.length ? 0 : next + 1;
  }

  count(kind: number): number {
    return this.#totals[kind] ?? 0;
  }

  counts(): readonly number[] {
    return this.#totals;
  }

  move(from: number, to: number): boolean {
    for (let back = 1; back <= this.#size; back++) {
      const place = (this.#next - back + this.#kinds.length) % this.#kinds.length;
      if (this.#kinds[place] !== from) continue;
      this.#kinds[place] = to;
      this.#change(from, -1);
      this.#change(to, 1);
      return true;
    }
    return false;
  }

  clear(): void {
    this.#totals.fill(0);
    this.#next = this.#size = 0;
  }

  save(): readonly number[] {
    const oldest = this.#size < this.#kinds.length ? 0 : this.#next;
    return [...this.#kinds.subarray(oldest, this.#size), ...this.#kinds.subarray(0, oldest)];
  }

  load(saved: unknown): void {
    const kinds = countsOf(saved, this.#kinds.length, 0, this.#totals.length);
    this.clear();
    for (const kind of kinds) this.add(kind);
  }

  #change(kind: number, by: number): void {
    this.#totals[kind] = (this.#totals[kind] ?? 0) + by;
  }
}

/** Saved whole numbers below `limit`, of which there are at most so many and at least so many. */
function countsOf(saved: unknown, most: number, least = most, limit = Infinity): readonly number[] {
  const fits = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < limit;
  if (!Array.isArray(saved) || saved.length > most || saved.length < least || !saved.every(fits)) {
    const size = least === most ? `${most}` : `at most ${most}`;
    throw new TypeError(`what a window saved must be ${size} whole numbers, got ${show(saved)}`);
  }
  return saved as readonly number[]; // looked at just above
}

function raise(counts: number[], index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}
