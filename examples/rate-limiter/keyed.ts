// A bucket for each tenant, around calls and by hand.
import { compose, isError, Key, run, type Policy } from '@inmesh/core';
import { keyedTokenBucket, RateLimitedError } from '@inmesh/rate-limiter';

// #region keyed
const tenant = new Key<string>('acme:tenant', 'nobody');
const perTenant = keyedTokenBucket({
  key: (call) => call.get(tenant),
  ratePerSecond: 0.1,
  burst: 2,
  name: 'tenants',
});
/** Binds the tenant to all calls of a request. */
const as = (name: string): Policy => compose((next) => (call) => next(call.with(tenant, name)), perTenant);
// #endregion
for (const name of ['ada', 'ada', 'bob']) console.log(await run(as(name), () => `${name} may`));

// #region refused
const answer = await run(as('ada'), () => 'ada may again').catch((error: unknown) => {
  if (!isError(error, RateLimitedError)) throw error;
  return { status: 429, retryAfter: Math.ceil(error.retryAfterMs / 1_000), tenant: error.key };
});
// #endregion
console.log(answer);

// #region by-hand
function mayImport(name: string, batches: number): boolean {
  return perTenant.tryAcquire(name, batches); // takes all of them or none
}
// #endregion
console.log(mayImport('bob', 2), mayImport('eve', 2), `${perTenant.size} tenants, ${perTenant.forgotten} forgotten`);

// Output:
// ada may
// ada may
// bob may
// { status: 429, retryAfter: 10, tenant: 'ada' }
// false true 3 tenants, 0 forgotten
