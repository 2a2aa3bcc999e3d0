import { compose, run, type CallView } from '@inmesh/core';
import { HeldResult, heldProtocol, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { timeout } from './index.ts';

const never = () => new Promise<never>(() => {});

describe('timeout within a deadline', () => {
  it('tells what is inside its deadline, unless it ends at the head', async () => {
    const clock = virtualClock({ startMs: 1_000 });
    const deadline = async (call: CallView) => call.deadline;

    await expect(run(timeout(100, { clock }), deadline)).resolves.toBe(1_100);
    await expect(run(timeout(100, { clock, until: 'head' }), deadline)).resolves.toBe(Infinity);
    await expect(run(compose(timeout(200, { clock }), timeout(100, { clock })), deadline)).resolves.toBe(1_100);
  });

  it('is not armed inside a deadline that comes first', async () => {
    const clock = virtualClock();
    const policy = compose(timeout(100, { clock, name: 'outer' }), timeout(500, { clock, name: 'inner' }));
    const result = run(policy, never);
    const rejected = expect(result).rejects.toMatchObject({ policy: 'outer', limitMs: 100 });

    expect(clock.timers).toBe(1);
    await clock.advance(100);
    await rejected;
    expect(clock.timers).toBe(0);
  });

  it('is not armed inside a deadline that comes at the same time', async () => {
    const clock = virtualClock();
    const policy = compose(timeout(100, { clock, name: 'outer' }), timeout(100, { clock, name: 'inner' }));
    const result = run(policy, never);
    const rejected = expect(result).rejects.toMatchObject({ policy: 'outer' });

    expect(clock.timers).toBe(1);
    await clock.advance(100);
    await rejected;
  });

  it('ends the head inside a limit of the body', async () => {
    const clock = virtualClock();
    const policy = compose(timeout(500, { clock }), timeout(100, { clock, until: 'head', name: 'inner' }));
    const result = run(policy, never);
    const rejected = expect(result).rejects.toMatchObject({ policy: 'inner', limitMs: 100 });

    await clock.advance(100);
    await rejected;
    expect(clock.refs).toBe(0);
  });

  it('is armed inside a limit of the head that comes first', async () => {
    const clock = virtualClock();
    const policy = compose(timeout(100, { clock, until: 'head' }), timeout(500, { clock, name: 'inner' }));
    let signal: AbortSignal | undefined;
    await run(
      policy,
      async (call) => {
        signal = call.signal;
        return new HeldResult();
      },
      { protocol: heldProtocol },
    );

    await clock.advance(500);
    expect(signal?.reason).toMatchObject({ policy: 'inner' });
  });
});
