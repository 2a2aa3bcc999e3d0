// A server that lets each tenant in so often, and tells the others when to come back.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { keyedTokenBucket } from '@inmesh/rate-limiter';

// #region server
const perTenant = keyedTokenBucket({ key: (call) => call.name, ratePerSecond: 0.1, burst: 2, name: 'tenants' });

const server = createServer((request, response) => {
  const tenant = String(request.headers['x-tenant']).slice(0, 64);
  if (perTenant.tryAcquire(tenant)) {
    response.end('welcome');
  } else {
    const seconds = Math.ceil(perTenant.retryAfterMs(tenant) / 1_000);
    response.writeHead(429, { 'retry-after': String(seconds) }).end();
  }
});
// #endregion

await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
for (const tenant of ['ada', 'ada', 'ada', 'bob']) {
  const response = await fetch(`http://127.0.0.1:${port}`, { headers: { 'x-tenant': tenant } });
  console.log(tenant, response.status, response.headers.get('retry-after') ?? (await response.text()));
}
server.closeAllConnections();
server.close();

// Output:
// ada 200 welcome
// ada 200 welcome
// ada 429 10
// bob 200 welcome
