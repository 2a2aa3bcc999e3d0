import { circuitBreaker, type CircuitSnapshot } from '@inmesh/circuit-breaker';
import { FAILURE, SUCCESS } from '@inmesh/core';
import { seededRandom, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import type { Cusum } from './sequential-test/cusum.ts';
import { sequentialTest, type SequentialTestOptions } from './sequential-test.ts';

const DAY_MS = 86_400_000;

/** A test that is told when outcomes come; how long they took is nothing to it. */
function started(options?: SequentialTestOptions): Cusum {
  return sequentialTest(options)() as Cusum; // which is what it makes
}

/** After how many failures in a row it opens, one call each `gapMs`, when 1000 calls went well before. */
function failuresInARow(gapMs: number, options: SequentialTestOptions = {}): number {
  const detection = started(options);
  let now = 0;
  for (let call = 0; call < 1_000; call++) detection.succeeded((now += gapMs));
  for (let failures = 1; failures <= 100; failures++)
    if (detection.failed((now += gapMs)) !== undefined) return failures;
  return Infinity;
}

describe('sequentialTest', () => {
  it.each([
    { perSecond: 10_000, failures: [8, 9] },
    { perSecond: 100, failures: [6, 7] },
    { perSecond: 1, failures: [4, 5] },
    { perSecond: 0.1, failures: [3, 4] },
    { perSecond: 0.0001, failures: [2] },
  ])('asks for $failures failures in a row at $perSecond calls a second', ({ perSecond, failures }) => {
    expect(failures).toContain(failuresInARow(1_000 / perSecond));
  });

  it('needs more failures where fewer false trips were promised', () => {
    const asked = [1e-3, 1, 1e3, 1e6].map((days) => failuresInARow(1_000, { falseTripEveryMs: days * DAY_MS }));
    expect(asked).toEqual([...asked].sort((a, b) => a - b));
    expect(new Set(asked).size).toBe(4);
  });

  it('never opens at one failure, however rare calls are', () => {
    expect(failuresInARow(7 * DAY_MS)).toBe(2);
    expect(failuresInARow(1_000, { falseTripEveryMs: 1 })).toBe(2);
  });

  it('opens though no call went well and time stands still', () => {
    const detection = started();
    const reasons = Array.from({ length: 12 }, () => detection.failed(0));
    expect(reasons.findIndex((reason) => reason !== undefined)).toBeGreaterThan(5);
    expect(reasons.at(-1)).toBe(
      '12 of 12 calls failed, 14000000000 times likelier at a failure ratio of 0.5 than of 0.05; 14000000000 is enough at an unknown rate',
    );
  });

  it('weighs successes between failures', () => {
    const detection = started();
    for (let call = 0; call < 1_000; call++) detection.succeeded(call * 1_000);
    const outcomes = 'FSFSFFSFSSFFSFFF'.split('');
    const reasons = outcomes.map((outcome, index) =>
      outcome === 'F' ? detection.failed((1_000 + index) * 1_000) : detection.succeeded((1_000 + index) * 1_000),
    );
    expect(reasons.find((reason) => reason !== undefined)).toBe(
      '5 of 8 calls failed, 14000 times likelier at a failure ratio of 0.5 than of 0.05; 14000 is enough at 1 calls/s',
    );
  });

  it('asks for more failures in a burst than at a trickle', () => {
    const detection = started();
    let now = 0;
    for (let call = 0; call < 1_000; call++) detection.succeeded((now += 60_000));
    for (let call = 0; call < 1_000; call++) detection.succeeded((now += 0.1));
    let failures = 1;
    while (detection.failed((now += 0.1)) === undefined) failures++;
    expect([8, 9]).toContain(failures);
  });

  it('counts what it weighs since the evidence was last nothing', () => {
    const detection = started();
    detection.succeeded(0);
    expect(detection.tally()).toEqual({ successes: 0, failures: 0 });
    detection.failed(1);
    detection.succeeded(2);
    detection.succeeded(3);
    detection.succeeded(4);
    expect(detection.tally()).toEqual({ successes: 3, failures: 1 });
    detection.succeeded(5);
    expect(detection.tally()).toEqual({ successes: 0, failures: 0 });
  });

  it('begins anew after each success if all that is unacceptable is that everything fails', () => {
    const detection = started({ unacceptable: 1, falseTripEveryMs: 60_000 });
    let now = 0;
    for (let call = 0; call < 100; call++) detection.succeeded((now += 1_000));
    for (let pair = 0; pair < 1_000; pair++) {
      expect(detection.failed((now += 1_000))).toBeUndefined();
      detection.succeeded((now += 1_000));
    }
    detection.failed((now += 1_000));
    expect(detection.failed((now += 1_000))).toContain('2 of 2 calls failed');
  });

  it('asks for three failures after a pause, however long', () => {
    const detection = started();
    let now = 0;
    for (let call = 0; call < 1_000; call++) detection.succeeded((now += 1));
    now += 365 * DAY_MS;
    expect(detection.failed((now += 1))).toBeUndefined();
    expect(detection.failed((now += 1))).toBeUndefined();
    expect(detection.failed((now += 1))).toBeDefined();
  });

  it('forgets no evidence over a pause', () => {
    const detection = started();
    detection.failed(0);
    detection.failed(365 * DAY_MS);
    expect(detection.tally()).toEqual({ successes: 0, failures: 2 });
  });

  it('shares nothing between the detections of one value', () => {
    const detector = sequentialTest() as () => Cusum;
    detector().failed(0);
    expect(detector().tally()).toEqual({ successes: 0, failures: 0 });
  });

  it('opens a breaker', () => {
    const clock = virtualClock();
    const breaker = circuitBreaker({ trip: sequentialTest(), clock });
    for (let call = 0; call < 30; call++) breaker.tryAcquire()?.release(call < 10 ? SUCCESS : FAILURE);
    expect(breaker.state).toBe('open');
  });

  it('is restored with a breaker', () => {
    const trip = sequentialTest();
    const clock = virtualClock();
    const before = circuitBreaker({ trip, clock });
    for (let call = 0; call < 25; call++) before.tryAcquire()?.release(call < 20 ? SUCCESS : FAILURE);
    const snapshot = JSON.parse(JSON.stringify(before.snapshot())) as CircuitSnapshot;
    const after = circuitBreaker({ trip, clock, restore: snapshot });
    expect(after.counts).toMatchObject({ successes: 0, failures: 5 });
    const wrong = { ...snapshot, detections: [{ evidence: 'much' }] };
    expect(() => circuitBreaker({ trip, clock, restore: wrong })).toThrow(
      /^evidence of a saved sequential test must be /,
    );
  });

  it('opens at the second to sixtieth failure in a row, however its options are', () => {
    const random = seededRandom(1);
    for (let example = 0; example < 200; example++) {
      const tolerable = 0.001 * 500 ** random();
      const unacceptable = Math.max(0.01, 2 * tolerable + (1 - 2 * tolerable) * random() ** 4);
      const falseTripEveryMs = 10 ** (random() * 14);
      const detection = started({ tolerable, unacceptable, falseTripEveryMs });
      let failures = 1;
      while (detection.failed(failures) === undefined) failures++;
      expect(failures).toBeGreaterThanOrEqual(2);
      expect(failures).toBeLessThan(60);
    }
  });

  it.each<[string, unknown, string]>([
    ['tolerable', { tolerable: 0 }, 'RangeError: tolerable must be a ratio above 0, at most 1, got 0'],
    ['tolerable', { tolerable: '0.1' }, 'TypeError: tolerable must be a ratio above 0, at most 1, got "0.1"'],
    ['tolerable', { tolerable: 0.0001 }, 'RangeError: tolerable must be a ratio from 0.001 to 0.5, got 0.0001'],
    ['tolerable', { tolerable: 0.6 }, 'RangeError: tolerable must be a ratio from 0.001 to 0.5, got 0.6'],
    ['unacceptable', { unacceptable: NaN }, 'RangeError: unacceptable must be a ratio above 0, at most 1, got NaN'],
    ['unacceptable', { unacceptable: 1.5 }, 'RangeError: unacceptable must be a ratio above 0, at most 1, got 1.5'],
    [
      'unacceptable',
      { unacceptable: 0.09 },
      'RangeError: unacceptable must be at least 0.01 and twice tolerable, 0.05, got 0.09',
    ],
    [
      'unacceptable',
      { tolerable: 0.001, unacceptable: 0.005 },
      'RangeError: unacceptable must be at least 0.01 and twice tolerable, 0.001, got 0.005',
    ],
    [
      'falseTripEveryMs',
      { falseTripEveryMs: 0 },
      'RangeError: falseTripEveryMs must be a positive number of milliseconds, got 0',
    ],
    [
      'falseTripEveryMs',
      { falseTripEveryMs: Infinity },
      'RangeError: falseTripEveryMs must be a positive number of milliseconds, got Infinity',
    ],
    ['windowMs', { windowMs: 1 }, 'TypeError: unknown option: windowMs'],
    ['options', 0.05, 'TypeError: options must be an object, got 0.05'],
  ])('refuses a wrong %s of %o by name', (_option, options, message) => {
    expect(thrown(() => sequentialTest(options as SequentialTestOptions))).toBe(message);
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
