import { describe, expect, it } from 'vitest';

import { lastCalls } from './span.ts';
import { slowCallRatio, type SlowCallRatioOptions } from './slow-call-ratio.ts';

describe('slowCallRatio', () => {
  it('opens when half of at least 20 calls within 10 s were slow unless told otherwise', () => {
    const detection = slowCallRatio({ slowMs: 100 })();
    expect(detection.timing?.slowMs).toBe(100);
    for (let call = 0; call < 10; call++) expect(detection.succeeded(0, 100)).toBeUndefined();
    for (let call = 0; call < 9; call++) expect(detection.succeeded(9_000, 101)).toBeUndefined();
    expect(detection.succeeded(9_999, 101)).toBe(
      '10 of 20 calls took longer than 100 ms within 10000 ms, the limit is 0.5 of at least 20',
    );
  });

  it('counts failures that were slow too, and fast ones as calls', () => {
    const detection = slowCallRatio({ slowMs: 100, minimumCalls: 4 })();
    detection.failed(0, 50);
    detection.succeeded(0, 50);
    expect(detection.failed(0, 150)).toBeUndefined();
    expect(detection.failed(0, 150)).toContain('2 of 4 calls');
    expect(detection.tally(0)).toEqual({ successes: 1, failures: 3 });
  });

  it('looks back over so many calls where told to, however long ago', () => {
    const detection = slowCallRatio({ slowMs: 100, ratio: 1, window: lastCalls(2), minimumCalls: 2 })();
    detection.succeeded(0, 50);
    expect(detection.succeeded(1e6, 150)).toBeUndefined();
    expect(detection.succeeded(1e9, 150)).toContain('2 of 2 calls took longer than 100 ms among the last 2');
  });

  it.each([
    [0, 'calls must be a whole number of 1 or more, got 0'],
    [1e12, 'calls must be at most 1000000, got 1000000000000'],
  ])('looks back over no window of %d calls', (calls, message) => {
    expect(() => lastCalls(calls)).toThrow(new RangeError(message));
  });

  it.each<[Partial<SlowCallRatioOptions>, string]>([
    [{}, 'TypeError: slowMs must be a positive number of milliseconds, got undefined'],
    [{ slowMs: 0 }, 'RangeError: slowMs must be a positive number of milliseconds, got 0'],
    [{ slowMs: 1, ratio: 0 }, 'RangeError: ratio must be a ratio above 0, at most 1, got 0'],
    [
      { slowMs: 1, window: lastCalls(10), minimumCalls: 20 },
      'RangeError: minimumCalls must be at most the calls of window, 10, got 20',
    ],
    [{ slowMs: 1, window: 100 as never }, 'TypeError: window must be made by lastCalls(), got 100'],
    [{ slowMs: 1, windowMs: NaN }, 'RangeError: windowMs must be a positive number of milliseconds, got NaN'],
    [
      { slowMs: 1, windowMs: 5, window: lastCalls(30) },
      'TypeError: window takes the place of windowMs: give one of them',
    ],
    [{ slowMs: 1, slow: 1 } as object, 'TypeError: unknown option: slow'],
  ])('refuses %o', (options, message) => {
    let thrown: unknown;
    try {
      slowCallRatio(options as SlowCallRatioOptions);
    } catch (error) {
      thrown = error;
    }
    expect(String(thrown)).toBe(message);
  });
});
