import { FAILURE, SUCCESS, type Verdict } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import type { CircuitBreaker } from './breaker.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import { consecutiveFailures } from './detectors/consecutive-failures.ts';

/** Opens at the first failure, for 100 ms. */
function fragile() {
  const clock = virtualClock();
  return { clock, breaker: circuitBreaker({ trip: consecutiveFailures(1), openForMs: 100, leaseMs: 100, clock }) };
}

function trip(breaker: CircuitBreaker): void {
  breaker.tryAcquire()?.release(FAILURE);
}

describe('CircuitPermit', () => {
  it('gives permits while closed and none while open', () => {
    const { breaker } = fragile();
    breaker.tryAcquire()?.release(SUCCESS);
    trip(breaker);
    expect(breaker.tryAcquire()).toBeUndefined();
    expect(breaker.counts.refused).toBe(1);
  });

  it('counts a permit once, however often it is released', () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2) });
    const permit = breaker.tryAcquire();
    permit?.release(FAILURE);
    permit?.release(FAILURE);
    permit?.release(SUCCESS);
    expect(breaker.counts).toMatchObject({ failures: 1 });
    expect(breaker.state).toBe('closed');
  });

  it('takes the place of a probe back if its permit is never released', async () => {
    const { breaker, clock } = fragile();
    trip(breaker);
    await clock.advance(100);
    breaker.tryAcquire();
    expect(breaker.counts.probes).toBe(1);
    expect(breaker.retryAfterMs).toBe(100);
    expect(breaker.tryAcquire()).toBeUndefined();
    await clock.advance(100);
    expect(breaker.counts.probes).toBe(0);
    breaker.tryAcquire()?.release(SUCCESS);
    expect(breaker.state).toBe('closed');
  });

  it.each([undefined, 'success', null, {}, { health: 'ok' }])(
    'refuses to release with %s, and the permit stays',
    (wrong) => {
      const { breaker } = fragile();
      const permit = breaker.tryAcquire();
      expect(() => permit?.release(wrong as Verdict)).toThrow(
        /^verdict must be SUCCESS, FAILURE or another of @inmesh\/core, got /,
      );
      permit?.release(FAILURE);
      expect(breaker.state).toBe('open');
    },
  );
});
