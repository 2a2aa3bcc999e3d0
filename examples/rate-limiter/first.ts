// Three calls one after another, of which two may go.
// #region first
import { wrap } from '@inmesh/core';
import { tokenBucket } from '@inmesh/rate-limiter';

const limited = tokenBucket({ ratePerSecond: 1, burst: 2, name: 'geocoder' });
const locate = wrap(limited, async (_call, address: string) => `${address}: 52.5 N, 13.4 E`);

for (const address of ['Mitte', 'Wedding', 'Moabit']) {
  console.log(await locate(address).catch((error: Error) => error.message));
}
// #endregion

// Output:
// Mitte: 52.5 N, 13.4 E
// Wedding: 52.5 N, 13.4 E
// geocoder has no token left; the next comes in … ms
