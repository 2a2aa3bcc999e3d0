// A bulkhead, a fallback, durations and a policy that does nothing, with cockatiel.
import { bulkhead, fallback, handleAll, isBulkheadRejectedError, noop, wrap } from 'cockatiel';
import { Prices } from '../prices.ts';

const prices = new Prices();

// #region bulkhead
const places = bulkhead(2);
const limited = (sku: string) => places.execute(({ signal }) => prices.priceOf(sku, { signal }));

const answers = await Promise.allSettled(['sku-7', 'sku-8', 'sku-9'].map((sku) => limited(sku)));
for (const each of answers) {
  console.log(each.status === 'rejected' && isBulkheadRejectedError(each.reason) ? 'busy' : 'answered');
}
// #endregion

// #region fallback
const orUnknown = wrap(fallback(handleAll, 'unknown'), noop);
const priceOf = (sku: string) => orUnknown.execute(() => prices.priceOf(sku));
// #endregion
prices.is = 'down';
console.log(await priceOf('sku-7'));

// #region durations
noop.onSuccess(({ duration }) => console.log(duration > 0 ? 'timed' : 'not timed'));
noop.onFailure(({ duration, reason }) => console.log(duration > 0 ? 'timed' : 'not timed', 'error' in reason));
const timed = (sku: string) => noop.execute(() => prices.priceOf(sku));
// #endregion
await timed('sku-7').catch(() => {});
prices.is = 'well';
await timed('sku-7');

// Output:
// answered
// answered
// busy
// unknown
// timed true
// timed
