// A breaker that backs off, samples, is held open and restarted, with cockatiel 4.
import { setTimeout as later } from 'node:timers/promises';
// #region breaker
import { circuitBreaker, ConsecutiveBreaker, handleAll, isIsolatedCircuitError, IterableBackoff } from 'cockatiel-4';

const options = {
  halfOpenAfter: new IterableBackoff([200, 60_000]), // the second time it fails, a minute
  halfOpenSampling: { calls: 3, threshold: 0.34 },
};
const breaker = circuitBreaker(handleAll, { ...options, breaker: new ConsecutiveBreaker(2) });
// #endregion

let down = true;
const ask = async () => {
  if (down) throw new Error('down');
  return 'well';
};
const say = (each: typeof breaker) =>
  each.execute(ask).then(
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
const saved = JSON.stringify(breaker); // when a process ends

const initialState: unknown = JSON.parse(saved); // when the next one begins
const restored = circuitBreaker(handleAll, { ...options, breaker: new ConsecutiveBreaker(2), initialState });
await say(restored); // refused, for the rest of the minute
// #endregion

// #region isolate
const held = circuitBreaker(handleAll, { ...options, breaker: new ConsecutiveBreaker(2) });
const handle = held.isolate();
const refusal: unknown = await held.execute(ask).catch((error: unknown) => error);
console.log(isIsolatedCircuitError(refusal) ? 'held open' : 'not held');
handle.dispose();
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
