// openapi-fetch over a wrapped fetch. It makes a `Request` of every call; its body is kept for the retry.
import { startService } from './service.ts';

const service = await startService();
const endpoints = [service.origin];

interface Item {
  id?: string;
  name: string;
}

/** As openapi-typescript makes it of the service's description. */
interface paths {
  '/items/{id}': {
    put: {
      parameters: { path: { id: string } };
      requestBody: { content: { 'application/json': Item } };
      responses: { 200: { content: { 'application/json': Item } } };
    };
  };
  '/events': { get: { responses: { 200: { content: { 'text/event-stream': string } } } } };
}

// #region openapi-fetch
import { compose } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import createClient from 'openapi-fetch';

const policy = compose(retry(), loadBalancer({ endpoints }), timeout(500, { until: 'head' }));

const api = createClient<paths>({
  baseUrl: 'http://catalog.example', // the service's name, which need not exist
  fetch: wrapFetch(policy),
});

const { data: item } = await api.PUT('/items/{id}', { params: { path: { id: '7' } }, body: { name: 'chair' } });
// #endregion
console.log(item, `after ${service.requests} requests`);

// #region stream
const begun = performance.now();
const { data: body } = await api.GET('/events', { parseAs: 'stream' });
let events = '';
for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) events += text;

console.log(events.match(/^data:.*$/gm), 'outlast the limit:', performance.now() - begun > 500);
// #endregion

service.close();
