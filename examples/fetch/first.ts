// A request that meets a 503 is sent again, and has two seconds in all.
import { startCatalog } from './catalog.ts';

const catalog = await startCatalog('one');

// #region first
import { compose } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

const api = wrapFetch(compose(timeout(2_000), retry({ attempts: 3 }), timeout(500, { until: 'head' })));

const response = await api(`${catalog.origin}/items/7`); // a service of yours, whose first answer is a 503
console.log(response.status, await response.json());
// #endregion

catalog.close();

// Output:
// 200 { host: '127.0.0.1:…', path: '/items/7', from: … }
