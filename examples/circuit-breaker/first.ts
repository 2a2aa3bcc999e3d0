// A service that is down: after three failures nobody waits for it any more.
// #region first
import { circuitBreaker, consecutiveFailures } from '@inmesh/circuit-breaker';
import { wrap } from '@inmesh/core';

const breaker = circuitBreaker({ trip: consecutiveFailures(3), openForMs: 1_000, name: 'stock' });
const inStock = wrap(breaker, async (_call, sku: string): Promise<number> => {
  throw new Error(`no answer about ${sku}`);
});

for (let call = 1; call <= 4; call++) {
  await inStock('sku-7').catch((error: Error) => console.log(`${call}: ${error.message}`));
}
// #endregion

// Output:
// 1: no answer about sku-7
// 2: no answer about sku-7
// 3: no answer about sku-7
// 4: stock lets no call through; one may probe in … ms
