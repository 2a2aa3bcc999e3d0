import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { promisify } from 'node:util';

import { Call } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { RateLimitedError } from './error.ts';
import { tokenBucket, type TokenBucketOptions } from './token-bucket.ts';

function queued(options: Partial<TokenBucketOptions> = {}) {
  const clock = virtualClock();
  return { clock, bucket: tokenBucket({ ratePerSecond: 10, burst: 5, maxQueue: 5, clock, ...options }) };
}

describe('acquire', () => {
  it('takes what is there at once and waits for what is not', async () => {
    const { bucket, clock } = queued();
    const granted: string[] = [];
    const take = (cost?: number) => bucket.acquire(cost).then(() => granted.push(`${cost} at ${clock.now()}`));
    const all = [take(3), take(4), take(), take(0.5)];
    expect(bucket.waiting).toBe(3);
    await clock.advance(1_000);
    await Promise.all(all);
    expect(granted).toEqual(['3 at 0', '4 at 200', 'undefined at 300', '0.5 at 350']);
    expectTypeOf<ReturnType<typeof bucket.acquire>>().toEqualTypeOf<Promise<void>>();
  });

  it('stands in one line with the calls', async () => {
    const { bucket, clock } = queued();
    const order: string[] = [];
    bucket.tryAcquire(5);
    const call = bucket(async () => order.push('call'));
    const all = [bucket.acquire(2).then(() => order.push('by hand')), call(Call.start(undefined))];
    await clock.advance(300);
    await Promise.all(all);
    expect(order).toEqual(['by hand', 'call']);
  });

  it('rejects with the refusal if it may not wait', async () => {
    const { bucket } = queued({ maxQueue: 0 });
    bucket.tryAcquire(5);
    await expect(bucket.acquire(2)).rejects.toThrow(RateLimitedError);
    await expect(bucket.acquire(2)).rejects.toMatchObject({ reason: 'no-token', retryAfterMs: 200 });
  });

  it('rejects with the reason of a signal, that of before too', async () => {
    const { bucket, clock } = queued();
    bucket.tryAcquire(5);
    const caller = new AbortController();
    const { signal } = caller;
    const waiting = bucket.acquire(1, { signal });
    const reason = new Error('gone');
    caller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await clock.advance(1_000);
    await expect(bucket.acquire(1, { signal })).rejects.toBe(reason);
    expect([bucket.waiting, bucket.available, clock.timers]).toEqual([0, 5, 0]);
  });

  it.each(['is served', 'is aborted', 'is refused', 'need not wait'])(
    'listens to its signal no longer once it %s',
    async (end) => {
      const { bucket, clock } = queued({ maxQueue: 1 });
      const caller = new AbortController();
      const { signal } = caller;
      if (end !== 'need not wait') bucket.tryAcquire(5);
      if (end === 'is refused') bucket.acquire().catch(() => {});
      const outcome = bucket.acquire(1, { signal }).catch(() => {});
      expect(getEventListeners(signal, 'abort')).toHaveLength(end === 'is served' || end === 'is aborted' ? 1 : 0);
      if (end === 'is aborted') caller.abort();
      await clock.advance(100);
      await outcome;
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      expect(clock.timers).toBe(0);
    },
  );

  it.each<[unknown, unknown, string]>([
    [6, {}, 'RangeError: cost must be at most the burst of 5, got 6'],
    [0, {}, 'RangeError: cost must be a positive number, got 0'],
    ['1', {}, 'TypeError: cost must be a positive number, got "1"'],
    [1, { signal: 1 }, 'TypeError: signal must be an AbortSignal, got 1'],
    [1, { timeout: 1 }, 'TypeError: unknown option: timeout'],
    [1, 3, 'TypeError: options must be an object, got 3'],
  ])('rejects with what is wrong with a cost of %s and the options %s', async (cost, options, message) => {
    const { bucket } = queued();
    const result = bucket.acquire(cost as number, options as object);
    await expect(result.catch(String)).resolves.toBe(message);
    expect(bucket.available).toBe(5);
  });

  it('takes no signal for its options, which would have none', async () => {
    const { signal } = new AbortController();
    const wrong = new TypeError('options must be { signal }, got a signal');
    await expect(queued().bucket.acquire(1, signal as object)).rejects.toThrow(wrong);
  });

  it('keeps its process alive while it waits, and no longer', async () => {
    const program = `
      import { tokenBucket } from '@inmesh/rate-limiter';
      const bucket = tokenBucket({ ratePerSecond: 5, burst: 2, maxQueue: 9 });
      await bucket.acquire(2);
      await bucket.acquire();
      const caller = new AbortController();
      const slow = tokenBucket({ ratePerSecond: 0.001, burst: 1, maxQueue: 1 });
      slow.tryAcquire();
      const never = slow.acquire(1, { signal: caller.signal }).catch((reason) => reason);
      caller.abort('gone');
      console.log(bucket.waiting, await never, slow.waiting);`;
    const options = ['--conditions=@inmesh/source', '--import', 'tsx', '--no-warnings', '--input-type=module'];
    const place = { cwd: import.meta.dirname, timeout: 20_000 };
    const { stdout } = await promisify(execFile)(process.execPath, [...options, '--eval', program], place);
    expect(stdout.trim()).toBe('0 gone 0');
  }, 30_000);
});
