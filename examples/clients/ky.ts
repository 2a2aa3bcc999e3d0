// ky over a wrapped fetch: its shortcuts, hooks and errors stay; retries and time limits are the mesh's.
import { startService } from './service.ts';

const service = await startService();
const endpoints = [service.origin];

// #region ky
import { compose } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import ky from 'ky';

const policy = compose(retry(), loadBalancer({ endpoints }), timeout(500, { until: 'head' }));

const api = ky.create({
  prefixUrl: 'http://catalog.example', // the service's name, which need not exist
  fetch: wrapFetch(policy),
  retry: 0,
  timeout: false,
});

const item = await api.put('items/7', { json: { name: 'chair' } }).json();
// #endregion
console.log(item, `after ${service.requests} requests`);

// #region stream
const begun = performance.now();
const { body } = await api.get('events');
let events = '';
for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) events += text;

console.log(events.match(/^data:.*$/gm), 'outlast the limit:', performance.now() - begun > 500);
// #endregion

service.close();
