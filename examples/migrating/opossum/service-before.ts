// A service that fails, behind opossum: a limit, a ratio, a fallback, events.
import { setTimeout as later } from 'node:timers/promises';
import { NotFoundError, Prices } from '../prices.ts';

const prices = new Prices();
const lastKnown = new Map([['sku-7', 11]]);

// #region breaker
import CircuitBreaker from 'opossum';

const breaker = new CircuitBreaker((sku: string) => prices.priceOf(sku), {
  name: 'prices',
  timeout: 200,
  errorThresholdPercentage: 50,
  volumeThreshold: 10,
  rollingCountTimeout: 10_000,
  resetTimeout: 500,
  errorFilter: (error) => error instanceof NotFoundError,
});

breaker.fallback((sku: string, error: { readonly code?: string }) => {
  if (error.code === 'EOPENBREAKER') console.log('not asked');
  if (error.code === 'ETIMEDOUT') console.log('asked for too long');
  return lastKnown.get(sku);
});

breaker.on('open', () => console.log('prices: open'));
breaker.on('halfOpen', () => console.log('prices: half-open'));
breaker.on('close', () => console.log('prices: closed'));

const priceOf = (sku: string) => breaker.fire(sku);
// #endregion

console.log(await priceOf('sku-7'));
await priceOf('nope').catch((error: Error) => console.log(error.message));
prices.is = 'hanging';
console.log(await priceOf('sku-7'));
prices.is = 'down';
while (!breaker.opened) await priceOf('sku-7');
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
