import { seededRandom } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { MeanGap } from './mean-gap.ts';

function after(times: readonly number[], longestMs = Infinity): MeanGap {
  const gap = new MeanGap(longestMs);
  for (const now of times) gap.note(now);
  return gap;
}

describe('MeanGap', () => {
  it.each<[string, readonly number[], number]>([
    ['nothing of no outcome', [], 0],
    ['nothing of one', [7], 0],
    ['the gap of two', [7, 17], 10],
    ['the mean of the first ones', [0, 10, 40, 50], 50 / 3],
    ['nothing where time stands still', [5, 5, 5], 0],
    ['no time passing where it goes backwards', [100, 50, 60], 5],
  ])('says %s', (_what, times, meanMs) => {
    expect(after(times).meanMs).toBeCloseTo(meanMs, 9);
  });

  it('follows a rate that changes, down at once and up within a hundred outcomes', () => {
    const gap = after(Array.from({ length: 200 }, (_, index) => index));
    expect(gap.meanMs).toBeCloseTo(1, 9);
    gap.note(199 + 3_200);
    expect(gap.meanMs).toBeGreaterThan(100);
    for (let index = 1; index <= 300; index++) gap.note(3_399 + index);
    expect(gap.meanMs).toBeLessThan(1.1);
  });

  it('takes no gap for longer than the longest', () => {
    expect(after([0, 1e12], 100).meanMs).toBe(100);
    expect(after([0, 10, 1e12, 10], 100).meanMs).toBeCloseTo(110 / 3, 9);
  });

  it('spends each millisecond once, however calls come', () => {
    const random = seededRandom(1);
    const gap = new MeanGap(Infinity);
    let now = 0;
    let spent = 0;
    for (let call = 0; call < 100_000; call++) {
      now += 10 ** (4 * Math.sin(call / 1_000)) * random();
      gap.note(now);
      spent += gap.meanMs;
    }
    expect(spent / now).toBeGreaterThan(0.99);
    expect(spent / now).toBeLessThan(1.01);
  });

  it('goes on from what another knew', () => {
    const before = after([0, 10, 20, 60]);
    const next = new MeanGap(Infinity);
    next.resume(before.outcomes, before.meanMs, 1_000 - before.idleMs(65));
    expect(next.idleMs(1_000)).toBe(5);
    before.note(70);
    next.note(1_005);
    expect(next.meanMs).toBe(before.meanMs);
    expect(new MeanGap(1).idleMs(50)).toBe(0);
  });
});
