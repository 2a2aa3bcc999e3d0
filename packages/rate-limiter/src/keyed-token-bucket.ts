import { systemClock, type Call, type Clock } from '@inmesh/core';
import { callable, clockOf, count, rejectUnknown, text } from '@inmesh/core/options';
import { checkRate } from './gcra.ts';

import { Buckets, type BucketKey } from './keyed/buckets.ts';
import { KeyedTokens, type KeyedTokenBucket } from './keyed/keyed-tokens.ts';

export type { BucketKey, KeyedTokenBucket };

/** By what calls are told apart, how fast each key's tokens come, and how many keys are remembered. */
export interface KeyedTokenBucketOptions<K extends BucketKey = BucketKey> {
  /**
   * Reads off a call whose bucket it takes from, as in `(call) => call.get(tenant)`. Required. Calls whose key is `undefined` share
   * a bucket too. If it throws or gives an object, the call rejects.
   */
  readonly key: (call: Call) => K;
  /**
   * How many tokens come in per second, for each key: the rate in the long run. Required, at most 10⁸; fractions are fine, 0.5
   * is one in 2 s.
   */
  readonly ratePerSecond: number;
  /**
   * How many tokens a bucket holds at most, 1 or more: what may go at once after a pause (default: a tenth of a second's, at
   * least 1).
   */
  readonly burst?: number | undefined;
  /**
   * How many keys it remembers, at most 2²³; beyond, one goes whose bucket is full again, which changes nothing, or else
   * one that lacks little (default: 100_000).
   */
  readonly maxKeys?: number | undefined;
  /** Named in its errors (default: `keyed-token-bucket`). */
  readonly name?: string | undefined;
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock | undefined;
}

/**
 * Lets through `ratePerSecond` calls a second of each key, and up to `burst` at once after a pause. The rest reject at once
 * with `RateLimitedError`, which tells the key and how long to wait. Nobody waits in line: for that there is `keyed` with a
 * `tokenBucket` for each key. Here a bucket is one number, so that those of many keys stay in the processor's cache.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const tenant = new Key<string>('acme:tenant', 'nobody'); // bound where the request comes in
 * const perTenant = keyedTokenBucket({ key: (call) => call.get(tenant), ratePerSecond: 100, burst: 20, name: 'tenants' });
 */
export function keyedTokenBucket<K extends BucketKey>(options: KeyedTokenBucketOptions<K>): KeyedTokenBucket<K>;
export function keyedTokenBucket<K extends BucketKey>({
  key,
  ratePerSecond,
  burst = ratePerSecond > 10 ? ratePerSecond / 10 : 1,
  maxKeys = 100_000,
  name = 'keyed-token-bucket',
  clock = systemClock,
  ...unknown
}: KeyedTokenBucketOptions<K> = NOTHING): KeyedTokenBucket<K> {
  rejectUnknown(unknown, arguments[0]);
  callable({ key });
  checkRate(ratePerSecond, burst);
  if (count({ maxKeys }) > MOST_KEYS) throw new RangeError(`maxKeys must be at most ${MOST_KEYS}, got ${maxKeys}`);
  text({ name });
  clockOf({ clock });
  return new KeyedTokens({ key, buckets: new Buckets(ratePerSecond, burst, maxKeys), name, clock });
}

const NOTHING = {} as KeyedTokenBucketOptions<never>; // given nothing, as only JavaScript may: what is missing is then told

const MOST_KEYS = 2 ** 23; // a Map of V8's holds twice as many, and needs that room where keys come and go
