import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';

import { Call, compose, run, wrap, type CallView, type Policy } from '@inmesh/core';
import { HeldResult, heldProtocol, scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { timeout, TimeoutError } from './index.ts';

const never = () => new Promise<never>(() => {});

/** Answers after `ms`, whatever becomes of its signal. */
const stubborn =
  <T>(clock: ReturnType<typeof virtualClock>, ms: number, value: T) =>
  (): Promise<T> =>
    new Promise((resolve) => {
      clock.setTimeout(() => {
        resolve(value);
      }, ms);
    });

/** Fails as fetch does when its signal aborts. */
const obedient = ({ signal }: CallView) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason);
    });
  });

describe('timeout', () => {
  it('rejects and aborts the signal when the time is up', async () => {
    const clock = virtualClock();
    let signal: AbortSignal | undefined;
    const result = run(timeout(800, { clock, name: 'users' }), (call) => {
      signal = call.signal;
      return never();
    });
    const rejected = expect(result).rejects.toMatchObject({
      name: 'TimeoutError',
      code: 'ERR_TIMEOUT',
      message: 'timed out after 800 ms',
      limitMs: 800,
      local: false,
      policy: 'users',
    });

    await clock.advance(799);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    await rejected;
    expect(signal?.reason).toBeInstanceOf(TimeoutError);
    expect(clock.timers).toBe(0);
  });

  it('passes on what comes in time, and what fails in time', async () => {
    const clock = virtualClock();
    const limited = wrap(timeout(100, { clock }), (_call, value: Promise<string>) => value);
    const failure = new Error('down');

    await expect(limited(Promise.resolve('up'))).resolves.toBe('up');
    await expect(limited(Promise.reject(failure))).rejects.toBe(failure);
    expect(clock.refs).toBe(0);
  });

  it('rejects with the error that it aborts the signal with', async () => {
    const clock = virtualClock();
    let reason: unknown;
    const result = run(timeout(10, { clock }), async (call) => {
      call.signal.addEventListener('abort', () => {
        reason = call.signal.reason;
      });
      return obedient(call);
    }).catch((error: unknown) => error);

    await clock.advance(10);
    expect(await result).toBeInstanceOf(TimeoutError);
    expect(reason).toBe(await result);
  });

  it('throws away an answer that comes late', async () => {
    const clock = virtualClock();
    const late = new HeldResult();
    const result = run(timeout(10, { clock }), stubborn(clock, 20, late), { protocol: heldProtocol });
    const rejected = expect(result).rejects.toThrow(TimeoutError);

    await clock.advance(10);
    await rejected;
    expect(late.discarded).toBe(false);
    await clock.advance(10);
    expect(late.discarded).toBe(true);
    expect(late.holders).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('hears nothing of an error that comes late', async () => {
    const clock = virtualClock();
    const server = scriptedHandler<string>();
    const result = timeout(10, { clock })(server.handler)(Call.start(undefined));
    const rejected = expect(result).rejects.toThrow(TimeoutError);

    await clock.advance(10);
    await rejected;
    (await server.next()).fail(new Error('late'));
    await clock.advance(100);
    expect(clock.timers).toBe(0);
  });

  it('lets go of its deadline when the call is aborted', async () => {
    const clock = virtualClock();
    const caller = new AbortController();
    const result = run(timeout(100, { clock }), obedient, { signal: caller.signal });
    const rejected = expect(result).rejects.toBe(0);

    caller.abort(0);
    await rejected;
    expect(clock.refs).toBe(0);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it('lets go of its deadline when a policy inside throws', async () => {
    const clock = virtualClock();
    const broken: Policy = () => () => {
      throw new Error('broken');
    };

    await expect(run(compose(timeout(100, { clock }), broken), never)).rejects.toThrow('broken');
    expect(clock.refs).toBe(0);
    await clock.advance(100);
    expect(clock.timers).toBe(0);
  });

  it('keeps one timer for all of its calls', async () => {
    const clock = virtualClock();
    const limited = wrap(timeout(100, { clock }), never);
    const results = Array.from({ length: 1_000 }, () => limited().catch((error: unknown) => error));

    expect(clock.timers).toBe(1);
    await clock.advance(100);
    expect((await Promise.all(results)).every((error) => error instanceof TimeoutError)).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('runs each function in the async context of its own call', async () => {
    const clock = virtualClock();
    const context = new AsyncLocalStorage<number>();
    const limited = wrap(timeout(100, { clock }), async () => {
      await stubborn(clock, 10, undefined)();
      return context.getStore();
    });
    const seen = Promise.all([1, 2, 3].map((tenant) => context.run(tenant, limited)));

    await clock.advance(10);
    expect(await seen).toEqual([1, 2, 3]);
  });

  it('shows the function and its caller in the stack of an error', async () => {
    const limited = wrap(timeout(100), async function fetchUser() {
      await Promise.resolve();
      throw new Error('down');
    });
    async function theCaller() {
      await limited();
    }

    const { stack } = await theCaller().then(
      () => new Error('it went well'),
      (error: Error) => error,
    );
    expect(stack).toContain('fetchUser');
    expect(stack).toContain('theCaller');
  });

  it('records the stack of its own error only where asked', async () => {
    const clock = virtualClock();
    const stackOf = async (captureStacks: boolean) => {
      const limited = wrap(timeout(10, { clock }), never, { captureStacks });
      async function theCaller() {
        await limited();
      }
      const error = theCaller().catch((thrown: Error) => thrown);
      await clock.advance(10);
      return ((await error) as Error).stack;
    };

    expect(await stackOf(true)).toMatch(/^TimeoutError: timed out after 10 ms\n    at [^]*theCaller/);
    expect((await stackOf(false)) ?? '').not.toContain('\n    at ');
  });

  it.each([
    [0, RangeError, 'ms must be a positive number of milliseconds, got 0'],
    [-1, RangeError, 'ms must be a positive number of milliseconds, got -1'],
    [NaN, RangeError, 'ms must be a positive number of milliseconds, got NaN'],
    [Infinity, RangeError, 'ms must be a positive number of milliseconds, got Infinity'],
    ['800', TypeError, 'ms must be a positive number of milliseconds, got "800"'],
    [undefined, TypeError, 'ms must be a positive number of milliseconds, got undefined'],
  ])('refuses a limit of %s', (ms, kind, message) => {
    expect(() => timeout(ms as number)).toThrow(new kind(message));
  });

  it.each([
    [{ until: 'end' }, RangeError, "until must be 'head' or 'body', got \"end\""],
    [{ until: 1 }, TypeError, "until must be 'head' or 'body', got 1"],
    [{ name: '' }, TypeError, 'name must be a non-empty string, got ""'],
    [{ clock: {} }, TypeError, 'clock must be a clock, got an object without now()'],
    [{ untill: 'head' }, TypeError, 'unknown option: untill'],
    [500, TypeError, 'options must be an object, got 500'],
  ])('refuses the options %j', (options, kind, message) => {
    expect(() => timeout(100, options as object)).toThrow(new kind(message));
  });
});
