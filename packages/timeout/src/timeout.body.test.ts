import { getEventListeners } from 'node:events';

import { compose, run, type Call, type Policy } from '@inmesh/core';
import { HeldResult, heldProtocol, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { timeout, TimeoutError } from './index.ts';

describe('timeout of bodies and heads', () => {
  it('covers the body, and keeps no process alive while only that is awaited', async () => {
    const clock = virtualClock();
    const response = new HeldResult();
    let signal: AbortSignal | undefined;
    const result = run(
      timeout(100, { clock }),
      async (call) => {
        signal = call.signal;
        return response;
      },
      { protocol: heldProtocol },
    );
    expect(clock.refs).toBe(1);
    await result;
    expect(clock.refs).toBe(0);

    await clock.advance(99);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    expect(signal?.reason).toBeInstanceOf(TimeoutError);
    response.end(signal?.reason);
    expect(clock.timers).toBe(0);
  });

  it('leaves a body alone that ended in time', async () => {
    const clock = virtualClock();
    const response = new HeldResult();
    let signal: AbortSignal | undefined;
    await run(
      timeout(100, { clock }),
      async (call) => {
        signal = call.signal;
        return response;
      },
      { protocol: heldProtocol },
    );

    response.end();
    await clock.advance(1_000);
    expect(signal?.aborted).toBe(false);
    expect(clock.timers).toBe(0);
  });

  it.each([['head' as const], ['body' as const]])(
    'puts what is inside out of reach once it is over, whether it covers the %s',
    async (until) => {
      const clock = virtualClock();
      const response = new HeldResult();
      let outer: Call | undefined;
      let signal: AbortSignal | undefined;
      const around: Policy = (next) => (call) => next((outer = call.fork()));
      await run(
        compose(around, timeout(100, { clock, until })),
        async (call) => {
          signal = call.signal;
          return response;
        },
        { protocol: heldProtocol },
      );

      response.end();
      outer?.abort('late');
      expect(signal?.aborted).toBe(false);
    },
  );

  it('ends at the head if told so', async () => {
    const clock = virtualClock();
    const response = new HeldResult();
    let signal: AbortSignal | undefined;
    await run(
      timeout(100, { clock, until: 'head' }),
      async (call) => {
        signal = call.signal;
        return response;
      },
      { protocol: heldProtocol },
    );

    await clock.advance(1_000);
    expect(signal?.aborted).toBe(false);
    expect(response.holders).toBe(1); // the abort of whoever is outside still reaches the body
    response.end();
    expect(clock.timers).toBe(0);
  });

  it('passes the abort of the caller on to a body after the head', async () => {
    const clock = virtualClock();
    const caller = new AbortController();
    const response = new HeldResult();
    let signal: AbortSignal | undefined;
    await run(
      timeout(100, { clock, until: 'head' }),
      async (call) => {
        signal = call.signal;
        return response;
      },
      { protocol: heldProtocol, signal: caller.signal },
    );

    caller.abort('gone');
    expect(signal?.reason).toBe('gone');
    response.end('gone');
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });
});
