import { Call, systemClock, type Clock, type Handler, type Policy } from '@inmesh/core';
import { clockOf, countOrZero, positive, positiveMs, rejectUnknown, text } from '@inmesh/core/options';

import { Bucket } from './bucket.ts';
import { Queue } from './queue.ts';
import { WaitingCalls } from './waiting.ts';

/** How fast tokens come, how many it holds, and who may wait. */
export interface TokenBucketOptions {
  /**
   * How many tokens come in per second: the rate in the long run. Required, at most 10⁸; fractions are fine, 0.5 is one
   * in 2 s.
   */
  readonly ratePerSecond: number;
  /** How many tokens it holds at most, 1 or more: what may go at once after a pause (default: a tenth of a second's, at least 1). */
  readonly burst?: number;
  /** How many calls may wait for a token, in the order they came; further ones are refused at once (default: 0). */
  readonly maxQueue?: number;
  /** The longest wait, in ms; a call that would wait longer is refused at once (default: no limit but the call's deadline). */
  readonly maxWaitMs?: number;
  /** Named in its errors (default: `token-bucket`). */
  readonly name?: string;
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock;
}

/** What ends a wait for tokens by hand. */
export interface AcquireOptions {
  /** Ends the wait, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A policy with one bucket, however many handlers it wraps. */
export interface TokenBucket extends Policy {
  /** How many tokens it holds that nobody waits for, fractions included. */
  readonly available: number;
  /** How long until it lets the next call through, in ms, behind those that wait: 0 if at once. */
  readonly retryAfterMs: number;
  /** How many calls wait. */
  readonly waiting: number;
  /**
   * Takes `cost` tokens by hand (default: 1), or none if it holds fewer or anybody waits.
   *
   * Throws a `RangeError` if the cost is not above 0 or above `burst`, for it could never be served.
   */
  tryAcquire(cost?: number): boolean;
  /**
   * Takes `cost` tokens by hand (default: 1), and waits for them as a call does. Rejects with {@link RateLimitedError} if it
   * may not wait, with the signal's reason if that aborts, and with what is wrong with its arguments.
   */
  acquire(cost?: number, options?: AcquireOptions): Promise<void>;
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
export function tokenBucket({
  ratePerSecond,
  burst = ratePerSecond > 10 ? ratePerSecond / 10 : 1,
  maxQueue = 0,
  maxWaitMs,
  name = 'token-bucket',
  clock = systemClock,
  ...unknown
}: TokenBucketOptions): TokenBucket {
  rejectUnknown(unknown, arguments[0]);
  atMost(MOST_PER_SECOND, { ratePerSecond });
  if (atMost(LARGEST_BURST, { burst }) < 1) throw new RangeError(`burst must be at least 1, got ${burst}`);
  const longestMs = maxWaitMs === undefined ? Infinity : positiveMs({ maxWaitMs });
  text({ name });
  clockOf({ clock });
  const queue = new Queue(new Bucket(ratePerSecond, burst), countOrZero({ maxQueue }), longestMs);
  const calls = new WaitingCalls(queue, name, clock);

  const policy: Policy = (next) =>
    function metered(call) {
      const now = clock.now();
      if (calls.pass(1, now)) return next(call);
      const refusal = calls.refusal(call, 1, now);
      if (refusal !== undefined) return Promise.reject(refusal);
      return sendInTurn(next, call, calls, now);
    };

  const servable = (cost: number): number => {
    if (positive({ cost }) > burst) throw new RangeError(`cost must be at most the burst of ${burst}, got ${cost}`);
    return cost;
  };
  async function acquire(cost = 1, { signal, ...others }: AcquireOptions = {}): Promise<void> {
    rejectUnknown(others, arguments[1]);
    await calls.acquire(Call.start(undefined, { signal }), servable(cost));
  }
  return Object.defineProperties(policy, {
    available: { get: () => queue.tokens(clock.now()) },
    retryAfterMs: { get: () => queue.waitMs(1, clock.now()) },
    waiting: { get: () => queue.size },
    tryAcquire: { value: (cost = 1) => queue.take(servable(cost), clock.now()) },
    acquire: { value: acquire },
  }) as TokenBucket; // the members were defined just above
}

/** An async function, so that an error's stack still leads to the caller. */
async function sendInTurn<T>(next: Handler<T>, call: Call, calls: WaitingCalls, now: number): Promise<T> {
  await calls.wait(call, 1, now);
  calls.start(call, 1);
  return await next(call);
}

/** Beyond, thousandths of tokens since the clock's origin are too large to add single tokens to, after two years. */
const MOST_PER_SECOND = 1e8;
const LARGEST_BURST = 1e12;

function atMost(most: number, option: Readonly<Record<string, number>>): number {
  const value = positive(option);
  if (value > most) throw new RangeError(`${Object.keys(option).join()} must be at most ${most}, got ${value}`);
  return value;
}
