// One promise, rare calls and many: the circuit opens as soon as chance would not fail as many.
import { circuitBreaker } from '@inmesh/circuit-breaker';
import { circuitChannel, FAILURE, SUCCESS } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
// #region use
import { sequentialTest } from '@inmesh/circuit-breaker/sequential-test';

const trip = sequentialTest({ tolerable: 0.05, unacceptable: 0.5, falseTripEveryMs: 86_400_000 });
// #endregion

circuitChannel.subscribe(({ circuit, reason }) => console.log(`${circuit}: ${reason}`));

for (const [name, gapMs] of [['nightly reports', 60_000] as const, ['prices', 0.5] as const]) {
  const clock = virtualClock();
  const breaker = circuitBreaker({ trip, name, clock });
  for (let call = 0; breaker.state === 'closed'; call++) {
    await clock.advance(gapMs);
    const failed = call % 40 === 0 || call > 1_000; // one call in 40 always did
    breaker.tryAcquire()?.release(failed ? FAILURE : SUCCESS);
  }
}

// Output:
// nightly reports: 3 of 3 calls failed, 1000 times likelier at a failure ratio of 0.5 than of 0.05; 270 is enough at 0.017 calls/s
// prices: 8 of 8 calls failed, 100000000 times likelier at a failure ratio of 0.5 than of 0.05; 37000000 is enough at 2000 calls/s
