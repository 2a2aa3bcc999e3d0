import { systemClock } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { virtualClock } from './virtual-clock.ts';

describe('virtualClock', () => {
  it('stands still until it is told to move', async () => {
    const clock = virtualClock({ startMs: 500, epochMs: 1_000_000 });
    expect([clock.now(), clock.wall()]).toEqual([500, 1_000_000]);

    await clock.advance(250);
    expect([clock.now(), clock.wall()]).toEqual([750, 1_000_250]);
    await clock.advance(0);
    expect(clock.now()).toBe(750);
  });

  it('runs each timer at its own time, in order, and those of one time in the order they were set', async () => {
    const clock = virtualClock();
    const ran: string[] = [];
    const at = (name: string, ms: number) => clock.setTimeout(() => ran.push(`${name} ${clock.now()}`), ms);
    at('c', 20);
    at('a', 10);
    at('d', 20);
    at('b', 10);
    at('e', 21);
    await clock.advance(20);

    expect(ran).toEqual(['a 10', 'b 10', 'c 20', 'd 20']);
    expect(clock.timers).toBe(1);
  });

  it('runs the promise jobs of a timer before the next timer', async () => {
    const clock = virtualClock();
    const ran: string[] = [];
    clock.setTimeout(() => {
      void Promise.resolve()
        .then(() => {})
        .then(() => ran.push('job'));
    }, 10);
    clock.setTimeout(() => ran.push('timer'), 10);
    await clock.advance(10);

    expect(ran).toEqual(['job', 'timer']);
  });

  it('runs timers that timers set, if they fall due', async () => {
    const clock = virtualClock();
    const ran: number[] = [];
    const tick = () => {
      ran.push(clock.now());
      clock.setTimeout(tick, 10);
    };
    tick();
    await clock.advance(35);

    expect(ran).toEqual([0, 10, 20, 30]);
    expect(clock.now()).toBe(35);
  });

  it('runs nothing while it is blocked, and late what fell due', async () => {
    const clock = virtualClock();
    let ranAt: number | undefined;
    clock.setTimeout(() => {
      ranAt = clock.now();
    }, 10);
    clock.block(100);
    await new Promise<void>((resolve) => systemClock.afterPoll(resolve));
    expect(ranAt).toBeUndefined();

    await clock.advance(0);
    expect(ranAt).toBe(100);
  });

  it('runs what waits for a poll after the promise jobs of the timer before', async () => {
    const clock = virtualClock();
    const ran: string[] = [];
    clock.setTimeout(() => {
      clock.afterPoll(() => ran.push('poll'));
      void Promise.resolve().then(() => ran.push('job'));
    }, 10);
    clock.setTimeout(() => ran.push('next timer'), 10);
    await clock.advance(10);

    expect(ran).toEqual(['job', 'poll', 'next timer']);
  });

  it.each([[{ startMs: -1 }], [{ startMs: NaN }], [{ epochMs: '0' }], [{ start: 5 }], [5]])('refuses %j', (options) => {
    expect(() => virtualClock(options as object)).toThrow(/must be|unknown option: start/);
  });

  it.each([[-1], [NaN], ['5']])('refuses to move by %j', async (ms) => {
    const clock = virtualClock();
    await expect(clock.advance(ms as number)).rejects.toThrow(/^ms must be/);
    expect(() => {
      clock.block(ms as number);
    }).toThrow(/^ms must be/);
    expect(clock.now()).toBe(0);
  });

  it('counts its timers, and those that keep a process alive', () => {
    const clock = virtualClock();
    const [one, other] = [clock.setTimeout(() => {}, 10), clock.setTimeout(() => {}, 10)];
    one.unref?.();
    expect([clock.timers, clock.refs]).toEqual([2, 1]);

    one.ref?.();
    clock.clearTimeout(other);
    clock.clearTimeout(undefined);
    expect([clock.timers, clock.refs]).toEqual([1, 1]);
  });
});
