import { describe, expect, it } from 'vitest';

import { TallyByValue } from './tally-by-value.ts';

type Part = readonly [hash: number, calls: number, failures: number];

/** Whether values that went so split all of the calls: these, and others that each had a value of its own. */
function splits(parts: readonly Part[], others: Part = [0, 0, 0]): boolean {
  const tally = new TallyByValue();
  const all = { calls: 0, failures: 0 };
  const count = (hash: number, failed: boolean) => {
    tally.count(hash, failed);
    all.calls++;
    if (failed) all.failures++;
  };
  for (const [hash, calls, failures] of parts)
    for (let index = 0; index < calls; index++) count(hash, index < failures);
  for (let index = 0; index < others[1]; index++) count(1_000 + index, index < others[2]);
  return tally.splits(all, 0.5, 0.1);
}

describe('TallyByValue', () => {
  it.each<[string, readonly Part[], boolean]>([
    [
      'dead and well values',
      [
        [1, 10, 10],
        [2, 10, 0],
      ],
      true,
    ],
    [
      'dead and well values, seen too rarely',
      [
        [1, 5, 5],
        [2, 5, 0],
      ],
      false,
    ],
    [
      'values that fail alike',
      [
        [1, 50, 30],
        [2, 50, 30],
      ],
      false,
    ],
    [
      'values that fail differently, of which none is well',
      [
        [1, 50, 50],
        [2, 50, 20],
      ],
      false,
    ],
    [
      'a well one of too small a share',
      [
        [1, 95, 95],
        [2, 5, 0],
      ],
      false,
    ],
    ['one value', [[1, 100, 60]], false],
    ['no calls', [], false],
  ])('of %s', (_, parts, expected) => {
    expect(splits(parts)).toBe(expected);
  });

  it('tells of more values than it knows by those it knows', () => {
    const parts = Array.from({ length: 40 }, (_, hash): Part => [hash + 1, 4, hash % 2 ? 4 : 0]);
    expect(splits(parts)).toBe(true);
  });

  it('tells a frequent value from all the rare ones', () => {
    expect(splits([[1, 40, 0]], [0, 60, 60])).toBe(true);
    expect(splits([[1, 40, 24]], [0, 60, 36])).toBe(false);
  });

  it('takes back a success', () => {
    const tally = new TallyByValue();
    for (let index = 0; index < 10; index++) {
      tally.count(1, false);
      tally.count(2, false);
      tally.spoil(2);
      tally.spoil(3);
    }
    expect(tally.splits({ calls: 20, failures: 10 }, 0.5, 0.1)).toBe(true);
  });
});
