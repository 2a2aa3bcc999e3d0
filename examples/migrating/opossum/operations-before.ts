// A breaker that is turned by hand, watched, restarted and shut down, with opossum.
import { setImmediate as soon } from 'node:timers/promises';
import CircuitBreaker from 'opossum';
import { Prices } from '../prices.ts';

const prices = new Prices();
const action = (sku: string) => prices.priceOf(sku);
const options = { name: 'prices', timeout: 200, volumeThreshold: 3, resetTimeout: 60_000, enableSnapshots: false };
const breaker = new CircuitBreaker(action, { ...options });
const say = (priceOf: () => Promise<number>) =>
  priceOf().then(
    (price) => console.log(price),
    (error: { readonly code?: string }) => console.log(error.code === undefined ? 'down' : 'refused'),
  );

// #region by-hand
const priceOf = (sku: string) => breaker.fire(sku);
breaker.open();
await say(() => priceOf('sku-7')); // refused
breaker.disable();
breaker.close();
await say(() => priceOf('sku-7')); // let through, and counted for nothing
breaker.enable();
// #endregion

prices.is = 'down';
for (let call = 1; call <= 2; call++) await say(() => priceOf('sku-7'));

// #region restart
const saved = JSON.stringify(breaker.toJSON()); // when a process ends

const { state, status } = JSON.parse(saved); // when the next one begins
const known = { ...options, state, status };
const restored = new CircuitBreaker(action, known);
// #endregion
await say(() => restored.fire('sku-7'));
console.log(restored.opened ? 'open at the third failure' : 'closed');

// #region health
restored.close();
restored.healthCheck(() => prices.ping(), 5_000);
await soon();
console.log(restored.opened ? 'open since it is unwell' : 'closed');
// #endregion

// #region shutdown
restored.shutdown();
await say(() => restored.fire('sku-7')); // refused for good
// #endregion
breaker.shutdown();

// Output:
// refused
// 12
// down
// down
// down
// open at the third failure
// open since it is unwell
// refused
