// A service that fails, behind inmesh: a limit, a ratio, a fallback, events.
import { setTimeout as later } from 'node:timers/promises';
import { NotFoundError, Prices } from '../prices.ts';

const prices = new Prices();
const lastKnown = new Map([['sku-7', 11]]);

// #region breaker
import { circuitBreaker, CircuitOpenError, failureRatio } from '@inmesh/circuit-breaker';
import { circuitChannel, compose, isError, SUCCESS, wrap } from '@inmesh/core';
import { timeout, TimeoutError } from '@inmesh/timeout';

const breaker = circuitBreaker({
  name: 'prices',
  trip: failureRatio({ ratio: 0.5, minimumCalls: 10, windowMs: 10_000 }),
  openForMs: 500,
  judge: { ofError: (error) => (error instanceof NotFoundError ? SUCCESS : undefined) },
});
const ask = wrap(compose(breaker, timeout(200)), ({ signal }, sku: string) => prices.priceOf(sku, { signal }));

async function priceOf(sku: string): Promise<number | undefined> {
  try {
    return await ask(sku);
  } catch (error) {
    if (error instanceof NotFoundError) throw error;
    if (isError(error, CircuitOpenError)) console.log('not asked');
    if (isError(error, TimeoutError)) console.log('asked for too long');
    return lastKnown.get(sku);
  }
}

circuitChannel.subscribe(({ subject, to }) => {
  if (subject === breaker) console.log(`prices: ${to}`);
});
// #endregion

console.log(await priceOf('sku-7'));
await priceOf('nope').catch((error: Error) => console.log(error.message));
prices.is = 'hanging';
console.log(await priceOf('sku-7'));
prices.is = 'down';
while (breaker.state === 'closed') await priceOf('sku-7');
prices.requests = 0;
console.log(await priceOf('sku-7'), `with ${prices.requests} requests`);
prices.is = 'well';
await later(600);
console.log(await priceOf('sku-7'));

// Output:
// 12
// no such item
// asked for too long
// 11
// prices: open
// not asked
// 11 with 0 requests
// prices: half-open
// prices: closed
// 12
