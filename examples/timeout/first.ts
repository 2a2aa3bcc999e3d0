// A service that takes its time: nobody waits longer than was agreed.
// #region first
import { setTimeout as later } from 'node:timers/promises';

import { wrap } from '@inmesh/core';
import { timeout } from '@inmesh/timeout';

const quote = wrap(timeout(50, { name: 'quotes' }), async ({ signal }, ms: number) => {
  await later(ms, undefined, { signal }); // stands for a request that takes so long
  return `an answer after ${ms} ms`;
});

console.log(await quote(5));
console.log(await quote(5_000).catch((error: Error) => error.message));
// #endregion

// Output:
// an answer after 5 ms
// timed out after 50 ms
