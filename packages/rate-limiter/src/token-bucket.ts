import { systemClock, type Clock } from '@inmesh/core';
import { clockOf, countOrZero, positiveMs, rejectUnknown, text } from '@inmesh/core/options';
import { checkRate } from './gcra.ts';

import { Gate } from './gate.ts';
import { Tokens, type TokenBucket } from './tokens.ts';

/** How fast tokens come, how many it holds, and who may wait. */
export interface TokenBucketOptions {
  /**
   * How many tokens come in per second: the rate in the long run. Required, at most 10⁸; fractions are fine, 0.5 is one
   * in 2 s.
   */
  readonly ratePerSecond: number;
  /** How many tokens it holds at most, 1 or more: what may go at once after a pause (default: a tenth of a second's, at least 1). */
  readonly burst?: number | undefined;
  /** How many calls may wait for a token, in the order they came; further ones are refused at once (default: 0). */
  readonly maxQueue?: number | undefined;
  /** The longest wait, in ms; a call that would wait longer is refused at once (default: no limit but the call's deadline). */
  readonly maxWaitMs?: number | undefined;
  /** Named in its errors (default: `token-bucket`). */
  readonly name?: string | undefined;
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock | undefined;
}

/**
 * Lets through `ratePerSecond` calls a second, and up to `burst` at once after a pause. Up to `maxQueue` others wait for
 * their turn, first come, first served. The rest reject at once with {@link RateLimitedError}, also who would wait longer
 * than `maxWaitMs` or until the call's deadline: nothing is sent, nothing is taken.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const limited = tokenBucket({ ratePerSecond: 100, burst: 20, name: 'geocoder' });
 * const locate = wrap(limited, ({ signal }, address: string) => geocoder.locate(address, { signal }));
 */
export function tokenBucket(options: TokenBucketOptions): TokenBucket;
export function tokenBucket({
  ratePerSecond,
  burst = ratePerSecond > 10 ? ratePerSecond / 10 : 1,
  maxQueue = 0,
  maxWaitMs,
  name = 'token-bucket',
  clock = systemClock,
  ...unknown
}: TokenBucketOptions = NOTHING): TokenBucket {
  rejectUnknown(unknown, arguments[0]);
  checkRate(ratePerSecond, burst);
  const longestMs = maxWaitMs === undefined ? Infinity : positiveMs({ maxWaitMs });
  text({ name });
  clockOf({ clock });
  const manner = { maxQueue: countOrZero({ maxQueue }), maxWaitMs: longestMs, name, clock };
  return new Tokens(new Gate(ratePerSecond, burst, manner));
}

const NOTHING = {} as TokenBucketOptions; // given nothing, as only JavaScript may: what is missing is then told
