// A breaker that is turned by hand, watched, restarted and shut down, with inmesh.
import { setImmediate as soon } from 'node:timers/promises';
import { circuitBreaker, failureRatio, type CircuitSnapshot } from '@inmesh/circuit-breaker';
import { compose, isError, RejectedError, wrap } from '@inmesh/core';
import { timeout } from '@inmesh/timeout';
import { Prices } from '../prices.ts';

const prices = new Prices();
const action = (_call: unknown, sku: string) => prices.priceOf(sku);
const options = { name: 'prices', trip: failureRatio({ minimumCalls: 3 }), openForMs: 60_000 };
const breaker = circuitBreaker(options);
const say = (priceOf: () => Promise<number>) =>
  priceOf().then(
    (price) => console.log(price),
    (error: unknown) => console.log(isError(error, RejectedError) ? 'refused' : 'down'),
  );

// #region by-hand
const priceOf = wrap(compose(breaker, timeout(200)), action);
breaker.open('maintenance');
await say(() => priceOf('sku-7')); // refused
breaker.switchTo('disabled');
await say(() => priceOf('sku-7')); // let through, and counted for nothing
breaker.switchTo('automatic');
// #endregion

prices.is = 'down';
for (let call = 1; call <= 2; call++) await say(() => priceOf('sku-7'));

// #region restart
const saved = JSON.stringify(breaker.snapshot()); // when a process ends

const restore = JSON.parse(saved) as CircuitSnapshot; // when the next one begins
const restored = circuitBreaker({ ...options, restore });
// #endregion
const restoredPriceOf = wrap(restored, action);
await say(() => restoredPriceOf('sku-7'));
console.log(restored.state === 'open' ? 'open at the third failure' : 'closed');

// #region health
restored.close();
const unwell = () => restored.state !== 'open' && restored.open('health check failed'); // or its pause would begin anew
const check = () => prices.ping().catch(unwell);
const checking = setInterval(check, 5_000).unref();
void check();
await soon();
console.log(restored.state === 'open' ? 'open since it is unwell' : 'closed');
// #endregion

// #region shutdown
clearInterval(checking);
restored.switchTo('forced-open', 'shut down');
await say(() => restoredPriceOf('sku-7')); // refused for good
// #endregion

// Output:
// refused
// 12
// down
// down
// down
// open at the third failure
// open since it is unwell
// refused
