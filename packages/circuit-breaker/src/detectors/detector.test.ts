import { describe, expect, it } from 'vitest';

import { consecutiveFailures } from './consecutive-failures.ts';
import { failureRatio } from './failure-ratio.ts';
import { lastCalls } from './span.ts';

describe('failureRatio', () => {
  it('opens at half of at least 20 calls within 10 s unless told otherwise', () => {
    const detection = failureRatio()();
    for (let call = 0; call < 10; call++) detection.succeeded(0);
    for (let call = 0; call < 9; call++) expect(detection.failed(9_000)).toBeUndefined();
    expect(detection.failed(9_999)).toBe('10 of 20 calls failed within 10000 ms, the limit is 0.5 of at least 20');
  });

  it('says nothing of fewer calls, though all failed', () => {
    const detection = failureRatio({ minimumCalls: 3 })();
    expect(detection.failed(0)).toBeUndefined();
    expect(detection.failed(0)).toBeUndefined();
    expect(detection.failed(0)).toBeDefined();
  });

  it.each([
    { calls: 10, failures: 5, says: '5 of 10 calls failed among the last 10, the limit is 0.5 of at least 10' },
    { calls: 100, failures: 20, says: '20 of 20 calls failed among the last 100, the limit is 0.5 of at least 20' },
  ])('takes all of a window of $calls calls for enough, and 20 at most', ({ calls, failures, says }) => {
    const detection = failureRatio({ window: lastCalls(calls) })();
    if (calls === 10) for (let call = 0; call < 5; call++) detection.succeeded(0);
    for (let call = 1; call < failures; call++) expect(detection.failed(0)).toBeUndefined();
    expect(detection.failed(0)).toBe(says);
  });

  it.each([
    { ratio: 0.55, successes: 9, failures: 11 },
    { ratio: 0.07, successes: 93, failures: 7 },
    { ratio: 1 / 3, successes: 2, failures: 1 },
    { ratio: 1, successes: 0, failures: 5 },
  ])('opens exactly at $failures failures beside $successes successes if the ratio is $ratio', (example) => {
    const { ratio, successes, failures } = example;
    const detection = failureRatio({ ratio, minimumCalls: successes + failures })();
    for (let call = 0; call < successes; call++) detection.succeeded(0);
    for (let call = 1; call < failures; call++) expect(detection.failed(0)).toBeUndefined();
    expect(detection.failed(0)).toBeDefined();

    const oneSuccessMore = failureRatio({ ratio, minimumCalls: successes + failures + 1 })();
    for (let call = 0; call <= successes; call++) oneSuccessMore.succeeded(0);
    for (let call = 0; call < failures; call++) expect(oneSuccessMore.failed(0)).toBeUndefined();
  });

  it('forgets what is older than its window, also after a pause without calls', () => {
    const detection = failureRatio({ minimumCalls: 2, windowMs: 1_000 })();
    expect(detection.failed(0)).toBeUndefined();
    expect(detection.failed(1_000)).toBeUndefined();
    expect(detection.tally(1_000)).toEqual({ successes: 0, failures: 1 });
    expect(detection.tally(60_000)).toEqual({ successes: 0, failures: 0 });
    expect(detection.failed(60_000)).toBeUndefined();
    expect(detection.failed(60_000)).toBeDefined();
  });

  it('shares nothing between the detections of one value', () => {
    const detector = failureRatio({ minimumCalls: 1 });
    const first = detector();
    const second = detector();
    first.failed(0);
    expect(second.tally(0)).toEqual({ successes: 0, failures: 0 });
  });

  it.each<[string, unknown, string]>([
    ['ratio', 0, 'RangeError: ratio must be a ratio above 0, at most 1, got 0'],
    ['ratio', 1.1, 'RangeError: ratio must be a ratio above 0, at most 1, got 1.1'],
    ['ratio', Number.NaN, 'RangeError: ratio must be a ratio above 0, at most 1, got NaN'],
    ['ratio', '0.5', 'TypeError: ratio must be a ratio above 0, at most 1, got "0.5"'],
    ['minimumCalls', 0, 'RangeError: minimumCalls must be a whole number of 1 or more, got 0'],
    ['minimumCalls', 1.5, 'RangeError: minimumCalls must be a whole number of 1 or more, got 1.5'],
    ['minimumCalls', Infinity, 'RangeError: minimumCalls must be a whole number of 1 or more, got Infinity'],
    ['windowMs', -1, 'RangeError: windowMs must be a positive number of milliseconds, got -1'],
    ['windowMs', null, 'TypeError: windowMs must be a positive number of milliseconds, got null'],
    ['span', 1, 'TypeError: unknown option: span'],
  ])('refuses %s %s by name', (option, value, message) => {
    expect(thrown(() => failureRatio({ [option]: value }))).toBe(message);
  });
});

describe('consecutiveFailures', () => {
  it('opens at the nth failure in a row, however far apart', () => {
    const detection = consecutiveFailures(3)();
    expect(detection.failed(0)).toBeUndefined();
    expect(detection.failed(1e9)).toBeUndefined();
    expect(detection.failed(2e9)).toBe('failures in a row: 3');
  });

  it('begins again after a success', () => {
    const detection = consecutiveFailures(2)();
    detection.failed(0);
    detection.succeeded(0);
    expect(detection.tally(0)).toEqual({ successes: 0, failures: 0 });
    expect(detection.failed(0)).toBeUndefined();
    expect(detection.failed(0)).toBeDefined();
  });

  it('shares nothing between the detections of one value', () => {
    const detector = consecutiveFailures(2);
    expect(detector().failed(0)).toBeUndefined();
    expect(detector().failed(0)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [0, 'RangeError: failures must be a whole number of 1 or more, got 0'],
    [2.5, 'RangeError: failures must be a whole number of 1 or more, got 2.5'],
    [undefined, 'TypeError: failures must be a whole number of 1 or more, got undefined'],
    ['5', 'TypeError: failures must be a whole number of 1 or more, got "5"'],
  ])('refuses %s', (failures, message) => {
    expect(thrown(() => consecutiveFailures(failures as number))).toBe(message);
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
