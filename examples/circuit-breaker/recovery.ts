// A service that recovers: the circuit opens, half opens and closes again, and says so.
import { setTimeout as later } from 'node:timers/promises';

import {
  circuitBreaker,
  CircuitOpenError,
  consecutiveFailures,
  failureRatio,
  lastCalls,
  type Detector,
} from '@inmesh/circuit-breaker';
import { circuitChannel, FAILURE, findError, SUCCESS, wrap } from '@inmesh/core';

// #region detectors
const careful = circuitBreaker({ trip: failureRatio({ ratio: 0.25, minimumCalls: 100, windowMs: 30_000 }) });
const rare = circuitBreaker({ trip: failureRatio({ window: lastCalls(100), minimumCalls: 50 }) });
const either = circuitBreaker({ trip: [failureRatio(), consecutiveFailures(5)] });
// #endregion
console.log(careful.state, rare.state, either.state);

// #region own-detector
/** Opens when `limit` of the last `calls` calls failed. */
const ofTheLast = (calls: number, limit: number): Detector => {
  return () => {
    let outcomes: boolean[] = []; // true for a failure
    const note = (failed: boolean) => {
      outcomes = [...outcomes, failed].slice(-calls);
    };
    const failures = () => outcomes.filter((failed) => failed).length;
    return {
      succeeded() {
        note(false);
        return undefined; // it could say why to open nevertheless
      },
      failed() {
        note(true);
        return failures() >= limit ? `${failures()} of the last ${outcomes.length} calls failed` : undefined;
      },
      tally: () => ({ successes: outcomes.length - failures(), failures: failures() }),
    };
  };
};
const breaker = circuitBreaker({ trip: ofTheLast(10, 4), openForMs: 500, name: 'stock' });
// #endregion

// #region events
const stop = circuitChannel.subscribe(({ circuit, from, to, reason }) => {
  console.log(`${circuit}: ${from} > ${to}, ${reason}`);
});
// #endregion

let down = true;
const inStock = wrap(breaker, async () => {
  if (down) throw new Error('no answer');
  return 3;
});
for (let call = 1; call <= 4; call++) await inStock().catch(() => {});

// #region errors
const left = await inStock().catch((error: unknown) => {
  const open = findError(error, CircuitOpenError);
  if (open === undefined) throw error;
  console.log(`${open.policy} is not asked for another ${Math.ceil(open.retryAfterMs)} ms`);
  return 'unknown';
});
// #endregion
console.log('in stock:', left);

down = false;
await later(breaker.retryAfterMs + 1);
console.log('in stock:', await inStock());

// #region by-hand
function publish(send: () => boolean): boolean {
  const permit = breaker.tryAcquire();
  if (permit === undefined) return false; // the circuit lets nothing through
  let sent = false;
  try {
    sent = send();
  } finally {
    permit.release(sent ? SUCCESS : FAILURE);
  }
  return sent;
}
// #endregion
console.log(
  'published:',
  publish(() => true),
);

// #region state
const { state, counts } = breaker;
console.log(state, counts.successes, counts.failures);
// #endregion
stop();

// Output:
// closed closed closed
// stock: closed > open, 4 of the last 4 calls failed
// stock is not asked for another … ms
// in stock: unknown
// stock: open > half-open, was open for its time, 1 may probe
// stock: half-open > closed, 1 of 1 probes succeeded
// in stock: 3
// published: true
// closed 1 0
