import { describe, expect, it } from 'vitest';

import { seededRandom } from './seeded-random.ts';

const draw = (seed: number, times: number) => Array.from({ length: times }, seededRandom(seed));

describe('seededRandom', () => {
  it('draws the same for the same seed, and something else for another', () => {
    expect(draw(7, 20)).toEqual(draw(7, 20));
    expect(draw(7, 20)).not.toEqual(draw(8, 20));
  });

  it('draws evenly from 0 to 1', () => {
    const drawn = draw(1, 100_000);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const value of drawn) tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? 0) + 1;

    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(Math.min(...tenths)).toBeGreaterThan(9_500);
    expect(Math.max(...tenths)).toBeLessThan(10_500);
  });
});
