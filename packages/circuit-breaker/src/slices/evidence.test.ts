import { describe, expect, it } from 'vitest';

import { above, difference, less, rateOf, type Share } from './evidence.ts';

const share = (failures: number, calls: number): Share => ({ calls, failures });

describe('difference', () => {
  it.each<[string, Share[], number]>([
    ['one part', [share(3, 10)], 0],
    ['parts alike', [share(3, 10), share(6, 20)], 0],
    ['no calls', [share(0, 0), share(0, 0)], 0],
    ['all and none', [share(20, 20), share(0, 20)], 40 * Math.LN2],
    ['all, and some of many', [share(2, 2), share(1, 2)], 3 * Math.log(4 / 3)],
  ])('of %s', (_, parts, expected) => {
    expect(difference(...parts)).toBeCloseTo(expected, 10);
  });

  it('grows with the calls', () => {
    expect(difference(share(20, 20), share(0, 40))).toBeCloseTo(2 * difference(share(10, 10), share(0, 20)), 10);
  });
});

describe('above', () => {
  it.each<[number, Share, number]>([
    [0.8, share(20, 20), -20 * Math.log(0.8)],
    [0.8, share(8, 10), 0],
    [0.8, share(0, 10), 0],
    [0.8, share(0, 0), 0],
    [0.5, share(3, 4), 3 * Math.log(1.5) + Math.log(0.5)],
  ])('a rate of %f, of %o', (rate, given, expected) => {
    expect(above(rate, given)).toBeCloseTo(expected, 10);
  });
});

describe('less', () => {
  it('takes a part off', () => {
    expect(less(share(5, 10), share(2, 3))).toEqual(share(3, 7));
  });
});

describe('rateOf', () => {
  it.each<[Share, number]>([
    [share(1, 4), 0.25],
    [share(0, 0), 0],
  ])('%o', (given, expected) => {
    expect(rateOf(given)).toBe(expected);
  });
});
