// What opossum does besides breaking circuits: some lines of one's own beside inmesh.
import { circuitBreaker } from '@inmesh/circuit-breaker';
import { compose, refuse, RejectedError, wrap, type Policy } from '@inmesh/core';
import { timeout } from '@inmesh/timeout';
import { Prices } from '../prices.ts';

const prices = new Prices();
const priceOf = (_call: unknown, sku: string) => prices.priceOf(sku);

// #region cache
function remembered<T>(ask: (sku: string) => Promise<T>, ttlMs: number): typeof ask {
  const known = new Map<string, { readonly answer: Promise<T>; readonly until: number }>();
  return (sku) => {
    const found = known.get(sku);
    if (found !== undefined && performance.now() < found.until) return found.answer;
    if (known.size >= 1_000) known.clear(); // or whatever cache you have
    const answer = ask(sku);
    known.set(sku, { answer, until: performance.now() + ttlMs });
    answer.catch(() => known.delete(sku)); // what failed is asked again
    return answer;
  };
}
const cached = remembered(wrap(circuitBreaker(), priceOf), 60_000);

await Promise.all([cached('sku-7'), cached('sku-7'), cached('sku-7')]);
console.log(await cached('sku-7'), `after ${prices.requests} request`);
// #endregion

// #region capacity
class BusyError extends RejectedError {
  override readonly code = 'ERR_BUSY';
}
function atMost(limit: number): Policy {
  let out = 0;
  return (next) => (call) => {
    if (out >= limit) return refuse(new BusyError(`${out} are under way`, { policy: 'at-most' }));
    out++;
    return next(call).finally(() => out--);
  };
}
const limited = wrap(compose(circuitBreaker(), atMost(2)), priceOf);

const asked = ['sku-7', 'sku-8', 'sku-9'].map((sku) => limited(sku));
const answers = await Promise.allSettled(asked);
console.log(answers.map(({ status }) => status).join(', '));
// #endregion

prices.is = 'hanging';
let told = false;

// #region signal
const withSignal = wrap(compose(circuitBreaker(), timeout(20)), ({ signal }, sku: string) => {
  signal.addEventListener('abort', () => (told = true)); // each call has its own
  return prices.priceOf(sku, { signal });
});
await withSignal('sku-7').catch(() => {});
// #endregion
console.log(told ? 'the request was aborted' : 'the request goes on');

// Output:
// 12 after 1 request
// fulfilled, fulfilled, rejected
// the request was aborted
