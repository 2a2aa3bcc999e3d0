// The first screen of the README: a server that answers 503 to every second request, and a fetch that does not mind.

// #region first
import { once } from 'node:events';
import { createServer } from 'node:http';
import { compose } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

let asked = 0;
const flaky = createServer((_, response) => response.writeHead(++asked % 2 ? 503 : 200).end('hello\n'));
await once(flaky.listen(8081), 'listening');

const catalog = loadBalancer({ endpoints: ['http://127.0.0.1:8081'] });
const api = wrapFetch(compose(timeout(2_000), retry(), catalog, timeout(500, { until: 'head' })));

const response = await api('http://catalog/items/7'); // the host is the service's name
console.log(response.status, await response.text()); // 200 hello
flaky.close();
// #endregion

// Output:
// 200 hello
