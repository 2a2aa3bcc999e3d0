// A bulkhead, a fallback, durations and a policy that does nothing: some lines of one's own beside inmesh.
import { compose, isError, refuse, RejectedError, wrap, type Policy } from '@inmesh/core';
import { observed } from '@inmesh/core/observed';
import { Prices } from '../prices.ts';

const prices = new Prices();

// #region bulkhead
class BusyError extends RejectedError {
  static readonly code = 'ERR_BUSY';
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
const limited = wrap(atMost(2), ({ signal }, sku: string) => prices.priceOf(sku, { signal }));

const answers = await Promise.allSettled(['sku-7', 'sku-8', 'sku-9'].map((sku) => limited(sku)));
for (const each of answers) {
  console.log(each.status === 'rejected' && isError(each.reason, BusyError) ? 'busy' : 'answered');
}
// #endregion

// #region fallback
const noop = compose(); // no policies at all
const ask = wrap(noop, (_call, sku: string) => prices.priceOf(sku));
const priceOf = (sku: string) => ask(sku).catch(() => 'unknown');
// #endregion
prices.is = 'down';
console.log(await priceOf('sku-7'));

// #region durations
const durations = observed((_call, { verdict, overAfterMs, error }) => {
  if (verdict.health === 'success') console.log(overAfterMs > 0 ? 'timed' : 'not timed');
  else console.log(overAfterMs > 0 ? 'timed' : 'not timed', error !== undefined);
});
const timed = wrap(durations, (_call, sku: string) => prices.priceOf(sku));
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
