import { FAILURE, SUCCESS } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { circuitBreaker, type CircuitBreakerOptions } from '../circuit-breaker.ts';
import { consecutiveFailures } from '../detectors/consecutive-failures.ts';
import type { Detector } from '../detectors/detector.ts';
import { failureRatio } from '../detectors/failure-ratio.ts';
import { lastCalls } from '../detectors/span.ts';
import type { CircuitSnapshot } from './snapshot.ts';

/** As it comes back from a file. */
const stored = (snapshot: CircuitSnapshot) => JSON.parse(JSON.stringify(snapshot)) as CircuitSnapshot;
const CLOSED: CircuitSnapshot = { version: 1, savedAt: 0, state: 'closed', openForMs: 0, openings: 0, detections: [0] };

describe('CircuitSnapshot', () => {
  it('goes on with what was counted', async () => {
    const clock = virtualClock();
    const options: CircuitBreakerOptions = { trip: failureRatio({ minimumCalls: 4, windowMs: 1_000 }), clock };
    const former = circuitBreaker(options);
    former.tryAcquire()?.release(SUCCESS);
    await clock.advance(500);
    former.tryAcquire()?.release(FAILURE);
    const breaker = circuitBreaker({ ...options, restore: stored(former.snapshot()) });
    expect(breaker.counts).toMatchObject({ successes: 1, failures: 1 });
    await clock.advance(500);
    expect(breaker.counts).toMatchObject({ successes: 0, failures: 1 });
  });

  it('stays open for what was left, and longer the next time', async () => {
    const clock = virtualClock();
    const options: CircuitBreakerOptions = {
      trip: consecutiveFailures(1),
      openForMs: ({ times }) => times * 100,
      clock,
    };
    const former = circuitBreaker(options);
    former.tryAcquire()?.release(FAILURE);
    await clock.advance(40);
    const breaker = circuitBreaker({ ...options, restore: stored(former.snapshot()) });
    expect([breaker.state, breaker.retryAfterMs]).toEqual(['open', 60]);
    await clock.advance(60);
    breaker.tryAcquire()?.release(FAILURE);
    expect(breaker.retryAfterMs).toBe(200);
  });

  it('takes off what passed until it is restored, and nothing if the clock was set back', async () => {
    const clock = virtualClock();
    const breaker = circuitBreaker({ openForMs: 100, clock });
    breaker.open();
    const snapshot = stored(breaker.snapshot());
    await clock.advance(70);
    expect(circuitBreaker({ clock, restore: snapshot }).retryAfterMs).toBe(30);
    const { savedAt } = snapshot;
    expect(circuitBreaker({ clock, restore: { ...snapshot, savedAt: savedAt + 500 } }).retryAfterMs).toBe(100);
    await clock.advance(70);
    expect(circuitBreaker({ clock, restore: snapshot }).state).toBe('half-open');
  });

  it('has forgotten what left the window until it is restored', async () => {
    const clock = virtualClock();
    const options: CircuitBreakerOptions = { trip: failureRatio({ windowMs: 1_000 }), clock };
    const former = circuitBreaker(options);
    former.tryAcquire()?.release(FAILURE);
    await clock.advance(500);
    former.tryAcquire()?.release(FAILURE);
    const snapshot = stored(former.snapshot());
    await clock.advance(500);
    expect(circuitBreaker({ ...options, restore: snapshot }).counts.failures).toBe(1);
    await clock.advance(1e9);
    expect(circuitBreaker({ ...options, restore: snapshot }).counts.failures).toBe(0);
  });

  it('goes on in the mode in which it is made, and opens where detectors decide', () => {
    const clock = virtualClock();
    const options: CircuitBreakerOptions = { trip: consecutiveFailures(2), clock };
    const former = circuitBreaker(options);
    former.tryAcquire()?.release(FAILURE);
    const counted = circuitBreaker({ ...options, mode: 'observing', restore: former.snapshot() });
    expect(counted.counts.failures).toBe(1);
    former.tryAcquire()?.release(FAILURE);
    const restore = former.snapshot();
    const modes = ['observing', 'forced-closed', 'disabled', 'forced-open'] as const;
    const breakers = modes.map((mode) => circuitBreaker({ ...options, mode, restore }));
    expect(breakers.map(({ mode, state }) => [mode, state])).toEqual([
      ['observing', 'open'],
      ['forced-closed', 'closed'],
      ['disabled', 'closed'],
      ['forced-open', 'open'],
    ]);
    expect(breakers.map(({ retryAfterMs }) => retryAfterMs)).toEqual([5_000, 0, 0, Infinity]);
  });

  it('may probe at once if it was half-open', async () => {
    const clock = virtualClock();
    const former = circuitBreaker({ trip: consecutiveFailures(1), openForMs: 100, clock });
    former.tryAcquire()?.release(FAILURE);
    await clock.advance(100);
    former.tryAcquire();
    expect(former.state).toBe('half-open');
    const breaker = circuitBreaker({ trip: consecutiveFailures(1), clock, restore: stored(former.snapshot()) });
    expect(breaker.state).toBe('half-open');
    breaker.tryAcquire()?.release(SUCCESS);
    expect(breaker.state).toBe('closed');
  });

  it('leaves out who was in charge', () => {
    const former = circuitBreaker({ trip: consecutiveFailures(3) });
    for (let call = 0; call < 2; call++) former.tryAcquire()?.release(FAILURE);
    former.switchTo('forced-open');
    expect(former.snapshot()).toMatchObject({ state: 'closed', openForMs: 0, openings: 0, detections: [0] });
  });

  it('leaves out the memory of a detector that cannot save it', () => {
    const forgetful: Detector = () => ({
      succeeded: () => undefined,
      failed: () => undefined,
      tally: () => ({ successes: 7, failures: 0 }),
    });
    const { detections } = circuitBreaker({ trip: [forgetful, consecutiveFailures(2)] }).snapshot();
    expect(detections).toEqual([null, 0]);
    const restored = circuitBreaker({ trip: [forgetful, consecutiveFailures(2)], restore: { ...CLOSED, detections } });
    expect(restored.counts.successes).toBe(7);
  });

  it.each<[unknown, string]>([
    [null, 'TypeError: restore must be a snapshot of version 1, got null'],
    ['closed', 'TypeError: restore must be a snapshot of version 1, got "closed"'],
    [{ ...CLOSED, version: 2 }, 'TypeError: restore must be a snapshot of version 1, got 2'],
    [{ ...CLOSED, state: 'ajar' }, "RangeError: state of restore must be 'closed' or 'open', got \"ajar\""],
    [
      { ...CLOSED, openForMs: -1 },
      'RangeError: openForMs of restore must be a number of milliseconds, 0 or more, got -1',
    ],
    [{ ...CLOSED, savedAt: '1' }, 'TypeError: savedAt of restore must be a number of milliseconds, 0 or more, got "1"'],
    [{ ...CLOSED, openings: 0.5 }, 'RangeError: openings of restore must be a whole number of 0 or more, got 0.5'],
    [{ ...CLOSED, state: 'open' }, 'RangeError: openings of restore must be a whole number of 1 or more, got 0'],
    [{ ...CLOSED, detections: undefined }, 'TypeError: detections of restore must be an array, got undefined'],
    [{ ...CLOSED, detections: [] }, 'TypeError: restore must be of as many detectors as trip has, 1, got 0'],
    [
      { ...CLOSED, detections: ['3'] },
      'TypeError: what consecutiveFailures saved must be a whole number of 0 or more, got "3"',
    ],
  ])('refuses %o', (restore, message) => {
    let thrown: unknown;
    try {
      circuitBreaker({ trip: consecutiveFailures(5), restore: restore as CircuitSnapshot });
    } catch (error) {
      thrown = error;
    }
    expect(String(thrown)).toBe(message);
  });

  it('refuses a window that another one saved', () => {
    const other = circuitBreaker({ trip: failureRatio({ window: lastCalls(50) }) });
    other.tryAcquire()?.release(SUCCESS);
    const restore = other.snapshot();
    const message = 'what a window saved must be 20 whole numbers, got an array';
    expect(() => circuitBreaker({ restore })).toThrow(new TypeError(message));
  });
});
