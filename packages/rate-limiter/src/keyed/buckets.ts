import { quietly } from '@inmesh/core';
import { show } from '@inmesh/core/options';
import { enoughAt, fullAfter, msUntil, tokensAt } from '../gcra.ts';

/** By what buckets are told apart: anything but an object, of which one made anew each time would have a full bucket each time. */
export type BucketKey = string | number | bigint | boolean | symbol | null | undefined;

/**
 * A token bucket for each of many keys, kept as one number each, in a row: the moment at which it is full again. So a call
 * reaches for two things in memory, the key's entry in a map and that number, and not for an object with all that hangs on it.
 *
 * A key whose bucket is full is as good as one that never came. So its slot may be given to another and nobody notices.
 */
export class Buckets<K extends BucketKey> {
  /** How many tokens each holds at most. */
  readonly burst: number;
  readonly #ratePerSecond: number;
  readonly #maxKeys: number;
  readonly #slots = new Map<K, number>();
  readonly #keys: K[] = []; // by slot; all are taken, up to its length
  #fullAt: Float64Array; // by slot
  #hand = 0;
  #forgotten = 0;
  #latest = -Infinity; // time that goes backwards counts as no time passing

  constructor(ratePerSecond: number, burst: number, maxKeys: number) {
    this.#ratePerSecond = ratePerSecond;
    this.burst = burst;
    this.#maxKeys = maxKeys;
    this.#fullAt = new Float64Array(Math.min(FEWEST_SLOTS, maxKeys));
  }

  /** How many keys have a slot, those included whose bucket is full again. */
  get size(): number {
    return this.#keys.length;
  }

  /** How many keys lost their slot before their bucket was full again, and so begin anew with more than they would have had. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Takes so many tokens of the key's bucket, or none if there are fewer. Throws a `TypeError` if the key is an object. */
  take(key: K, tokens: number, nowMs: number): boolean {
    const now = this.#at(nowMs);
    const slot = this.#slots.get(key) ?? this.#enter(key, now);
    const fullAt = this.#fullAt[slot] as number; // a key's slot is within
    if (now < enoughAt(fullAt, tokens, this.burst)) return false;
    this.#fullAt[slot] = fullAfter(fullAt, tokens, now);
    return true;
  }

  /** How long until so many tokens of the key are there, in ms: 0 if they are. Reading gives no slot to the key. */
  waitMs(key: K, tokens: number, nowMs: number): number {
    const at = enoughAt(this.#fullAtOf(key), tokens, this.burst);
    return this.#at(nowMs) >= at ? 0 : msUntil(at, this.#ratePerSecond, nowMs);
  }

  /** How many tokens the key has, fractions included. Reading gives no slot to the key. */
  tokens(key: K, nowMs: number): number {
    return tokensAt(this.#fullAtOf(key), this.burst, this.#at(nowMs));
  }

  #fullAtOf(key: K): number {
    const slot = this.#slots.get(key);
    if (slot !== undefined) return this.#fullAt[slot] as number; // a key's slot is within
    checkKey(key);
    return -Infinity;
  }

  #enter(key: K, now: number): number {
    checkKey(key);
    const slot = this.#keys.length < this.#maxKeys ? this.#nextSlot() : this.#freedSlot(now);
    this.#keys[slot] = key;
    this.#slots.set(key, slot);
    this.#fullAt[slot] = -Infinity;
    return slot;
  }

  #nextSlot(): number {
    const slot = this.#keys.length;
    if (slot === this.#fullAt.length) {
      const longer = new Float64Array(Math.min(slot * 2, this.#maxKeys));
      longer.set(this.#fullAt);
      this.#fullAt = longer;
    }
    return slot;
  }

  /**
   * The hand goes on over a few slots, and takes one whose bucket is full again from its key. If there is none among them, it
   * takes the one that lacks least, whose key gains least by that.
   */
  #freedSlot(now: number): number {
    let freed = this.#hand;
    let fullAt = Infinity;
    for (let looked = 0; looked < LOOKED_AT && fullAt > now; looked++) {
      const slot = this.#hand;
      const at = this.#fullAt[slot] as number; // all slots are taken
      this.#hand = slot + 1 === this.#maxKeys ? 0 : slot + 1;
      if (at >= fullAt) continue;
      freed = slot;
      fullAt = at;
    }
    if (fullAt > now) this.#forgotten++;
    this.#slots.delete(this.#keys[freed] as K); // all slots are taken
    return freed;
  }

  #at(nowMs: number): number {
    if (nowMs > this.#latest) this.#latest = nowMs;
    return this.#latest * this.#ratePerSecond;
  }
}

const FEWEST_SLOTS = 64;
const LOOKED_AT = 16; // two lines of a processor's cache

function checkKey(key: unknown): void {
  if (key instanceof Promise) quietly('key', () => key); // which may reject
  if ((typeof key === 'object' && key !== null) || typeof key === 'function')
    throw new TypeError(`key must be a string, a number or another value that is no object, got ${show(key)}`);
}
