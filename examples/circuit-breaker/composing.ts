// A breaker among other policies, and one breaker for each host.
import { circuitBreaker } from '@inmesh/circuit-breaker';
import { compose, FAILURE, wrap } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { fetchInputOf, wrapFetch } from '@inmesh/fetch';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

// #region compose
const policy = compose(timeout(2_000), retry({ attempts: 3 }), circuitBreaker({ name: 'stock' }), timeout(500));
// #endregion

let calls = 0;
const inStock = wrap(policy, async (call) => {
  calls++;
  if (call.attempt < 3) throw new Error('no answer');
  return 3;
});
console.log('in stock:', await inStock(), 'after', calls, 'attempts');

// #region keyed
const perHost = keyed(
  (call) => new URL((call.input as [string])[0]).host, // the input of `wrap` is the function's arguments
  (host) => circuitBreaker({ name: host }),
);
const get = wrap(perHost, async (_call, url: string) => `what ${url} answered`);
// #endregion
console.log(await get('http://a.test/7'));
console.log('a.test is', perHost.get('a.test')?.state);

// #region keyed-fetch
const perHostOfFetch = keyed(
  (call) => new URL(fetchInputOf(call)?.url ?? 'http://none').host, // `fetchInputOf` of @inmesh/fetch knows what fetch was given
  (host) => circuitBreaker({ name: host }),
);
const policyOfFetch = compose(retry(), perHostOfFetch, timeout(500, { until: 'head' })); // for `wrapFetch`
// #endregion
const api = wrapFetch(policyOfFetch, { fetch: async (url: string) => new Response(`what ${url} answered`) });
await api('http://b.test/7').then(async (response) => console.log(await response.text()));

// #region all-of-them
for (const [host, breaker] of perHostOfFetch) {
  console.log(host, breaker.state, breaker.counts.refused);
  breaker.switchTo('observing', 'we are not sure of its limits yet');
}
// #endregion

// #region judge
const strict = circuitBreaker({
  judge: { ofResult: (result) => (result === undefined ? FAILURE : undefined) }, // otherwise the protocol's word
});
// #endregion
await wrap(strict, async () => undefined)();
console.log('failures:', strict.counts.failures);

// Output:
// in stock: 3 after 3 attempts
// what http://a.test/7 answered
// a.test is closed
// what http://b.test/7 answered
// b.test closed 0
// failures: 1
