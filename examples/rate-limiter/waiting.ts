// Calls that wait for their turn, by hand and on their way, and what happens when there is no time to wait.
import { compose, isError, run, wrap } from '@inmesh/core';
import { RateLimitedError, tokenBucket } from '@inmesh/rate-limiter';
import { timeout } from '@inmesh/timeout';

// #region queue
const quota = tokenBucket({ ratePerSecond: 50, burst: 1, maxQueue: 100, maxWaitMs: 500, name: 'geocoder' });
const locate = wrap(quota, async (_call, address: string) => `${address}: 52.5 N, 13.4 E`);

const places = await Promise.all(['Mitte', 'Wedding', 'Moabit'].map((address) => locate(address)));
// #endregion
console.log(places.join('\n'));

// #region acquire
async function importRows(rows: readonly string[], signal: AbortSignal): Promise<void> {
  for (const row of rows) {
    await quota.acquire(1, { signal }); // in one line with the calls
    console.log(`imported ${row}`);
  }
}
// #endregion
const stop = new AbortController();
await importRows(['7', '8'], stop.signal);
stop.abort('stopped');
await importRows(['9'], stop.signal).catch((reason: unknown) => console.log(reason));

// #region deadline
const hurried = compose(timeout(10), quota); // tokens come every 20 ms
const first = locate('Pankow');
const answer = await run(hurried, () => 'in time').catch((error: unknown) => {
  if (!isError(error, RateLimitedError)) throw error;
  return `not sent: ${error.reason}`;
});
// #endregion
console.log(answer);
console.log(await first);

// Output:
// Mitte: 52.5 N, 13.4 E
// Wedding: 52.5 N, 13.4 E
// Moabit: 52.5 N, 13.4 E
// imported 7
// imported 8
// stopped
// not sent: deadline
// Pankow: 52.5 N, 13.4 E
