import { AsyncLocalStorage } from 'node:async_hooks';

import { Call, isError, wrap } from '@inmesh/core';
import { HeldResult, heldProtocol, scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { RateLimitedError } from './error.ts';
import { tokenBucket, type TokenBucketOptions } from './token-bucket.ts';

/** Ten a second, two at once. */
function limited(options: Partial<TokenBucketOptions> = {}) {
  const clock = virtualClock();
  return { clock, bucket: tokenBucket({ ratePerSecond: 10, burst: 2, clock, ...options }) };
}

describe('tokenBucket', () => {
  it('lets through its burst at once, then its rate', async () => {
    const { bucket, clock } = limited();
    const call = wrap(bucket, (_call, value: number) => value);
    await expect(call(1)).resolves.toBe(1);
    await expect(call(2)).resolves.toBe(2);
    await expect(call(3)).rejects.toThrow(RateLimitedError);
    await clock.advance(100);
    await expect(call(4)).resolves.toBe(4);
    await expect(call(5)).rejects.toThrow(RateLimitedError);
  });

  it('refuses without sending anything and says when to come back', async () => {
    const { bucket, clock } = limited({ name: 'geocoder' });
    const server = scriptedHandler<string>();
    bucket.tryAcquire(2);
    await clock.advance(40);
    const refused = await bucket(server.handler)(Call.start(undefined)).catch((error: unknown) => error);
    expect(isError(refused, RateLimitedError)).toBe(true);
    expect(refused).toMatchObject({ code: 'ERR_RATE_LIMITED', policy: 'geocoder', retryAfterMs: 60 });
    expect(String(refused)).toBe('RateLimitedError: geocoder has no token left; the next comes in 60 ms');
    expect(server.unread).toBe(0);
    expect(bucket.retryAfterMs).toBe(60);
    await clock.advance(60);
    expect(bucket.retryAfterMs).toBe(0);
  });

  it('gives a refusal a stack only if the call wants stacks', async () => {
    const { bucket } = limited();
    bucket.tryAcquire(2);
    const refuse = wrap(bucket, () => 'never');
    const refuseLoudly = wrap(bucket, () => 'never', { captureStacks: true });
    await expect(refuse()).rejects.toSatisfy((error: Error) => !error.stack?.includes('\n    at '));
    await expect(refuseLoudly()).rejects.toSatisfy((error: Error) => error.stack?.includes('\n    at ') === true);
  });

  it.each([
    { ratePerSecond: 1_000, burst: 100 },
    { ratePerSecond: 25, burst: 2.5 },
    { ratePerSecond: 0.1, burst: 1 },
  ])('holds $burst at $ratePerSecond a second unless told otherwise', ({ ratePerSecond, burst }) => {
    expect(tokenBucket({ ratePerSecond }).available).toBe(burst);
  });

  it.each([
    { exit: 'succeed', handler: async () => new HeldResult() },
    { exit: 'fail', handler: () => Promise.reject(new Error('down')) },
  ])('takes one token of calls that $exit, holds nothing and sets no timer', async ({ handler }) => {
    const { bucket, clock } = limited();
    const outcome = await bucket<HeldResult>(handler)(Call.start(undefined, { protocol: heldProtocol })).catch(
      () => {},
    );
    expect(outcome?.holders ?? 0).toBe(0);
    expect(bucket.available).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('passes on the promise of the handler itself', () => {
    const { bucket } = limited();
    const answer = Promise.resolve('fine');
    expect(bucket(() => answer)(Call.start(undefined))).toBe(answer);
  });

  it('keeps one bucket for all the handlers it wraps', async () => {
    const { bucket } = limited();
    await wrap(bucket, () => 'one')();
    await wrap(bucket, () => 'two')();
    await expect(wrap(bucket, () => 'three')()).rejects.toThrow(RateLimitedError);
  });

  it('shows each call its own asynchronous context', async () => {
    const { bucket } = limited({ burst: 3 });
    const tenant = new AsyncLocalStorage<string>();
    const call = wrap(bucket, async () => {
      await Promise.resolve();
      return tenant.getStore();
    });
    const stores = await Promise.all(['a', 'b', 'c'].map((name) => tenant.run(name, call)));
    expect(stores).toEqual(['a', 'b', 'c']);
  });

  it('leaves the function and its caller in the stack of an error', async () => {
    const fetchUser = async (): Promise<never> => {
      await Promise.resolve();
      throw new Error('no such user');
    };
    const getUser = wrap(tokenBucket({ ratePerSecond: 10 }), fetchUser);
    const theCaller = async (): Promise<unknown> => await getUser();
    const error: unknown = await theCaller().catch((caught: unknown) => caught);
    expect((error as Error).stack).toMatch(/at fetchUser[^]*at (async )?theCaller/);
  });

  it('keeps the types of what it wraps', () => {
    const getUser = wrap(tokenBucket({ ratePerSecond: 10 }), async (_call, id: string) => ({ id }));
    expectTypeOf(getUser).toEqualTypeOf<(id: string) => Promise<{ id: string }>>();
  });

  it('takes as many tokens by hand as it is asked for, or none', () => {
    const { bucket } = limited({ burst: 5 });
    expect(bucket.tryAcquire(4)).toBe(true);
    expect(bucket.tryAcquire(2)).toBe(false);
    expect(bucket.available).toBe(1);
    expect(bucket.tryAcquire()).toBe(true);
    expect(bucket.tryAcquire(0.5)).toBe(false);
  });

  it.each<[unknown, string]>([
    [6, 'RangeError: cost must be at most the burst of 5, got 6'],
    [0, 'RangeError: cost must be a positive number, got 0'],
    [-1, 'RangeError: cost must be a positive number, got -1'],
    [Number.NaN, 'RangeError: cost must be a positive number, got NaN'],
    ['1', 'TypeError: cost must be a positive number, got "1"'],
  ])('refuses a cost of %s, which could never be served', (cost, message) => {
    const { bucket } = limited({ burst: 5 });
    expect(thrown(() => bucket.tryAcquire(cost as number))).toBe(message);
    expect(bucket.available).toBe(5);
  });

  it('tells single tokens apart at the highest rate, also after two years', async () => {
    const { bucket, clock } = limited({ ratePerSecond: 1e8, burst: 5 });
    await clock.advance(2 * 365 * 24 * 3_600_000);
    expect(Array.from({ length: 7 }, () => bucket.tryAcquire())).toEqual([true, true, true, true, true, false, false]);
    await clock.advance(1);
    expect(bucket.available).toBe(5);
  });

  it.each<[string, unknown, string]>([
    ['ratePerSecond', 0, 'RangeError: ratePerSecond must be a positive number, got 0'],
    ['ratePerSecond', -1, 'RangeError: ratePerSecond must be a positive number, got -1'],
    ['ratePerSecond', 1e308, 'RangeError: ratePerSecond must be at most 100000000, got 1e+308'],
    ['ratePerSecond', Infinity, 'RangeError: ratePerSecond must be a positive number, got Infinity'],
    ['ratePerSecond', Number.NaN, 'RangeError: ratePerSecond must be a positive number, got NaN'],
    ['ratePerSecond', '10', 'TypeError: ratePerSecond must be a positive number, got "10"'],
    ['ratePerSecond', undefined, 'TypeError: ratePerSecond must be a positive number, got undefined'],
    ['ratePerSecond', 5n, 'TypeError: ratePerSecond must be a positive number, got a bigint'],
    ['burst', 0, 'RangeError: burst must be a positive number, got 0'],
    ['burst', 0.5, 'RangeError: burst must be at least 1, got 0.5'],
    ['burst', 1e13, 'RangeError: burst must be at most 1000000000000, got 10000000000000'],
    ['burst', Infinity, 'RangeError: burst must be a positive number, got Infinity'],
    ['burst', '2', 'TypeError: burst must be a positive number, got "2"'],
    ['maxQueue', -1, 'RangeError: maxQueue must be a whole number of 0 or more, got -1'],
    ['maxQueue', 1.5, 'RangeError: maxQueue must be a whole number of 0 or more, got 1.5'],
    ['maxQueue', Number.NaN, 'RangeError: maxQueue must be a whole number of 0 or more, got NaN'],
    ['maxQueue', Infinity, 'RangeError: maxQueue must be a whole number of 0 or more, got Infinity'],
    ['maxQueue', '5', 'TypeError: maxQueue must be a whole number of 0 or more, got "5"'],
    ['maxWaitMs', 0, 'RangeError: maxWaitMs must be a positive number of milliseconds, got 0'],
    ['maxWaitMs', -1, 'RangeError: maxWaitMs must be a positive number of milliseconds, got -1'],
    ['maxWaitMs', Number.NaN, 'RangeError: maxWaitMs must be a positive number of milliseconds, got NaN'],
    ['maxWaitMs', Infinity, 'RangeError: maxWaitMs must be a positive number of milliseconds, got Infinity'],
    ['maxWaitMs', '5', 'TypeError: maxWaitMs must be a positive number of milliseconds, got "5"'],
    ['name', '', 'TypeError: name must be a non-empty string, got ""'],
    ['clock', {}, 'TypeError: clock must be a clock, got an object without now()'],
    ['ratePerMinute', 5, 'TypeError: unknown option: ratePerMinute'],
  ])('refuses %s %s by name', (option, value, message) => {
    expect(thrown(() => tokenBucket({ ratePerSecond: 10, [option]: value }))).toBe(message);
  });

  it('says what is missing where it is given nothing at all', () => {
    const bare = tokenBucket as unknown as () => unknown;
    expect(thrown(bare)).toBe('TypeError: ratePerSecond must be a positive number, got undefined');
  });
});

function thrown(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return String(error);
  }
  return 'nothing was thrown';
}
