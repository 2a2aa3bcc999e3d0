// A service that answers the third time.
// #region first
import { wrap } from '@inmesh/core';
import { retry } from '@inmesh/retry';

const stockOf = wrap(retry({ attempts: 3 }), async ({ attempt }, sku: string) => {
  if (attempt < 3) throw new Error('connection reset');
  return `3 of ${sku}, says attempt ${attempt}`;
});

console.log(await stockOf('sku-7'));
// #endregion

// Output:
// 3 of sku-7, says attempt 3
