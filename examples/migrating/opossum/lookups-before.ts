// What opossum does besides breaking circuits: a cache, one request for many callers, a limit of calls, a signal.
import CircuitBreaker from 'opossum';
import { Prices } from '../prices.ts';

const prices = new Prices();
const priceOf = (sku: string) => prices.priceOf(sku);

// #region cache
const caching = { cache: true, cacheTTL: 60_000, cacheSize: 1_000, coalesce: true };
const cached = new CircuitBreaker(priceOf, caching);

await Promise.all([cached.fire('sku-7'), cached.fire('sku-7'), cached.fire('sku-7')]);
console.log(await cached.fire('sku-7'), `after ${prices.requests} request`);
// #endregion

// #region capacity
const limited = new CircuitBreaker(priceOf, { capacity: 2, volumeThreshold: 10 });

const asked = ['sku-7', 'sku-8', 'sku-9'].map((sku) => limited.fire(sku));
const answers = await Promise.allSettled(asked);
console.log(answers.map(({ status }) => status).join(', '));
// #endregion

prices.is = 'hanging';
let told = false;

// #region signal
const controller = new AbortController();
const withSignal = new CircuitBreaker((sku: string, signal: AbortSignal) => prices.priceOf(sku, { signal }), {
  timeout: 20,
  abortController: controller,
});
controller.signal.addEventListener('abort', () => (told = true));
await withSignal.fire('sku-7', controller.signal).catch(() => {});
// #endregion
console.log(told ? 'the request was aborted' : 'the request goes on');
for (const breaker of [cached, limited, withSignal]) breaker.shutdown();

// Output:
// 12 after 1 request
// fulfilled, fulfilled, rejected
// the request was aborted
