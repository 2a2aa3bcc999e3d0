// A service that fails, behind inmesh: retries, a breaker and a limit.
import { setTimeout as later } from 'node:timers/promises';
import { NotFoundError, Prices } from '../prices.ts';

const prices = new Prices();

// #region breaker
import { circuitBreaker, CircuitOpenError, failureRatio } from '@inmesh/circuit-breaker';
import { circuitChannel, compose, IGNORABLE, isError, wrap } from '@inmesh/core';
import { constant } from '@inmesh/core/backoff';
import { retry } from '@inmesh/retry';
import { timeout, TimeoutError } from '@inmesh/timeout';

const judge = { ofError: (error: unknown) => (error instanceof NotFoundError ? IGNORABLE : undefined) };

const breaker = circuitBreaker({
  judge,
  trip: failureRatio({ ratio: 0.5, windowMs: 10_000, minimumCalls: 10 }),
  openForMs: 500,
});
const retries = retry({ judge, attempts: 2, backoff: constant(5) });
const policy = compose(retries, breaker, timeout(200));

const priceOf = wrap(policy, ({ signal }, sku: string) => prices.priceOf(sku, { signal }));

circuitChannel.subscribe(({ subject, to }) => {
  if (subject === breaker) console.log(`prices: ${to}`);
});
// #endregion

// #region errors
const said = (sku: string) =>
  priceOf(sku).catch((error: Error) => {
    if (isError(error, CircuitOpenError)) return 'not asked';
    if (isError(error, TimeoutError)) return 'asked for too long';
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
