// A bucket by hand, its error, and for each tenant a bucket that calls may wait for.
import { compose, isError, Key, run, type Policy } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { RateLimitedError, tokenBucket } from '@inmesh/rate-limiter';

// #region by-hand
const rows = tokenBucket({ ratePerSecond: 1_000, burst: 500 });

function mayImport(count: number): boolean {
  return rows.tryAcquire(count); // takes all of them or none
}
// #endregion
console.log(mayImport(400), mayImport(400), `${Math.floor(rows.available)} left`);

// #region keyed
const tenant = new Key<string>('acme:tenant', 'nobody');
const perTenant = keyed(
  (call) => call.get(tenant),
  (name) => tokenBucket({ ratePerSecond: 1, maxQueue: 10, maxWaitMs: 500, name }),
);
// #endregion
const as = (name: string): Policy => compose((next) => (call) => next(call.with(tenant, name)), perTenant);
console.log(await run(as('ada'), () => 'ada may'));

// #region errors
const answer = await run(as('ada'), () => 'ada may again').catch((error: unknown) => {
  if (!isError(error, RateLimitedError)) throw error;
  return `${error.policy} may come back in ${Math.ceil(error.retryAfterMs / 1_000)} s`;
});
// #endregion
console.log(answer);
console.log(await run(as('bob'), () => 'bob may'));

// Output:
// true false … left
// ada may
// ada may come back in 1 s
// bob may
