import { circuitBreaker } from '@inmesh/circuit-breaker';
import { sequentialTest, type SequentialTestOptions } from '@inmesh/circuit-breaker/sequential-test';
import { FAILURE, SUCCESS, systemClock, type Random } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { exponential } from './fleet.ts';
import { hystrix } from './tripping/hystrix.ts';
import { delay, falseTrips } from './tripping/measure.ts';
import { ofLastCalls, ofLastSeconds } from './tripping/resilience4j.ts';
import { detected } from './tripping/watcher.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The time between false trips, as a share of what was promised, over two hundred of them. */
function kept(
  options: SequentialTestOptions & { readonly falseTripEveryMs: number },
  random: Random,
  gapMs: () => number,
): number {
  const { tolerable = 0.05, falseTripEveryMs } = options;
  const traffic = { perSecond: NaN, failing: tolerable, random, gapMs };
  const { elapsedMs, trips } = falseTrips(detected('', sequentialTest(options)), traffic, { trips: 200, calls: 1e8 });
  return elapsedMs / trips / falseTripEveryMs;
}

describe('what the sequential test promises', () => {
  it.each([
    { perSecond: 0.1, falseTripEveryMs: DAY },
    { perSecond: 1, falseTripEveryMs: 6 * HOUR },
    { perSecond: 100, falseTripEveryMs: 5 * MINUTE },
    { perSecond: 10_000, falseTripEveryMs: 5 * SECOND },
  ])('is kept at $perSecond calls a second', ({ perSecond, falseTripEveryMs }) => {
    const random = seededRandom(1);
    const share = kept({ falseTripEveryMs }, random, () => exponential(random, SECOND / perSecond));
    expect(share).toBeGreaterThan(0.8);
    expect(share).toBeLessThan(2);
  });

  it.each([
    { tolerable: 0.01, unacceptable: 0.5 },
    { tolerable: 0.05, unacceptable: 0.25 },
    { tolerable: 0.1, unacceptable: 0.9 },
    { tolerable: 0.3, unacceptable: 1 },
  ])('is kept from $tolerable to $unacceptable', (ratios) => {
    const random = seededRandom(2);
    const share = kept({ ...ratios, falseTripEveryMs: 20 * MINUTE }, random, () => exponential(random, 100));
    expect(share).toBeGreaterThan(0.8);
    expect(share).toBeLessThan(2);
  });

  it.each<[string, (random: Random) => () => number]>([
    ['come like clockwork', () => () => 50],
    [
      'come in bursts of 20',
      () => {
        let call = 0;
        return () => (call++ % 20 === 0 ? 1_000 : 0);
      },
    ],
    [
      'come a thousand times as often every now and then',
      (random) => {
        let call = 0;
        return () => exponential(random, Math.floor(call++ / 2_000) % 2 === 0 ? 100 : 0.1);
      },
    ],
  ])('is kept where calls %s', (_how, gaps) => {
    const random = seededRandom(3);
    const share = kept({ falseTripEveryMs: 20 * MINUTE }, random, gaps(random));
    expect(share).toBeGreaterThan(0.8);
    expect(share).toBeLessThan(2);
  });

  it('is more than kept where calls pause for longer than it takes to know that they are rare', () => {
    const random = seededRandom(3);
    let call = 0;
    const gapMs = () => (call++ % 500 === 0 ? 2 * MINUTE : exponential(random, 10));
    expect(kept({ falseTripEveryMs: 20 * MINUTE }, random, gapMs)).toBeGreaterThan(2);
  });

  it('is kept by a breaker that opens and closes', () => {
    const random = seededRandom(4);
    const falseTripEveryMs = 10 * MINUTE;
    let now = 0;
    const clock = { ...systemClock, now: () => now };
    const breaker = circuitBreaker({ trip: sequentialTest({ falseTripEveryMs }), openForMs: SECOND, clock });
    let [trips, closedMs] = [0, 0];
    while (trips < 60) {
      const gapMs = exponential(random, 100);
      now += gapMs;
      const before = breaker.state;
      if (before === 'closed') closedMs += gapMs;
      breaker.tryAcquire()?.release(random() < 0.05 ? FAILURE : SUCCESS);
      if (before === 'closed' && breaker.state === 'open') trips++;
    }
    expect(closedMs / trips / falseTripEveryMs).toBeGreaterThan(0.8);
    expect(closedMs / trips / falseTripEveryMs).toBeLessThan(2);
  });
});

describe('what fails everything from one moment on', () => {
  const test = detected('', sequentialTest());

  it.each([0.1, 1, 100, 10_000])('is noticed within ten calls at %d a second', (perSecond) => {
    const random = seededRandom(5);
    for (let time = 0; time < 50; time++) {
      const calls = delay(test, 0.01, { perSecond, failing: 1, random }, { calls: 1_000, ms: 0 })?.calls;
      expect(calls).toBeLessThanOrEqual(10);
    }
  });

  it('is never noticed by windows that want more calls than come', () => {
    const random = seededRandom(6);
    const most = { calls: 5_000, ms: 0 };
    expect(delay(hystrix, 0.01, { perSecond: 0.1, failing: 1, random }, most)).toBeUndefined();
    expect(delay(ofLastSeconds, 0.01, { perSecond: 0.1, failing: 1, random }, most)).toBeUndefined();
  });

  it('is noticed by windows when it is half of what they hold', () => {
    const random = seededRandom(7);
    const traffic = { perSecond: 100, failing: 1, random };
    const most = { calls: 100_000, ms: 0 };
    expect(delay(ofLastCalls, 0, traffic, most)?.calls).toBe(50);
    expect(delay(hystrix, 0, traffic, most)?.ms).toBeGreaterThan(4_500);
    expect(delay(hystrix, 0, traffic, most)?.ms).toBeLessThan(6_000);
    expect(delay(ofLastSeconds, 0, traffic, most)?.ms).toBeGreaterThan(45_000);
    expect(delay(ofLastSeconds, 0, traffic, most)?.ms).toBeLessThan(55_000);
  });
});
