// A service of two instances behind one name, and what else wrapFetch can be told.
import { compose, isError, type Policy } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { TimeoutError, timeout } from '@inmesh/timeout';

import { startCatalog } from './catalog.ts';

const one = await startCatalog('one');
const two = await startCatalog('two');

// #region balance
const balancer = loadBalancer({ endpoints: [one.origin, two.origin] });
const catalog = wrapFetch(compose(timeout(2_000), retry(), balancer), { name: 'catalog' });

const response = await catalog('http://catalog.example/items/7'); // the name need not exist
console.log(response.url, await response.json());
// #endregion

// #region mock
const mocked = wrapFetch(retry(), {
  fetch: async (url: string) => new Response(`no network was used for ${url}`),
});
console.log(await (await mocked('http://catalog.example/')).text());
// #endregion

// #region name
const named = wrapFetch(timeout(1_000), {
  name: (_input, init) => `catalog ${init?.method ?? 'GET'}`,
});
// #endregion
console.log((await named(one.origin)).status);

// #region over
const counted: Policy = (next) => (call) =>
  next(call).then((result) => {
    call.protocol.hold(result, { over: (error) => console.log('the body is over', error ?? 'and well') });
    return result;
  });
await (await wrapFetch(counted)(two.origin)).text();
// #endregion

// #region errors
const hasty = wrapFetch(timeout(1), { fetch: (_url: string) => new Promise<Response>(() => {}) });
await hasty('http://catalog.example/').catch((error: unknown) => {
  if (isError(error, TimeoutError)) console.log(error.message);
});
// #endregion

one.close();
two.close();

// Output:
// http://catalog.example/items/7 { host: 'catalog.example', path: '/items/7', from: … }
// no network was used for http://catalog.example/
// 200
// the body is over and well
// timed out after 1 ms
