import { PolicyObject, refuse, type Call, type Clock, type Handler, type Policy } from '@inmesh/core';
import { RateLimitedError } from '../error.ts';
import { checkCost } from '../gcra.ts';

import type { BucketKey, Buckets } from './buckets.ts';

/** A policy with a bucket for each key, however many handlers it wraps. */
export interface KeyedTokenBucket<K extends BucketKey = BucketKey> extends Policy {
  /**
   * Takes `cost` tokens of the key's bucket by hand (default: 1), or none if it holds fewer.
   *
   * Throws a `RangeError` if the cost is not above 0 or above `burst`, for it could never be served.
   */
  tryAcquire(key: K, cost?: number): boolean;
  /** How many tokens the key's bucket holds, fractions included. */
  available(key: K): number;
  /** How long until `cost` tokens of the key are there (default: 1, a call's), in ms; 0 if they are. Throws as `tryAcquire` does. */
  retryAfterMs(key: K, cost?: number): number;
  /** How many keys it remembers, those included whose bucket is full again: at most `maxKeys`. */
  readonly size: number;
  /** How many keys it forgot before their bucket was full again. Above 0, `maxKeys` is too small for those who call. */
  readonly forgotten: number;
}

/** What a call's handler asks at each call. */
export interface Turnstile<K extends BucketKey> {
  readonly key: (call: Call) => K;
  readonly buckets: Buckets<K>;
  readonly name: string;
  readonly clock: Clock;
}

/** The policy of a turnstile. */
export class KeyedTokens<K extends BucketKey> extends PolicyObject implements KeyedTokenBucket<K> {
  readonly #buckets: Buckets<K>;
  readonly #clock: Clock;

  constructor(turnstile: Turnstile<K>) {
    super((next) => through(turnstile, next));
    this.#buckets = turnstile.buckets;
    this.#clock = turnstile.clock;
  }

  get size(): number {
    return this.#buckets.size;
  }

  get forgotten(): number {
    return this.#buckets.forgotten;
  }

  tryAcquire(key: K, cost = 1): boolean {
    const buckets = this.#buckets;
    checkCost(cost, buckets.burst);
    return buckets.take(key, cost, this.#clock.now());
  }

  available(key: K): number {
    return this.#buckets.tokens(key, this.#clock.now());
  }

  retryAfterMs(key: K, cost = 1): number {
    checkCost(cost, this.#buckets.burst);
    return this.#buckets.waitMs(key, cost, this.#clock.now());
  }
}

function through<T, K extends BucketKey>(turnstile: Turnstile<K>, next: Handler<T>): Handler<T> {
  const { key: keyOf, buckets, name, clock } = turnstile;
  return function metered(call) {
    try {
      const key = keyOf(call);
      const now = clock.now();
      if (buckets.take(key, 1, now)) return next(call);
      const retryAfterMs = buckets.waitMs(key, 1, now);
      return refuse(new RateLimitedError({ policy: name, key, retryAfterMs, captureStack: call.captureStacks }));
    } catch (error) {
      return Promise.reject(error);
    }
  };
}
