import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Registry } from '@inmesh/metrics';

/** Shows a registry to Prometheus, on loopback and a port that the operating system chooses. Gives the address. */
export async function serveMetrics(registry: Registry): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') response.writeHead(404).end();
    else response.setHeader('content-type', registry.contentType).end(registry.metrics());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`; // it listens on TCP
}
