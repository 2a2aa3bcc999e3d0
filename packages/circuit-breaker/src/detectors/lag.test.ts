import { describe, expect, it } from 'vitest';

import { Lag } from './lag.ts';

describe('Lag', () => {
  it('is nothing while each beat comes in time, or a little late', () => {
    const lag = new Lag();
    for (const now of [0, 50, 101, 160]) lag.beat(now, 50);
    expect(lag.totalMs(220)).toBe(0);
  });

  it('adds up how late beats were, and how late the next one is already', () => {
    const lag = new Lag();
    lag.beat(0, 50);
    expect(lag.totalMs(1_050)).toBe(1_000);
    lag.beat(1_050, 50);
    expect(lag.totalMs(1_100)).toBe(1_000);
    lag.beat(1_300, 50);
    expect(lag.totalMs(1_300)).toBe(1_200);
  });

  it('does not grow while no beat is to come', () => {
    const lag = new Lag();
    lag.beat(0, 50);
    lag.beat(150, 50);
    lag.rest();
    expect(lag.totalMs(60_000)).toBe(100);
    lag.beat(60_000, 50);
    expect(lag.totalMs(60_050)).toBe(100);
  });
});
