// A breaker that backs off, samples, is held open and restarted, with inmesh.
import { setTimeout as later } from 'node:timers/promises';
import { findError, run } from '@inmesh/core';
// #region breaker
import {
  circuitBreaker,
  CircuitOpenError,
  consecutiveFailures,
  probes,
  type CircuitSnapshot,
  type Opening,
} from '@inmesh/circuit-breaker';

const options = {
  trip: consecutiveFailures(2),
  openForMs: ({ times }: Opening) => [200, 60_000][times - 1] ?? 60_000, // the second time it fails, a minute
  halfOpen: probes({ calls: 3, failures: 1 }),
};
const breaker = circuitBreaker(options);
// #endregion

let down = true;
const ask = async () => {
  if (down) throw new Error('down');
  return 'well';
};
const say = (each: typeof breaker) =>
  run(each, ask).then(
    (answer) => console.log(answer),
    (error: Error) => console.log(error.message === 'down' ? 'down' : 'refused'),
  );

// #region half-open
for (let call = 1; call <= 3; call++) await say(breaker); // down, down, refused
down = false;
await later(250);
await say(breaker); // a first probe of three
down = true;
await say(breaker); // one may fail
await say(breaker); // two may not
await say(breaker); // refused, for a minute
// #endregion

// #region restart
const saved = JSON.stringify(breaker.snapshot()); // when a process ends

const restore = JSON.parse(saved) as CircuitSnapshot; // when the next one begins
const restored = circuitBreaker({ ...options, restore });
await say(restored); // refused, for the rest of the minute
// #endregion

// #region isolate
const held = circuitBreaker(options);
held.switchTo('forced-open');
const refusal: unknown = await run(held, ask).catch((error: unknown) => error);
console.log(findError(refusal, CircuitOpenError)?.retryAfterMs === Infinity ? 'held open' : 'not held');
held.switchTo('automatic');
down = false;
await say(held);
// #endregion

// Output:
// down
// down
// refused
// well
// down
// down
// refused
// refused
// held open
// well
