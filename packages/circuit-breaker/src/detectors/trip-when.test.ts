import { describe, expect, it } from 'vitest';

import { lastCalls } from './span.ts';
import { tripWhen } from './trip-when.ts';
import type { WindowCounts } from './window-detection.ts';

describe('tripWhen', () => {
  it('asks after every call once there are enough', () => {
    const asked: WindowCounts[] = [];
    const detection = tripWhen(
      (counts) => {
        asked.push(counts);
        return false;
      },
      { minimumCalls: 2, slowMs: 100 },
    )();
    detection.succeeded(0, 50);
    detection.failed(0, 50);
    detection.succeeded(0, 150);
    expect(asked).toEqual([
      { calls: 2, successes: 1, failures: 1, slow: 0 },
      { calls: 3, successes: 2, failures: 1, slow: 1 },
    ]);
  });

  it('opens for the reason it is given, or says the counts', () => {
    expect(tripWhen(() => 'the moon is full', { minimumCalls: 1 })().succeeded(0)).toBe('the moon is full');
    const detection = tripWhen(({ failures }) => failures > 1, { minimumCalls: 1, windowMs: 500 })();
    expect(detection.failed(0)).toBeUndefined();
    expect(detection.failed(499)).toBe('2 of 2 calls failed and 0 were slow within 500 ms');
  });

  it('times no call without slowMs', () => {
    const detection = tripWhen(({ slow }) => slow > 0, { minimumCalls: 1 })();
    expect(detection.timing).toBeUndefined();
    expect(detection.succeeded(0)).toBeUndefined();
  });

  it('saves and loads its counts', () => {
    const detector = tripWhen(({ slow }) => slow > 1, { minimumCalls: 1, window: lastCalls(5), slowMs: 1 });
    const [before, after] = [detector(), detector()];
    before.succeeded(0, 2);
    after.load?.(before.save?.(0), 0);
    expect(after.succeeded(0, 2)).toBeDefined();
  });

  it('refuses what makes no sense', () => {
    const text = 'failures > 3' as unknown as () => boolean; // callers without types
    expect(() => tripWhen(text)).toThrow(new TypeError('says must be a function, got "failures > 3"'));
    expect(() => tripWhen(() => true, { slowMs: -1 })).toThrow(
      new RangeError('slowMs must be a positive number of milliseconds, got -1'),
    );
    expect(() => tripWhen(() => true, { over: 1 } as object)).toThrow(new TypeError('unknown option: over'));
  });
});
