import { describe, expect, it } from 'vitest';

import { Cusum, type Recipe } from './cusum.ts';
import { Limits } from './limits.ts';
import { scoresOf } from './scores.ts';

function recipe(tolerable = 0.05, unacceptable = 0.5): Recipe {
  const scores = scoresOf(tolerable, unacceptable);
  const limits = new Limits(scores, tolerable, 1e10);
  return { tolerable, unacceptable, falseTripEveryMs: 86_400_000, scores, limits };
}

function warm(): Cusum {
  const test = new Cusum(recipe());
  for (let call = 0; call < 100; call++) test.succeeded(call * 1_000);
  test.failed(100_000);
  test.succeeded(101_000);
  test.failed(102_000);
  return test;
}

describe('Cusum', () => {
  it('saves what it knows as plain JSON', () => {
    expect(warm().save(102_500)).toEqual({
      evidence: 12 * scoresOf(0.05, 0.5).unit,
      draw: expect.closeTo(0.618, 3),
      successes: 1,
      failures: 2,
      outcomes: 33,
      meanGapMs: expect.closeTo(1_000, 9),
      idleMs: 500,
    });
    expect(new Cusum(recipe()).save(7)).toEqual({
      evidence: 0,
      draw: 0,
      successes: 0,
      failures: 0,
      outcomes: 0,
      meanGapMs: 0,
      idleMs: 0,
    });
  });

  it('goes on in another process as if nothing had been', () => {
    const before = warm();
    const after = new Cusum(recipe());
    after.load(JSON.parse(JSON.stringify(before.save(102_500))), 500);
    expect(after.tally()).toEqual(before.tally());
    for (let call = 1; call <= 5; call++) {
      const reason = before.failed(102_000 + call * 1_000);
      expect(after.failed(call * 1_000)).toBe(reason);
      if (call === 5) expect(reason).toBeDefined();
    }
  });

  it('takes over the evidence where another one had other options', () => {
    const after = new Cusum(recipe(0.01, 0.5));
    after.load(warm().save(102_500), 0);
    expect(after.save(0).evidence).toBeCloseTo(warm().save(0).evidence, 0);
  });

  it('takes over no more than it could have known', () => {
    const { limits, scores } = recipe();
    const after = new Cusum(recipe());
    after.load({ ...warm().save(0), evidence: 1e300, outcomes: 1e300, meanGapMs: 1e300, draw: 7.5 }, 0);
    expect(after.save(0)).toMatchObject({
      evidence: limits.highest * scores.unit,
      outcomes: 33,
      meanGapMs: 86_400_000 / limits.fewestCalls,
      draw: 0.5,
    });
  });

  it.each<[unknown, string]>([
    [undefined, 'TypeError: a saved sequential test must be an object, got undefined'],
    [null, 'TypeError: a saved sequential test must be an object, got null'],
    [[], 'TypeError: a saved sequential test must be an object, got an array'],
    [{}, 'TypeError: evidence of a saved sequential test must be a number of 0 or more, got undefined'],
    [{ evidence: -1 }, 'TypeError: evidence of a saved sequential test must be a number of 0 or more, got -1'],
    [
      { ...warm().save(0), draw: null },
      'TypeError: draw of a saved sequential test must be a number of 0 or more, got null',
    ],
    [
      { ...warm().save(0), successes: 1.5 },
      'TypeError: successes of a saved sequential test must be a whole number of 0 or more, got 1.5',
    ],
    [
      { ...warm().save(0), failures: '2' },
      'TypeError: failures of a saved sequential test must be a whole number of 0 or more, got "2"',
    ],
    [
      { ...warm().save(0), outcomes: NaN },
      'TypeError: outcomes of a saved sequential test must be a whole number of 0 or more, got NaN',
    ],
    [
      { ...warm().save(0), meanGapMs: Infinity },
      'TypeError: meanGapMs of a saved sequential test must be a number of 0 or more, got Infinity',
    ],
    [
      { ...warm().save(0), idleMs: -0.5 },
      'TypeError: idleMs of a saved sequential test must be a number of 0 or more, got -0.5',
    ],
  ])('refuses what was never saved: %o', (saved, message) => {
    const test = warm();
    const before = test.save(0);
    expect(thrown(() => test.load(saved, 0))).toBe(message);
    expect(test.save(0)).toEqual(before);
  });
});

function thrown(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return String(error);
  }
  return 'nothing was thrown';
}
