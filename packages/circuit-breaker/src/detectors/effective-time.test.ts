import { virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { effectiveTimeOf } from './effective-time.ts';

describe('effectiveTimeOf', () => {
  it('is the clock’s while the event loop is free', async () => {
    const clock = virtualClock();
    const time = effectiveTimeOf(clock);
    const begun = time.begin(clock.now(), 1_000);
    await clock.advance(700);
    expect(time.read(clock.now()) - begun).toBe(700);
  });

  it('leaves out what the event loop was held up, whether it has been free since or not', async () => {
    const clock = virtualClock();
    const time = effectiveTimeOf(clock);
    const begun = time.begin(clock.now(), 1_000);
    clock.block(3_000);
    expect(time.read(clock.now()) - begun).toBe(50); // until the beat that did not come
    await clock.advance(0);
    await clock.advance(100);
    expect(time.read(clock.now()) - begun).toBe(150);
  });

  it('beats while a call is so young that it matters, keeps no process alive, and stops', async () => {
    const clock = virtualClock();
    const time = effectiveTimeOf(clock);
    time.begin(clock.now(), 200);
    await clock.advance(100);
    time.begin(clock.now(), 50);
    expect([clock.timers, clock.refs]).toEqual([1, 0]);
    await clock.advance(150);
    expect(clock.timers).toBe(0);
    time.begin(clock.now(), 200);
    expect(clock.timers).toBe(1);
    await clock.advance(300);
    expect(clock.timers).toBe(0);
  });

  it('is one for all who go by a clock', () => {
    const clock = virtualClock();
    expect(effectiveTimeOf(clock)).toBe(effectiveTimeOf(clock));
    expect(effectiveTimeOf(virtualClock())).not.toBe(effectiveTimeOf(clock));
  });
});
