import { AsyncLocalStorage } from 'node:async_hooks';

import { Call, isError, Key, listenerChannel, run, systemClock, wrap, type Policy } from '@inmesh/core';
import { HeldResult, heldProtocol, scriptedHandler, virtualClock } from '@inmesh/core/testing';

import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest';

import { RateLimitedError } from './error.ts';
import { keyedTokenBucket, type BucketKey, type KeyedTokenBucketOptions } from './keyed-token-bucket.ts';

const inputOf = (call: Call): string => call.input as string;

/** Ten a second each, two at once. */
function limited(options: Partial<KeyedTokenBucketOptions<string>> = {}) {
  const clock = virtualClock();
  return { clock, perKey: keyedTokenBucket({ key: inputOf, ratePerSecond: 10, burst: 2, clock, ...options }) };
}

/** What the policy does with calls of these keys, one after another. */
async function sent(policy: Policy, ...keys: readonly unknown[]): Promise<unknown[]> {
  const handler = policy(async ({ input }) => input);
  const outcomes: unknown[] = [];
  for (const key of keys) {
    outcomes.push(
      await handler(Call.start(key)).catch((error: unknown) => {
        if (isError(error, RateLimitedError)) return 'refused';
        throw error;
      }),
    );
  }
  return outcomes;
}

describe('keyedTokenBucket', () => {
  it('lets through the burst of each key at once, then its rate', async () => {
    const { perKey, clock } = limited();
    expect(await sent(perKey, 'a', 'a', 'a', 'b', 'b', 'b')).toEqual(['a', 'a', 'refused', 'b', 'b', 'refused']);
    await clock.advance(100);
    expect(await sent(perKey, 'a', 'a', 'b')).toEqual(['a', 'refused', 'b']);
  });

  it('reads the key off what was bound to the call', async () => {
    const tenant = new Key<string>('test:tenant', 'nobody');
    const perTenant = keyedTokenBucket({ key: (call) => call.get(tenant), ratePerSecond: 1, clock: virtualClock() });
    const as =
      (name: string): Policy =>
      (next) =>
      (call) =>
        perTenant(next)(call.with(tenant, name));
    expect(await run(as('ada'), () => 'fine')).toBe('fine');
    expect([perTenant.available('ada'), perTenant.available('nobody')]).toEqual([0, 1]);
  });

  it('keeps one bucket for each key, however many handlers it wraps', async () => {
    const { perKey } = limited();
    expect([...(await sent(perKey, 'a')), ...(await sent(perKey, 'a')), ...(await sent(perKey, 'a'))]).toEqual([
      'a',
      'a',
      'refused',
    ]);
  });

  it('refuses without sending anything, and says whose bucket it is and when to come back', async () => {
    const { perKey, clock } = limited({ name: 'tenants' });
    const server = scriptedHandler<string>();
    perKey.tryAcquire('ada', 2);
    await clock.advance(40);
    const refused = await perKey(server.handler)(Call.start('ada')).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RateLimitedError);
    expect(refused).toMatchObject({ policy: 'tenants', key: 'ada', reason: 'no-token', retryAfterMs: 60 });
    expect(String(refused)).toBe('RateLimitedError: tenants has no token left for "ada"; the next comes in 60 ms');
    expect(server.unread).toBe(0);
    expect(['ada', 'bob'].map((key) => perKey.retryAfterMs(key))).toEqual([60, 0]);
    expect(JSON.stringify(refused)).not.toContain('ada'); // which logs would show in full
  });

  it.each([
    { key: 'x'.repeat(64), told: ` for "${'x'.repeat(64)}"` },
    { key: 'x'.repeat(1_000_000), told: ` for "${'x'.repeat(64)}…"` },
    { key: 'ada\nroot logged in', told: String.raw` for "ada\nroot logged in"` },
    { key: 7, told: ' for 7' },
    { key: null, told: ' for null' },
    { key: 7n, told: ' for a bigint' },
    { key: Symbol('ada'), told: ' for a symbol' },
    { key: undefined, told: '' },
  ])('tells a key in one line of bounded length: $told', async ({ key, told }) => {
    const clock = virtualClock();
    const perKey = keyedTokenBucket<BucketKey>({ key: () => key, ratePerSecond: 1, clock });
    perKey.tryAcquire(key);
    const error: unknown = await run(perKey, () => 'never').catch((caught: unknown) => caught);
    expect((error as Error).message).toBe(`keyed-token-bucket has no token left${told}; the next comes in 1000 ms`);
    expect((error as RateLimitedError).key).toBe(key);
  });

  it('gives a refusal a stack only if the call wants stacks', async () => {
    const perKey = keyedTokenBucket({ key: () => 'a', ratePerSecond: 1, clock: virtualClock() });
    perKey.tryAcquire('a');
    const refuse = wrap(perKey, () => 'never');
    const refuseLoudly = wrap(perKey, () => 'never', { captureStacks: true });
    await expect(refuse()).rejects.toSatisfy((error: Error) => !error.stack?.includes('\n    at '));
    await expect(refuseLoudly()).rejects.toSatisfy((error: Error) => error.stack?.includes('\n    at ') === true);
  });

  it('takes as many tokens by hand as it is asked for, or none', () => {
    const { perKey } = limited({ burst: 5 });
    expect(perKey.tryAcquire('a', 4)).toBe(true);
    expect(perKey.tryAcquire('a', 2)).toBe(false);
    expect([perKey.available('a'), perKey.retryAfterMs('a'), perKey.retryAfterMs('a', 2)]).toEqual([1, 0, 100]);
    expect(() => perKey.retryAfterMs('a', 6)).toThrow(new RangeError('cost must be at most the burst of 5, got 6'));
    expect(perKey.tryAcquire('a')).toBe(true);
    expect(perKey.tryAcquire('a', 0.5)).toBe(false);
    expect(perKey.tryAcquire('b', 5)).toBe(true);
  });

  it.each<[unknown, string]>([
    [6, 'RangeError: cost must be at most the burst of 5, got 6'],
    [0, 'RangeError: cost must be a positive number, got 0'],
    [Number.NaN, 'RangeError: cost must be a positive number, got NaN'],
    ['1', 'TypeError: cost must be a positive number, got "1"'],
  ])('refuses a cost of %s, which could never be served, and remembers no key for it', (cost, message) => {
    const { perKey } = limited({ burst: 5 });
    expect(thrown(() => perKey.tryAcquire('a', cost as number))).toBe(message);
    expect(perKey.size).toBe(0);
  });

  it('remembers as many keys as it may, and tells how many it forgot too early', async () => {
    const { perKey, clock } = limited({ maxKeys: 2 });
    await sent(perKey, 'a', 'b');
    await clock.advance(100);
    await sent(perKey, 'c', 'd');
    expect([perKey.size, perKey.forgotten]).toEqual([2, 0]);
    await sent(perKey, 'e');
    expect([perKey.size, perKey.forgotten]).toEqual([2, 1]);
  });

  it('lets calls without a key share a bucket', async () => {
    const perKey = keyedTokenBucket({ key: () => undefined, ratePerSecond: 1, burst: 2, clock: virtualClock() });
    expect(await sent(perKey, 'a', 'b', 'c')).toEqual(['a', 'b', 'refused']);
    expect(perKey.size).toBe(1);
  });

  it('rejects with what the key function throws, and takes nothing', async () => {
    const broken = new Error('no such header');
    let fails = true;
    const { perKey } = limited({
      key: () => {
        if (fails) throw broken;
        return 'a';
      },
    });
    await expect(sent(perKey, 'a')).rejects.toBe(broken);
    fails = false;
    expect(perKey.size).toBe(0);
    expect(await sent(perKey, 1, 2, 3)).toEqual([1, 2, 'refused']);
  });

  it('rejects where the key is an object, of which one made anew each time would never be limited', async () => {
    const { perKey } = limited({ key: (call) => ({ tenant: call.input }) as unknown as string });
    const message = 'key must be a string, a number or another value that is no object, got an object';
    await expect(sent(perKey, 'a')).rejects.toThrow(new TypeError(message));
    expect(thrown(() => perKey.tryAcquire(['a'] as unknown as string))).toMatch(/^TypeError: key .* got an array$/);
    expect(perKey.size).toBe(0);
  });

  it('refuses a key function that is asynchronous, and lets it reject without harm', async () => {
    const heard: string[] = [];
    onTestFinished(listenerChannel.subscribe(({ to, error }) => heard.push(`${to}: ${String(error)}`)));
    const { perKey } = limited({ key: (async () => Promise.reject(new Error('no table'))) as unknown as () => string });
    await expect(sent(perKey, 'a')).rejects.toThrow(/^key must be .*, got a promise$/);
    await new Promise<void>((resolve) => systemClock.afterPoll(resolve));
    expect(heard).toEqual(['key: Error: no table']);
  });

  it('gives each its own where the key function and the clock take tokens themselves, though there is room for few', async () => {
    const clock = virtualClock();
    let inside = false;
    const meddle = (key: string): void => {
      if (inside) return;
      inside = true;
      perKey.tryAcquire(key);
      inside = false;
    };
    const meddling = { ...clock, now: () => (meddle('clock'), clock.now()) };
    const key = (call: Call): string => (meddle('key'), inputOf(call));
    const perKey = keyedTokenBucket({ key, ratePerSecond: 10, burst: 4, maxKeys: 3, clock: meddling });
    expect(await sent(perKey, 'a', 'a', 'a')).toEqual(['a', 'a', 'a']);
    inside = true;
    expect(['a', 'key', 'clock'].map((each) => perKey.available(each))).toEqual([1, 1, 1]);
    inside = false;
    expect(await sent(perKey, 'b', 'c')).toEqual(['b', 'c']);
    expect([perKey.size, perKey.forgotten]).toEqual([3, 2]);
  });

  it.each([
    { exit: 'succeed', handler: async () => new HeldResult() },
    { exit: 'fail', handler: () => Promise.reject(new Error('down')) },
  ])('takes one token of calls that $exit, holds nothing and sets no timer', async ({ handler }) => {
    const { perKey, clock } = limited();
    const call = Call.start('a', { protocol: heldProtocol });
    const outcome = await perKey<HeldResult>(handler)(call).catch(() => {});
    expect(outcome?.holders ?? 0).toBe(0);
    expect([perKey.available('a'), perKey.available('b')]).toEqual([1, 2]);
    expect([clock.timers, clock.refs]).toEqual([0, 0]);
  });

  it('passes on the promise of the handler itself', () => {
    const { perKey } = limited();
    const answer = Promise.resolve('fine');
    expect(perKey(() => answer)(Call.start('a'))).toBe(answer);
  });

  it('shows each call its own asynchronous context', async () => {
    const { perKey } = limited({ key: () => 'all', burst: 3 });
    const request = new AsyncLocalStorage<string>();
    const call = wrap(perKey, async () => {
      await Promise.resolve();
      return request.getStore();
    });
    const stores = await Promise.all(['a', 'b', 'c'].map((name) => request.run(name, call)));
    expect(stores).toEqual(['a', 'b', 'c']);
  });

  it('leaves the function and its caller in the stack of an error', async () => {
    const fetchUser = async (): Promise<never> => {
      await Promise.resolve();
      throw new Error('no such user');
    };
    const getUser = wrap(limited({ key: () => 'all' }).perKey, fetchUser);
    const theCaller = async (): Promise<unknown> => await getUser();
    const error: unknown = await theCaller().catch((caught: unknown) => caught);
    expect((error as Error).stack).toMatch(/at fetchUser[^]*at (async )?theCaller/);
  });

  it('keeps the types of what it wraps, and of its keys', () => {
    const perKey = keyedTokenBucket({ key: (call) => Number(call.input), ratePerSecond: 10 });
    const getUser = wrap(perKey, async (_call, id: string) => ({ id }));
    expectTypeOf(getUser).toEqualTypeOf<(id: string) => Promise<{ id: string }>>();
    expectTypeOf<Parameters<typeof perKey.available>>().toEqualTypeOf<[key: number]>();
    // @ts-expect-error an object is no key
    expect(() => keyedTokenBucket({ key: (call) => ({ id: call.input }), ratePerSecond: 10 })).not.toThrow();
  });

  it.each([
    { ratePerSecond: 1_000, burst: 100 },
    { ratePerSecond: 0.1, burst: 1 },
  ])('holds $burst at $ratePerSecond a second unless told otherwise', ({ ratePerSecond, burst }) => {
    expect(keyedTokenBucket({ key: inputOf, ratePerSecond }).available('a')).toBe(burst);
  });

  it('takes as many keys as a Map can hold where they come and go', () => {
    expect(limited({ maxKeys: 2 ** 23 }).perKey.tryAcquire('a')).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['key', undefined, 'TypeError: key must be a function, got undefined'],
    ['key', 'tenant', 'TypeError: key must be a function, got "tenant"'],
    ['ratePerSecond', 0, 'RangeError: ratePerSecond must be a positive number, got 0'],
    ['ratePerSecond', 1e9, 'RangeError: ratePerSecond must be at most 100000000, got 1000000000'],
    ['ratePerSecond', '10', 'TypeError: ratePerSecond must be a positive number, got "10"'],
    ['ratePerSecond', undefined, 'TypeError: ratePerSecond must be a positive number, got undefined'],
    ['burst', 0.5, 'RangeError: burst must be at least 1, got 0.5'],
    ['burst', 1e13, 'RangeError: burst must be at most 1000000000000, got 10000000000000'],
    ['burst', Number.NaN, 'RangeError: burst must be a positive number, got NaN'],
    ['maxKeys', 0, 'RangeError: maxKeys must be a whole number of 1 or more, got 0'],
    ['maxKeys', 1.5, 'RangeError: maxKeys must be a whole number of 1 or more, got 1.5'],
    ['maxKeys', Infinity, 'RangeError: maxKeys must be a whole number of 1 or more, got Infinity'],
    ['maxKeys', 2 ** 23 + 1, 'RangeError: maxKeys must be at most 8388608, got 8388609'],
    ['maxKeys', '5', 'TypeError: maxKeys must be a whole number of 1 or more, got "5"'],
    ['name', '', 'TypeError: name must be a non-empty string, got ""'],
    ['clock', {}, 'TypeError: clock must be a clock, got an object without now()'],
    ['maxQueue', 5, 'TypeError: unknown option: maxQueue'],
  ])('refuses %s %s by name', (option, value, message) => {
    expect(thrown(() => keyedTokenBucket({ key: inputOf, ratePerSecond: 10, [option]: value }))).toBe(message);
  });

  it('says what is missing where it is given nothing at all', () => {
    const bare = keyedTokenBucket as unknown as () => unknown;
    expect(thrown(bare)).toBe('TypeError: key must be a function, got undefined');
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
