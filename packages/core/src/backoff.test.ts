import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { constant, decorrelated, exponential, type DecorrelatedOptions, type ExponentialOptions } from './backoff.ts';

const waits = (options: ExponentialOptions, chance: number) =>
  [1, 2, 3, 4, 5, 6, 7].map((retry) => exponential(options)(retry, () => chance, 0));

describe('exponential', () => {
  it('doubles the range that it draws from, from 50 ms up to 2 s', () => {
    expect(waits({}, 0.5)).toEqual([25, 50, 100, 200, 400, 800, 1_000]);
    expect(waits({}, 0)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('waits at least half with equal jitter', () => {
    expect(waits({ jitter: 'equal' }, 0).slice(0, 3)).toEqual([25, 50, 100]);
    expect(waits({ jitter: 'equal' }, 0.5).slice(0, 3)).toEqual([37.5, 75, 150]);
  });

  it('leaves nothing to chance without jitter', () => {
    expect(waits({ jitter: 'none', baseMs: 10, factor: 3, maxMs: 300 }, 0.5)).toEqual([10, 30, 90, 270, 300, 300, 300]);
  });

  it('waits as long as its base where that is longer than 2 s', () => {
    expect(waits({ jitter: 'none', baseMs: 5_000 }, 0).slice(0, 2)).toEqual([5_000, 5_000]);
    expect(waits({ jitter: 'none', baseMs: 5_000, maxMs: 6_000 }, 0).slice(0, 2)).toEqual([5_000, 6_000]);
  });

  it('stays a number however often it is asked', () => {
    expect(exponential({ jitter: 'none' })(5_000, () => 0, 0)).toBe(2_000);
  });

  it('draws from 0 to the wait, whatever the options', () => {
    fc.assert(
      fc.property(
        fc.record({ baseMs: fc.integer({ min: 1, max: 500 }), maxMs: fc.integer({ min: 500, max: 5_000 }) }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        (options, chance, retry) => {
          const full = exponential(options)(retry, () => chance, 0);
          const none = exponential({ ...options, jitter: 'none' })(retry, () => chance, 0);
          const equal = exponential({ ...options, jitter: 'equal' })(retry, () => chance, 0);
          expect(none).toBe(Math.min(options.maxMs, options.baseMs * 2 ** (retry - 1)));
          expect(full).toBeGreaterThanOrEqual(0);
          expect(full).toBeLessThanOrEqual(none);
          expect(equal).toBeGreaterThanOrEqual(none / 2);
          expect(equal).toBeLessThanOrEqual(none);
        },
      ),
    );
  });

  it.each([
    [{ baseMs: 0 }, RangeError],
    [{ baseMs: '50' }, TypeError],
    [{ maxMs: -1 }, RangeError],
    [{ baseMs: 300, maxMs: 200 }, RangeError],
    [{ maxMs: 49 }, RangeError],
    [{ factor: 0 }, RangeError],
    [{ factor: NaN }, RangeError],
    [{ jitter: 'half' }, RangeError],
    [{ base: 50 }, TypeError],
    [50, TypeError],
  ])('refuses %j', (options, kind) => {
    expect(() => exponential(options as ExponentialOptions)).toThrow(kind);
  });
});

describe('decorrelated', () => {
  it('draws between its base and three times the wait before', () => {
    const backoff = decorrelated({ baseMs: 10, maxMs: 100 });

    expect(backoff(1, () => 0.9, 0)).toBe(10);
    expect(backoff(2, () => 0.5, 10)).toBe(20);
    expect(backoff(3, () => 0, 20)).toBe(10);
    expect(backoff(4, () => 0.99, 90)).toBe(100);
  });

  it('draws from 50 ms, and waits 2 s at most, with nothing else said', () => {
    const backoff = decorrelated();
    expect([0, 100, 10_000].map((previousMs) => backoff(1, () => 0.5, previousMs))).toEqual([50, 175, 2_000]);
  });

  it('waits as long as its base where that is longer than 2 s', () => {
    expect(decorrelated({ baseMs: 5_000 })(1, () => 0.5, 0)).toBe(5_000);
  });

  it.each([[{ baseMs: 0 }], [{ maxMs: NaN }], [{ baseMs: 3_000, maxMs: 200 }], [{ jitter: 'full' }]])(
    'refuses %j',
    (options) => {
      expect(() => decorrelated(options as DecorrelatedOptions)).toThrow();
    },
  );
});

describe('constant', () => {
  it('waits the same each time', () => {
    expect([1, 2, 9].map((retry) => constant(30)(retry, Math.random, 7))).toEqual([30, 30, 30]);
    expect(constant(0)(1, Math.random, 0)).toBe(0);
  });

  it.each([[-1], [NaN], [Infinity], ['30']])('refuses %j', (ms) => {
    expect(() => constant(ms as number)).toThrow(/^ms must be/);
  });
});
