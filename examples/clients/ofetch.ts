// ofetch over a wrapped fetch. The fetch goes into `createFetch`, or into the second argument of `$fetch.create`.
import { startService } from './service.ts';

const service = await startService();
const endpoints = [service.origin];

// #region ofetch
import { compose } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import { createFetch } from 'ofetch';

const policy = compose(retry(), loadBalancer({ endpoints }), timeout(500, { until: 'head' }));

const api = createFetch({
  fetch: wrapFetch(policy),
  defaults: { baseURL: 'http://catalog.example', retry: 0 }, // the service's name, which need not exist
});

const item = await api('/items/7', { method: 'PUT', body: { name: 'chair' } });
// #endregion
console.log(item, `after ${service.requests} requests`);

// #region stream
const begun = performance.now();
const body = await api('/events', { responseType: 'stream' });
const decoder = new TextDecoder();
let events = '';
for await (const chunk of body) events += decoder.decode(chunk, { stream: true });

console.log(events.match(/^data:.*$/gm), 'outlast the limit:', performance.now() - begun > 500);
// #endregion

service.close();
