import { mix, type Reading } from './reading.ts';

/** Some attributes and the value of each: the part of all calls that have these. Without any, it is all calls. */
export class Combination {
  /** A bit for each attribute, the lowest for the first. */
  readonly mask: number;
  /** Which attributes, by their places. */
  readonly places: readonly number[];
  readonly values: readonly string[];

  /** What the call that was read shares with all calls that have the same attributes of this mask. */
  constructor(mask: number, { values }: Reading) {
    this.mask = mask;
    this.places = placesOf(mask);
    this.values = this.places.map((place) => values[place] ?? '');
  }

  /** Whether a call is of this part. */
  has({ values }: Reading): boolean {
    for (let index = 0; index < this.places.length; index++) {
      if (values[this.places[index] ?? 0] !== this.values[index]) return false;
    }
    return true;
  }

  /** A bit for each of its attributes, the lowest for the first it has, that a call has with the same value. */
  shared({ values }: Reading): number {
    let bits = 0;
    for (let index = 0; index < this.places.length; index++) {
      if (values[this.places[index] ?? 0] === this.values[index]) bits |= 1 << index;
    }
    return bits;
  }

  /** Whether every call of the other is of this part too. */
  contains(other: Combination): boolean {
    return this.places.every((place, index) => other.#at(place) === this.values[index]);
  }

  /** Whether a call can be of both. */
  meets(other: Combination): boolean {
    return this.places.every((place, index) => {
      const value = other.#at(place);
      return value === undefined || value === this.values[index];
    });
  }

  /** Whether it has more attributes. */
  isDeeper(other: Combination): boolean {
    return this.places.length > other.places.length;
  }

  /** As an object of names and values. */
  named(names: readonly string[]): Readonly<Record<string, string>> {
    return Object.freeze(Object.fromEntries(this.places.map((place, index) => [names[place], this.values[index]])));
  }

  /** As in `{shard=2,route="/a b"}`. */
  show(names: readonly string[]): string {
    return `{${this.places.map((place, index) => `${names[place]}=${showValue(this.values[index] ?? '')}`).join(',')}}`;
  }

  #at(place: number): string | undefined {
    const index = this.places.indexOf(place);
    return index < 0 ? undefined : this.values[index];
  }
}

/** Values come from outside: in a line of a log none may look like the next line, and none be endless. */
function showValue(value: string): string {
  if (/^[\w./:@*+-]{1,64}$/.test(value)) return value;
  return JSON.stringify(value.length <= 64 ? value : `${value.slice(0, 63)}…`);
}

function placesOf(mask: number): number[] {
  return [0, 1, 2, 3].filter((place) => (mask & (1 << place)) !== 0);
}

/** All ways to take at most so many of so many attributes, as masks: those with fewest first, and none before all. */
export function masksOf(attributes: number, maxDepth: number): number[] {
  return Array.from({ length: 2 ** attributes }, (_, mask) => mask)
    .filter((mask) => placesOf(mask).length <= maxDepth)
    .sort((a, b) => placesOf(a).length - placesOf(b).length || a - b);
}

/** One number for the values that a call has under this mask. */
export function hashUnder(mask: number, { hashes }: Reading): number {
  let hash = mask;
  for (let place = 0; place < hashes.length; place++) {
    if ((mask & (1 << place)) !== 0) hash = mix(Math.imul(hash, 31) ^ (hashes[place] ?? 0));
  }
  return hash;
}
