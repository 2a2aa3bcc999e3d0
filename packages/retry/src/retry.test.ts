import { AsyncLocalStorage } from 'node:async_hooks';

import { Call, FAILURE, IGNORABLE, run, SUCCESS, wrap, type CallView, type Policy } from '@inmesh/core';
import { constant, decorrelated } from '@inmesh/core/backoff';
import { HeldResult, heldProtocol, seededRandom, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { down, failing, slowly } from '../test-retry.ts';
import { retry, type RetryOptions } from './index.ts';

describe('retry', () => {
  it('sends again what failed, until it succeeds', async () => {
    const { clock, policy } = slowly();
    const server = failing(2);
    const result = run(policy, server.fn);

    await clock.advance(20);
    expect(await result).toBe('up');
    expect(server.calls).toBe(3);
    expect(clock.timers).toBe(0);
  });

  it('counts every sending as an attempt and passes on the last error itself', async () => {
    const { clock, policy } = slowly({ attempts: 4 });
    const errors = [1, 2, 3, 4, 5].map((n) => new Error(`failure ${n}`));
    let sent = 0;
    const result = run(policy, () => Promise.reject(errors[sent++]));
    const rejected = expect(result).rejects.toBe(errors[3]);

    await clock.advance(1_000);
    await rejected;
    expect(sent).toBe(4);
  });

  it('gives every sending a number of its own', async () => {
    const { clock, policy } = slowly();
    const numbers: number[] = [];
    const result = run(policy, async ({ attempt }) => {
      numbers.push(attempt);
      throw down;
    });
    const rejected = expect(result).rejects.toBe(down);

    await clock.advance(20);
    await rejected;
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('says beforehand that another attempt may follow, unless none may', async () => {
    const repeats = async (policy: Policy) => {
      const call = Call.start(undefined);
      await policy(async () => 'up')(call);
      return call.repeats;
    };

    expect(await repeats(retry())).toBe(true);
    expect(await repeats(retry({ attempts: 1 }))).toBe(false);
  });

  it('draws its waits with full jitter from a growing range', async () => {
    const clock = virtualClock();
    const draws = [0.5, 0.25, 1];
    const sentAt: number[] = [];
    const result = run(retry({ attempts: 4, clock, random: () => draws.shift() ?? 0 }), async () => {
      sentAt.push(clock.now());
      throw down;
    });
    const rejected = expect(result).rejects.toBe(down);

    await clock.advance(1_000);
    await rejected;
    expect(sentAt).toEqual([0, 25, 50, 250]); // 0.5 × 50, 0.25 × 100, 1 × 200
  });

  it('tells the backoff what it said last, not what the other side asked for', async () => {
    const clock = virtualClock();
    const previous: number[] = [];
    const backoff = (_retry: number, _random: () => number, previousMs: number) => {
      previous.push(previousMs);
      return 10;
    };
    const result = run(retry({ clock, backoff }), async () => new HeldResult(FAILURE, 500), { protocol: heldProtocol });

    await clock.advance(1_020);
    await result;
    expect(previous).toEqual([0, 10]);
  });

  it('repeats the waits of a seed', async () => {
    const times = async () => {
      const clock = virtualClock();
      const sentAt: number[] = [];
      const policy = retry({ attempts: 5, backoff: decorrelated(), clock, random: seededRandom(7) });
      const result = run(policy, async () => {
        sentAt.push(clock.now());
        throw down;
      }).catch(() => {});
      await clock.advance(10_000);
      await result;
      return sentAt;
    };

    expect(await times()).toHaveLength(5);
    expect(await times()).toEqual(await times());
  });

  it('waits for the backoff on top of what the other side asked for', async () => {
    const clock = virtualClock();
    const answers = [new HeldResult(FAILURE, 700), new HeldResult()];
    let sent = 0;
    const result = run(retry({ clock, backoff: constant(10) }), async () => answers[sent++] as HeldResult, {
      protocol: heldProtocol,
    });

    await clock.advance(709);
    expect(sent).toBe(1);
    await clock.advance(1);
    expect(await result).toBe(answers[1]);
  });

  it('asks its own judge before the protocol', async () => {
    const { clock, policy } = slowly({
      judge: {
        ofResult: (result) => (result === 'not yet' ? FAILURE : undefined),
        ofError: () => IGNORABLE,
      },
    });
    const answers = ['not yet', 'ready'];
    const result = run(policy, async () => answers.shift());

    await clock.advance(10);
    expect(await result).toBe('ready');
    const server = failing(9);
    await expect(run(policy, server.fn)).rejects.toBe(down);
    expect(server.calls).toBe(1);
  });

  it('runs each attempt in the async context of its own call', async () => {
    const clock = virtualClock();
    const context = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const flaky = wrap(retry({ clock, backoff: constant(10) }), async ({ attempt }: CallView) => {
      await Promise.resolve();
      seen.push(`${context.getStore()}${attempt}`);
      throw down;
    });
    const settled = Promise.allSettled(['a', 'b', 'c'].map((tenant) => context.run(tenant, () => flaky())));

    await clock.advance(20);
    await settled;
    expect(seen.sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3']);
  });

  it('shows the function and its caller in the stack of an error', async () => {
    const flaky = wrap(retry({ backoff: constant(0) }), async function fetchUser() {
      await Promise.resolve();
      throw new Error('down');
    });
    async function theCaller() {
      await flaky();
    }

    const { stack } = await theCaller().then(
      () => new Error('it went well'),
      (error: Error) => error,
    );
    expect(stack).toContain('fetchUser');
    expect(stack).toContain('theCaller');
  });

  it('leaves a success alone', async () => {
    const answer = new HeldResult(SUCCESS);

    expect(await run(retry(), async () => answer, { protocol: heldProtocol })).toBe(answer);
    expect(answer).toMatchObject({ discarded: false, holders: 0 });
  });

  it.each([
    [{ attempts: 0 }, RangeError, 'attempts must be a whole number of 1 or more, got 0'],
    [{ attempts: 2.5 }, RangeError, 'attempts must be a whole number of 1 or more, got 2.5'],
    [{ attempts: Infinity }, RangeError, 'attempts must be a whole number of 1 or more, got Infinity'],
    [{ attempts: '3' }, TypeError, 'attempts must be a whole number of 1 or more, got "3"'],
    [{ backoff: 50 }, TypeError, 'backoff must be a function, got 50'],
    [{ maxRetryAfterMs: -1 }, RangeError, 'maxRetryAfterMs must be a number of milliseconds, 0 or more, got -1'],
    [{ maxRetryAfterMs: NaN }, RangeError, 'maxRetryAfterMs must be a number of milliseconds, 0 or more, got NaN'],
    [{ judge: () => FAILURE }, TypeError, 'judge must be an object with ofResult or ofError, got a function'],
    [{ judge: { ofError: FAILURE } }, TypeError, 'ofError of judge must be a function, got an object'],
    [{ judge: { onError: () => FAILURE } }, TypeError, 'unknown member of judge: onError'],
    [{ clock: Date }, TypeError, 'clock must be a clock, got a function without wall()'],
    [{ random: 0.5 }, TypeError, 'random must be a function, got 0.5'],
    [{ retries: 3 }, TypeError, 'unknown option: retries'],
    [3, TypeError, 'options must be an object, got 3'],
  ])('refuses the options %j', (options, kind, message) => {
    expect(() => retry(options as unknown as RetryOptions)).toThrow(new kind(message));
  });
});
