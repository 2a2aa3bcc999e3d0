// A client of your own, node:http here, judged by what HTTP says.
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

let requests = 0;
const server = createServer((_, response) =>
  response.writeHead(++requests < 3 ? 503 : 200, { 'retry-after': '0' }).end(),
);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;

// #region first
import { wrap, type Call } from '@inmesh/core';
import { httpProtocol } from '@inmesh/http';
import { retry } from '@inmesh/retry';

const protocol = httpProtocol({
  requestOf: ({ input }: Call) => ({ method: (input as [string])[0], header: () => null }),
});
const send = wrap(retry(), (_call, method: string, path: string) => exchange(method, path), { protocol });

console.log((await send('GET', '/')).status, 'after', requests, 'requests');
// #endregion

requests = 0;
console.log((await send('POST', '/')).status, 'after', requests, 'request');
server.close();

/** Sends a request and gives what has the shape of a response. */
function exchange(method: string, path: string): Promise<{ status: number; headers: Headers; body: null }> {
  return new Promise((resolve, reject) => {
    const received = (message: IncomingMessage): void => {
      const headers = new Headers(
        Object.entries(message.headers).map(([name, value]): [string, string] => [name, String(value)]),
      );
      message.resume().once('end', () => resolve({ status: message.statusCode ?? 0, headers, body: null }));
    };
    request({ port, method, path, agent: false }, received).once('error', reject).end();
  });
}

// Output:
// 200 after 3 requests
// 503 after 1 request
