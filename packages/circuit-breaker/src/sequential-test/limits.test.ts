import { describe, expect, it } from 'vitest';

import { Limits } from './limits.ts';
import { runLengths } from './run-lengths.ts';
import { scoresOf } from './scores.ts';

describe('Limits', () => {
  const scores = scoresOf(0.05, 0.5);
  const lengths = runLengths(scores, 0.05, 1e10);
  const limits = new Limits(scores, 0.05, 1e10);

  it('goes from two failures to what the most calls need', () => {
    expect(limits.lowest).toBe(scores.failure + 1);
    expect(limits.fewestCalls).toBe(lengths[limits.lowest]);
    expect(limits.highest).toBe(lengths.length - 1);
    expect(limits.of(0, 0.5)).toBe(limits.lowest);
    expect(limits.of(limits.fewestCalls, 0.5)).toBe(limits.lowest);
    expect(limits.of(1e15, 0.5)).toBe(limits.highest);
    expect(limits.of(Infinity, 0.5)).toBe(limits.highest);
  });

  it.each([200, 500, 1_000, 12_345, 1e6, 1e9])('trips once in %d calls on average over the draws', (calls) => {
    const draws = Array.from({ length: 10_000 }, (_, index) => limits.of(calls, (index + 0.5) / 10_000));
    const often = draws.reduce((sum, threshold) => sum + 1 / (lengths[threshold] ?? 0), 0) / draws.length;
    expect(often * calls).toBeCloseTo(1, 3);
    expect(new Set(draws).size).toBeLessThanOrEqual(2);
  });

  it('has no threshold that needs more calls than have digits', () => {
    const endless = new Limits(scores, 0.05, Infinity);
    expect(endless.highest).toBeLessThan(100);
    expect(endless.of(Number.MAX_VALUE, 0)).toBe(endless.highest);
  });
});
