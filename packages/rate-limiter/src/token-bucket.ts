import { systemClock, type Clock, type Policy } from '@inmesh/core';
import { clockOf, positive, rejectUnknown, text } from '@inmesh/core/options';

import { Bucket } from './bucket.ts';
import { RateLimitedError } from './error.ts';

export interface TokenBucketOptions {
  /** How many tokens come in per second: the rate in the long run. Required; fractions are fine, 0.5 is one in 2 s. */
  readonly ratePerSecond: number;
  /** How many tokens it holds at most, 1 or more: what may go at once after a pause (default: a tenth of a second's, at least 1). */
  readonly burst?: number;
  /** Named in its errors (default: `token-bucket`). */
  readonly name?: string;
  readonly clock?: Clock;
}

/** A policy with one bucket, however many handlers it wraps. */
export interface TokenBucket extends Policy {
  /** How many tokens it holds, fractions included. */
  readonly available: number;
  /** How long until it lets the next call through, in ms: 0 if at once. */
  readonly retryAfterMs: number;
  /**
   * Takes `cost` tokens by hand (default: 1), or none if it holds fewer.
   *
   * Throws a `RangeError` if the cost is not above 0 or above `burst`, for it could never be served.
   */
  tryAcquire(cost?: number): boolean;
}

/**
 * Lets through `ratePerSecond` calls a second, and up to `burst` at once after a pause. Others reject with
 * {@link RateLimitedError}: nothing is sent, nothing is taken, nobody waits.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const limited = tokenBucket({ ratePerSecond: 100, burst: 20, name: 'geocoder' });
 * const locate = wrap(limited, ({ signal }, address: string) => geocoder.locate(address, { signal }));
 */
export function tokenBucket({
  ratePerSecond,
  burst = Math.max(1, ratePerSecond / 10),
  name = 'token-bucket',
  clock = systemClock,
  ...unknown
}: TokenBucketOptions): TokenBucket {
  rejectUnknown(unknown, arguments[0]);
  positive({ ratePerSecond });
  if (positive({ burst }) < 1) throw new RangeError(`burst must be at least 1, got ${burst}`);
  text({ name });
  clockOf({ clock });
  const bucket = new Bucket(ratePerSecond, burst);

  const policy: Policy = (next) =>
    function metered(call) {
      const now = clock.now();
      if (bucket.take(1, now)) return next(call);
      const retryAfterMs = bucket.waitMs(1, now);
      return Promise.reject(new RateLimitedError({ policy: name, retryAfterMs, captureStack: call.captureStacks }));
    };

  return Object.defineProperties(policy, {
    available: { get: () => bucket.tokens(clock.now()) },
    retryAfterMs: { get: () => bucket.waitMs(1, clock.now()) },
    tryAcquire: {
      value: (cost = 1) => {
        if (positive({ cost }) > burst) throw new RangeError(`cost must be at most the burst of ${burst}, got ${cost}`);
        return bucket.take(cost, clock.now());
      },
    },
  }) as TokenBucket; // the members were defined just above
}
