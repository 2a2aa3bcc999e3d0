import { publishError, quietly, type Call } from '@inmesh/core';
import { show } from '@inmesh/core/options';

/** What an attribute of a call may be. `undefined` and `null` mean that the call has none. */
export type AttributeValue = string | number | boolean | bigint | null | undefined;

/** Reads one attribute off a call. */
export type Attribute = (call: Call) => AttributeValue;

/** Where the attributes of the call at hand stand. It is used again for every call, so that reading them makes nothing. */
export class Reading {
  readonly names: readonly string[];
  /** In the order of the names; `undefined` is what the call does not have. */
  readonly values: (string | undefined)[];
  /** Of the values; 0 is that of none. Told by {@link hash}. */
  readonly hashes: number[];
  /** A bit for each attribute that the call has, the lowest for the first. */
  present = 0;
  readonly #attributes: readonly Attribute[];
  readonly #hashed: (string | undefined)[];
  readonly #seed: number;

  constructor(attributes: Readonly<Record<string, Attribute>>, seed: number) {
    this.names = Object.keys(attributes);
    this.#attributes = Object.values(attributes);
    this.values = this.names.map(() => undefined);
    this.#hashed = this.names.map(() => undefined);
    this.hashes = this.names.map(() => 0);
    this.#seed = seed;
  }

  read(call: Call): void {
    this.present = 0;
    for (let place = 0; place < this.#attributes.length; place++) {
      const value = this.#read(place, call);
      this.values[place] = value;
      if (value !== undefined) this.present |= 1 << place;
    }
  }

  hash(): void {
    for (let place = 0; place < this.values.length; place++) {
      const value = this.values[place];
      if (value === this.#hashed[place]) continue; // few values, so often the one before
      this.#hashed[place] = value;
      this.hashes[place] = value === undefined ? 0 : hashText(value, this.#seed + place);
    }
  }

  /** One that throws, or gives what is no value, harms no call: the call does not have it. */
  #read(place: number, call: Call): string | undefined {
    try {
      const value = this.#attributes[place]?.(call);
      if (typeof value === 'string') return value.length > LONGEST ? undefined : value;
      if (value === undefined || value === null) return undefined;
      if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
      if ((value as unknown) instanceof Promise) quietly('attribute', () => value); // an asynchronous one may reject
      throw new TypeError(`attribute ${this.names[place]} must be a string, a number or nothing, got ${show(value)}`);
    } catch (error) {
      publishError('attribute', error);
      return undefined;
    }
  }
}

const LONGEST = 256; // what tells few things apart is short, and some values are kept

/** FNV-1a over the characters from a seed nobody knows, mixed once more. Never 0. */
function hashText(text: string, seed: number): number {
  let hash = seed ^ text.length;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mix(hash) || 1;
}

/** Spreads what differs in a few bits over all of them (the finalizer of MurmurHash3). */
export function mix(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
