// A service that fails, behind cockatiel: retries, a breaker and a limit.
import { setTimeout as later } from 'node:timers/promises';
import { NotFoundError, Prices } from '../prices.ts';

const prices = new Prices();

// #region breaker
import {
  circuitBreaker,
  ConstantBackoff,
  handleWhen,
  isBrokenCircuitError,
  retry,
  SamplingBreaker,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';

const handled = handleWhen((error) => !(error instanceof NotFoundError));

const breaker = circuitBreaker(handled, {
  breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 1 }),
  halfOpenAfter: 500,
});
const retries = retry(handled, { maxAttempts: 1, backoff: new ConstantBackoff(5) });
const policy = wrap(retries, breaker, timeout(200, TimeoutStrategy.Aggressive));

const priceOf = (sku: string) => policy.execute(({ signal }) => prices.priceOf(sku, { signal }));

breaker.onBreak(() => console.log('prices: open'));
breaker.onHalfOpen(() => console.log('prices: half-open'));
breaker.onReset(() => console.log('prices: closed'));
// #endregion

// #region errors
const said = (sku: string) =>
  priceOf(sku).catch((error: Error) => {
    if (isBrokenCircuitError(error)) return 'not asked';
    if (error instanceof TaskCancelledError) return 'asked for too long';
    return error.message;
  });
// #endregion

console.log(await said('sku-7'), await said('nope'));
prices.is = 'hanging';
console.log(await said('sku-7'));
prices.is = 'down';
let last: number | string = '';
while (last !== 'not asked') last = await said('sku-7');
prices.requests = 0;
console.log(await said('sku-7'), `with ${prices.requests} requests`);
prices.is = 'well';
await later(600);
console.log(await said('sku-7'));

// Output:
// 12 no such item
// asked for too long
// prices: open
// not asked with 0 requests
// prices: half-open
// prices: closed
// 12
