import { AsyncLocalStorage } from 'node:async_hooks';

import { Call, IGNORABLE, isError, verdictOfError, wrap, type AbortSink } from '@inmesh/core';
import { HeldResult, heldProtocol, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { RateLimitedError } from './error.ts';
import { tokenBucket, type TokenBucketOptions } from './token-bucket.ts';

/** Ten a second, two at once, five may wait. `send` notes when each call was sent. */
function queued(options: Partial<TokenBucketOptions> = {}) {
  const clock = virtualClock();
  const bucket = tokenBucket({ ratePerSecond: 10, burst: 2, maxQueue: 5, clock, ...options });
  const sent: string[] = [];
  const handler = bucket(async (call) => {
    sent.push(`${String(call.input)} at ${clock.now()}`);
    return call.input;
  });
  const send = (name: string, signal?: AbortSignal) => handler(Call.start(name, { signal }));
  return { clock, bucket, sent, send, handler };
}

const settled = (result: Promise<unknown>) => result.then(String, String);

/** The call itself, which notes who listens to its abort. */
function listened(call: Call, sinks: Set<AbortSink>): Call {
  const on = call.onAbort.bind(call);
  const off = call.offAbort.bind(call);
  call.onAbort = (sink) => {
    sinks.add(sink);
    on(sink);
  };
  call.offAbort = (sink) => {
    sinks.delete(sink);
    off(sink);
  };
  return call;
}

describe('tokenBucket with a queue', () => {
  it('lets calls wait and sends them in the order they came, each in its turn', async () => {
    const { bucket, clock, sent, send } = queued();
    const results = ['a', 'b', 'c', 'd', 'e'].map((name) => send(name));
    expect(bucket.waiting).toBe(3);
    expect(bucket.available).toBe(0);
    expect(bucket.retryAfterMs).toBe(400);
    expect(bucket.tryAcquire()).toBe(false);
    await clock.advance(1_000);
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(sent).toEqual(['a at 0', 'b at 0', 'c at 100', 'd at 200', 'e at 300']);
    expect(bucket.waiting).toBe(0);
  });

  it('sends nobody before one that waits for more, though there are tokens for it', async () => {
    const { bucket, clock, sent, send } = queued({ burst: 5 });
    bucket.tryAcquire(4);
    const three = bucket.acquire(3).then(() => sent.push(`three at ${clock.now()}`));
    const one = send('one');
    expect(bucket.tryAcquire()).toBe(false);
    await clock.advance(1_000);
    await Promise.all([three, one]);
    expect(sent).toEqual(['three at 200', 'one at 300']);
  });

  it('passes on the promise of the handler itself if nobody waits', () => {
    const { bucket, clock } = queued();
    const answer = Promise.resolve('fine');
    expect(bucket(() => answer)(Call.start(undefined))).toBe(answer);
    expect(clock.timers).toBe(0);
  });

  it.each([
    { reason: 'no-token', options: { maxQueue: 0 }, deadline: Infinity, why: '' },
    { reason: 'queue-full', options: { maxQueue: 2 }, deadline: Infinity, why: ' and as many calls wait as may' },
    { reason: 'wait-too-long', options: { maxWaitMs: 299 }, deadline: Infinity, why: ' and a wait would be too long' },
    { reason: 'deadline', options: {}, deadline: 300, why: ' before the deadline' },
  ])(
    'refuses at once for the reason $reason, with how long the wait would be',
    async ({ reason, options, deadline, why }) => {
      const { bucket, clock, sent, send, handler } = queued({ name: 'quota', ...options });
      bucket.tryAcquire(2);
      const waiting = [send('a'), send('b')].map(settled);
      const error = await handler(Call.start('c').fork(deadline)).catch((caught: unknown) => caught);
      expect(isError(error, RateLimitedError)).toBe(true);
      const retryAfterMs = reason === 'no-token' ? 100 : 300;
      expect(error).toMatchObject({ reason, policy: 'quota', retryAfterMs });
      expect(String(error)).toBe(
        `RateLimitedError: quota has no token left${why}; the next comes in ${retryAfterMs} ms`,
      );
      expect(verdictOfError(Call.start(undefined), error)).toMatchObject({ health: 'ignorable', unsent: true });
      await clock.advance(1_000);
      await Promise.all(waiting);
      expect(sent).toEqual(reason === 'no-token' ? [] : ['a at 100', 'b at 200']);
    },
  );

  it.each([
    { limit: 'maxWaitMs', options: { maxWaitMs: 100 }, deadline: Infinity },
    { limit: 'the deadline', options: {}, deadline: 101 },
  ])('waits if its turn comes just within $limit', async ({ options, deadline }) => {
    const { bucket, clock, sent, handler } = queued(options);
    bucket.tryAcquire(2);
    const result = handler(Call.start('a').fork(deadline));
    await clock.advance(100);
    expect(await result).toBe('a');
    expect(sent).toEqual(['a at 100']);
  });

  it('may be waited for without end if the rate is too low for a timer', async () => {
    const { bucket, clock, send, sent } = queued({ ratePerSecond: 1e-7, burst: 1 });
    bucket.tryAcquire();
    const result = send('a');
    await clock.advance(1e10);
    expect(await result).toBe('a');
    expect(sent).toEqual(['a at 10000000000']);
  });

  it.each([
    { gone: 'a', rest: ['b at 100', 'c at 200', 'd at 300'] },
    { gone: 'b', rest: ['a at 100', 'c at 200', 'd at 300'] },
    { gone: 'd', rest: ['a at 100', 'b at 200', 'c at 300'] },
  ])('gives the place and the token of $gone, who is aborted, to those behind', async ({ gone, rest }) => {
    const { bucket, clock, sent, send } = queued();
    bucket.tryAcquire(2);
    const caller = new AbortController();
    const reason = { why: 'gone' };
    const results = ['a', 'b', 'c', 'd'].map((name) => send(name, name === gone ? caller.signal : undefined));
    const outcomes = Promise.allSettled(results);
    await clock.advance(50);
    expect(bucket.retryAfterMs).toBe(450);
    caller.abort(reason);
    expect(bucket.waiting).toBe(3);
    expect(bucket.retryAfterMs).toBe(350);
    await expect(results['abcd'.indexOf(gone)]).rejects.toBe(reason);
    expect(clock.now()).toBe(50);
    await clock.advance(1_000);
    await outcomes;
    expect(sent).toEqual(rest);
  });

  it('sends those at once for whom there is enough when one who waited for more is aborted', async () => {
    const { bucket, clock, sent, send } = queued({ burst: 5 });
    bucket.tryAcquire(3);
    const caller = new AbortController();
    const four = bucket.acquire(4, { signal: caller.signal });
    const rest = ['a', 'b', 'c'].map((name) => send(name));
    await clock.advance(50);
    caller.abort('enough');
    await expect(four).rejects.toBe('enough');
    await clock.advance(0);
    expect(sent).toEqual(['a at 50', 'b at 50']);
    await clock.advance(50);
    await Promise.all(rest);
    expect(sent).toEqual(['a at 50', 'b at 50', 'c at 100']);
  });

  it('takes the token back from one that is aborted between its turn and its sending', async () => {
    const { bucket, clock, sent, send } = queued({ burst: 5 });
    bucket.tryAcquire(4);
    const [first, second] = [new AbortController(), new AbortController()];
    const two = settled(bucket.acquire(2, { signal: first.signal }));
    const a = settled(send('a', second.signal));
    const b = send('b');
    first.abort('first'); // now it is the turn of a
    expect(bucket.waiting).toBe(1);
    expect(bucket.retryAfterMs).toBe(200);
    second.abort('second');
    expect(await Promise.all([two, a, b])).toEqual(['first', 'second', 'b']);
    expect(sent).toEqual(['b at 0']);
    expect(bucket.retryAfterMs).toBe(100);
    expect(clock.timers).toBe(0);
  });

  it('sends a newcomer after those whose turn has come but who were not sent yet', async () => {
    const { bucket, sent, send } = queued({ burst: 5 });
    bucket.tryAcquire(3);
    const caller = new AbortController();
    const three = settled(bucket.acquire(3, { signal: caller.signal }));
    const a = send('a');
    caller.abort('gone');
    expect(bucket.available).toBe(1);
    await Promise.all([three, a, send('b')]);
    expect(sent).toEqual(['a at 0', 'b at 0']);
  });

  it('refuses none and sends none when all that wait are aborted together', async () => {
    const { bucket, clock, sent, send } = queued({ burst: 5 });
    bucket.tryAcquire(4);
    const caller = new AbortController();
    const two = settled(bucket.acquire(2, { signal: caller.signal }));
    const others = ['a', 'b', 'c'].map((name) => settled(send(name, caller.signal)));
    caller.abort('shut down');
    expect(await Promise.all([two, ...others])).toEqual(Array(4).fill('shut down'));
    expect(sent).toEqual([]);
    expect([bucket.waiting, bucket.available, clock.timers]).toEqual([0, 1, 0]);
  });

  it('rejects a call that was aborted before it came to wait, and keeps no place for it', async () => {
    const { bucket, clock, handler } = queued();
    bucket.tryAcquire(2);
    const call = Call.start('a');
    call.abort('too late');
    await expect(handler(call)).rejects.toBe('too late');
    expect([bucket.waiting, bucket.retryAfterMs, clock.timers]).toEqual([0, 100, 0]);
  });

  it('keeps its rate though timers ring late', async () => {
    const { bucket, clock, sent, send } = queued({ burst: 1 });
    bucket.tryAcquire();
    const results = ['a', 'b', 'c'].map((name) => send(name));
    for (let turn = 0; turn < 3; turn++) {
      clock.block(107 - (clock.now() % 100));
      await clock.advance(0);
    }
    await Promise.all(results);
    expect(sent).toEqual(['a at 107', 'b at 207', 'c at 307']);
  });

  it('sends no more than its burst at once after the event loop was blocked, and the others later', async () => {
    const { bucket, clock, sent, send } = queued();
    bucket.tryAcquire(2);
    const results = ['a', 'b', 'c', 'd'].map((name) => send(name));
    clock.block(1_000);
    await clock.advance(0);
    expect(sent).toEqual(['a at 1000', 'b at 1000']);
    await clock.advance(200);
    await Promise.all(results);
    expect(sent.slice(2)).toEqual(['c at 1080', 'd at 1180']);
  });

  it('refuses at once who cannot be served in time any more because the event loop was blocked', async () => {
    const { bucket, clock, sent, handler } = queued();
    bucket.tryAcquire(2);
    const sinks = new Set<AbortSink>();
    const calls = [100, 200, 300, 401].map((dueAt) => listened(Call.start(dueAt).fork(dueAt + 100), sinks));
    const results = calls.map((call) => settled(handler(call)));
    clock.block(400);
    await clock.advance(0);
    expect(await results[3]).toMatch(/before the deadline; the next comes in 180 ms/);
    expect(clock.now()).toBe(400);
    await clock.advance(100);
    expect(await Promise.all(results.slice(0, 3))).toEqual(['100', '200', '300']);
    expect(sent).toEqual(['100 at 400', '200 at 400', '300 at 480']);
    expect([sinks.size, bucket.waiting, clock.timers]).toEqual([0, 0, 0]);
  });

  it('serves whose turn has passed before it judges a newcomer, when the timer is late', async () => {
    const { bucket, clock, sent, send } = queued({ maxQueue: 1 });
    bucket.tryAcquire(2);
    const a = send('a');
    clock.block(110);
    const b = send('b');
    expect(bucket.waiting).toBe(1);
    await clock.advance(90);
    expect(await Promise.all([a, b])).toEqual(['a', 'b']);
    expect(sent).toEqual(['a at 110', 'b at 200']);
  });

  it.each([
    { exit: 'are served', aborted: false },
    { exit: 'are aborted', aborted: true },
  ])('holds one timer while calls wait, and nothing once they $exit', async ({ aborted }) => {
    const { bucket, clock, handler } = queued();
    bucket.tryAcquire(2);
    const sinks = new Set<AbortSink>();
    const calls = ['a', 'b', 'c'].map((name) => listened(Call.start(name), sinks));
    const results = calls.map((call) => settled(handler(call)));
    expect([sinks.size, bucket.waiting, clock.timers, clock.refs]).toEqual([3, 3, 1, 1]);
    await clock.advance(100);
    expect([sinks.size, bucket.waiting, clock.timers, clock.refs]).toEqual([2, 2, 1, 1]);
    if (aborted) for (const call of calls) call.abort('enough');
    else await clock.advance(1_000);
    expect([bucket.waiting, clock.timers, clock.refs]).toEqual([0, 0, 0]);
    expect(sinks.size).toBe(aborted ? 2 : 0); // an abort lets go of its sinks by itself
    expect(await Promise.all(results)).toEqual(aborted ? ['a', 'enough', 'enough'] : ['a', 'b', 'c']);
  });

  it.each([
    { exit: 'succeed', handler: async () => new HeldResult() },
    { exit: 'fail', handler: () => Promise.reject(new Error('down')) },
    {
      exit: 'throw',
      handler: () => {
        throw new Error('down');
      },
    },
  ])('takes one token of waiting calls that $exit and holds nothing after', async ({ handler }) => {
    const { bucket, clock } = queued();
    bucket.tryAcquire(2);
    const call = Call.start(undefined, { protocol: heldProtocol });
    const outcome = bucket<HeldResult>(handler)(call).catch(() => {});
    await clock.advance(100);
    expect((await outcome)?.holders ?? 0).toBe(0);
    expect([bucket.available, bucket.waiting, clock.timers]).toEqual([0, 0, 0]);
  });

  it('lets each call go on in its own asynchronous context, whoever made it its turn', async () => {
    const { bucket, clock } = queued();
    const tenant = new AsyncLocalStorage<string>();
    const look = wrap(bucket, async () => {
      await Promise.resolve();
      return tenant.getStore();
    });
    bucket.tryAcquire(2);
    const caller = new AbortController();
    const big = tenant.run('big', () => settled(bucket.acquire(2, { signal: caller.signal })));
    const stores = ['a', 'b', 'c', 'd'].map((name) => tenant.run(name, look));
    await clock.advance(100);
    tenant.run('big', () => caller.abort('gone')); // whose turn it is now is not to inherit this
    await tenant.run('clock', () => clock.advance(1_000));
    expect(await Promise.all([big, ...stores])).toEqual(['gone', 'a', 'b', 'c', 'd']);
  });

  it('leaves the function and its caller in the stack of an error after a wait', async () => {
    const { bucket, clock } = queued();
    bucket.tryAcquire(2);
    const fetchUser = async (): Promise<never> => {
      await Promise.resolve();
      throw new Error('no such user');
    };
    const getUser = wrap(bucket, fetchUser);
    const theCaller = async (): Promise<unknown> => await getUser();
    const caught = theCaller().catch((error: unknown) => error);
    await clock.advance(100);
    expect(((await caught) as Error).stack).toMatch(/at fetchUser[^]*at (async )?theCaller/);
  });

  it('says nothing about the other side when a wait is aborted', async () => {
    const { bucket, clock, handler } = queued();
    bucket.tryAcquire(2);
    const call = Call.start('a');
    const result = handler(call);
    call.abort(new Error('gone'));
    const error = await result.catch((caught: unknown) => caught);
    expect(verdictOfError(call, error)).toBe(IGNORABLE);
    expect(clock.timers).toBe(0);
  });
});
