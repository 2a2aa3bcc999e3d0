import { getEventListeners } from 'node:events';

import { Call, compose, FAILURE, run, type Clock, type Policy } from '@inmesh/core';
import { constant } from '@inmesh/core/backoff';
import { HeldResult, heldProtocol, scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { down, failing, slowly } from '../test-retry.ts';
import { retry } from './index.ts';

describe('retry and aborts', () => {
  it.each([['a reason'], [undefined], [null], [0], [false]])('ends a wait that is aborted with %s', async (reason) => {
    const { clock, policy } = slowly();
    const caller = new AbortController();
    const server = failing(9);
    const result = run(policy, server.fn, { signal: caller.signal }).catch((error: unknown) => ({ error }));

    await clock.advance(5);
    caller.abort(reason);
    expect(await result).toEqual({ error: caller.signal.reason });
    expect(server.calls).toBe(1);
    expect(clock.timers).toBe(0);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it('sends nothing again after an abort while a sending was under way', async () => {
    const { clock, policy } = slowly();
    const caller = new AbortController();
    const server = scriptedHandler<string>();
    const call = Call.start(undefined, { signal: caller.signal });
    const result = policy(server.handler)(call);
    const rejected = expect(result).rejects.toBe(down);

    const sending = await server.next();
    caller.abort();
    sending.fail(down);
    await rejected;
    await clock.advance(100);
    expect(server.unread).toBe(0);
  });

  it('lets an abort reach the attempt that is under way, and no other', async () => {
    const { clock, policy } = slowly();
    const caller = new AbortController();
    const signals: AbortSignal[] = [];
    const result = run(
      policy,
      async ({ signal }) => {
        signals.push(signal);
        return signals.length === 3 ? new Promise<never>(() => {}) : Promise.reject(down);
      },
      { signal: caller.signal },
    );
    void result;

    await clock.advance(20);
    caller.abort('gone');
    expect(signals[1]?.aborted).toBe(false); // it was over
    expect(signals[2]?.reason).toBe('gone');
  });

  it('keeps the abort of the caller for the body of the result that it passes on', async () => {
    const { clock, policy } = slowly();
    const caller = new AbortController();
    const answers = [new HeldResult(FAILURE), new HeldResult()];
    const signals: AbortSignal[] = [];
    const result = run(
      policy,
      async ({ signal }) => {
        signals.push(signal);
        return answers[signals.length - 1] as HeldResult;
      },
      { signal: caller.signal, protocol: heldProtocol },
    );

    await clock.advance(10);
    await result;
    caller.abort('gone');
    expect(signals[1]?.reason).toBe('gone');
    answers[1]?.end('gone');
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it.each([['a success'], ['a failure']])('puts its last attempt out of reach once it is over with %s', async (how) => {
    const { clock, policy } = slowly({ attempts: 2 });
    let outer: Call | undefined;
    const around: Policy = (next) => (call) => next((outer = call.fork()));
    const signals: AbortSignal[] = [];
    const answer = new HeldResult();
    const result = run(
      compose(around, policy),
      async ({ signal }) => {
        signals.push(signal);
        if (signals.length === 1 || how === 'a failure') throw down;
        return answer;
      },
      { protocol: heldProtocol },
    );
    const settled = Promise.allSettled([result]);

    await clock.advance(10);
    await settled;
    answer.end();
    outer?.abort('late');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]); // the first is the call's own signal
  });

  it('lets go of a wait that is over', async () => {
    const clock = virtualClock();
    let cleared = 0;
    const counting: Clock = {
      ...clock,
      clearTimeout: (timer) => {
        cleared++;
        clock.clearTimeout(timer);
      },
    };
    const caller = new AbortController();
    const policy = retry({ clock: counting, backoff: constant(10) });
    const result = run(
      policy,
      ({ attempt, signal }) =>
        new Promise<never>((_, reject) => {
          if (attempt === 1) reject(down);
          else
            signal.addEventListener('abort', () => {
              reject(signal.reason);
            });
        }),
      { signal: caller.signal },
    );
    const rejected = expect(result).rejects.toBe('gone');

    await clock.advance(10);
    caller.abort('gone');
    await rejected;
    expect(cleared).toBe(0);
  });
});
