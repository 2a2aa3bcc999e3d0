import { describe, expect, it } from 'vitest';

import { seededRandom } from '@inmesh/core/testing';

import { shuffled, spreadOf } from './statistics.ts';

describe('spreadOf', () => {
  it('gives the median and the quartiles', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ median: 3, lower: 2, upper: 4 });
  });

  it('lies between the nearest two', () => {
    expect(spreadOf([1, 2])).toEqual({ median: 1.5, lower: 1.25, upper: 1.75 });
  });

  it('does not order what it is given', () => {
    const sample = [3, 1, 2];
    spreadOf(sample);
    expect(sample).toEqual([3, 1, 2]);
  });
});

describe('shuffled', () => {
  it('keeps every item, in another order for another seed', () => {
    const list = [1, 2, 3, 4, 5, 6, 7, 8];
    const [one, other] = [shuffled(list, seededRandom(1)), shuffled(list, seededRandom(2))];
    expect([...one].sort((a, b) => a - b)).toEqual(list);
    expect(other).not.toEqual(one);
    expect(shuffled(list, seededRandom(1))).toEqual(one);
  });
});
