// A service of two instances behind one name, and what else wrapFetch can be told.
import { AsyncLocalStorage } from 'node:async_hooks';

import { compose, isError, type Policy } from '@inmesh/core';
import { DeadlineExceededError, wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { TimeoutError, timeout } from '@inmesh/timeout';
import { fetch as undici } from 'undici';

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

// #region deadline
const deadline = new AsyncLocalStorage<number>(); // by when whoever asked us wants an answer
const timely = wrapFetch(retry(), {
  deadlineMs: () => {
    const at = deadline.getStore();
    return at === undefined ? undefined : at - performance.now();
  },
});
await deadline
  .run(performance.now(), () => timely(one.origin))
  .catch((error: unknown) => {
    if (isError(error, DeadlineExceededError)) console.log(error.message);
  });
// #endregion

// #region other
const viaUndici = wrapFetch(compose(retry(), balancer), { fetch: undici });

const other = await viaUndici('http://catalog.example/items/8');
console.log(other.url, await other.json());
// #endregion

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
// its caller waits no longer
// http://catalog.example/items/8 { host: 'catalog.example', path: '/items/8', from: … }
// the body is over and well
// timed out after 1 ms
