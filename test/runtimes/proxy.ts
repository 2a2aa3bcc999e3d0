import { createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Memory } from './answers.ts';

/** A forward proxy, by tunnel (CONNECT) and by absolute address. It remembers whom it served by their credentials. */
export function createProxy(memory: Memory): Server {
  const note = ({ headers }: IncomingMessage): void => {
    memory.done(`proxied/${headers['proxy-authorization'] ?? ''}`);
  };
  const server = createServer((request, response) => {
    note(request);
    const { hostname, port, pathname } = new URL(request.url ?? '');
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const upstream = send({ hostname, port, path: pathname, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  server.on('connect', (request, client: Socket, head: Buffer) => {
    note(request);
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    const close = (): void => {
      upstream.destroy();
      client.destroy();
    };
    upstream.on('error', close).on('close', close);
    client.on('error', close).on('close', close);
  });
  return server;
}
