// A catalog service for the examples, on a free port: every third answer of an instance is a 503.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Instance {
  readonly origin: string;
  close(): void;
}

export async function startCatalog(name: string): Promise<Instance> {
  let requests = 0;
  const server = createServer((request, response) => {
    if (++requests % 3 === 1) response.writeHead(503, { 'retry-after': '0' }).end('busy');
    else response.end(JSON.stringify({ host: request.headers.host, path: request.url, from: name }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
