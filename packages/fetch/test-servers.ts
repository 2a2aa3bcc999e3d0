// Real servers for this package's tests. Each is closed, with its sockets, when the test that asked for it ends.
//
// The certificates in `fixtures`, valid until 2126 and trusted by these tests alone, were made, for each name, with
//   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=catalog.example \
//     -addext subjectAltName=DNS:catalog.example -keyout catalog.key.pem -out catalog.cert.pem
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, type TLSSocket } from 'node:tls';

import { endpoint, type Endpoint, type Policy } from '@inmesh/core';
import { onTestFinished } from 'vitest';

export interface TestServer {
  readonly origin: string;
  readonly port: number;
  /** Connections that were ever opened to it. */
  readonly connections: number;
  /** Requests that it has seen. */
  readonly requests: readonly IncomingMessage[];
  /** Resolves when it has seen that many requests. */
  seen(requests: number): Promise<void>;
  /** Resolves when that many of its connections were closed. */
  closed(connections: number): Promise<void>;
}

export function serve(answer: RequestListener): Promise<TestServer> {
  return listen(createServer(), 'http', answer);
}

/** Serves https as `catalog.example` and as `billing.example`, whichever the client names. */
export function serveTls(answer: RequestListener): Promise<TestServer> {
  const contexts = new Map(
    ['catalog.example', 'billing.example'].map((name) => [name, createSecureContext(certificate(name))]),
  );
  const server = createTlsServer({
    ...certificate('billing.example'),
    SNICallback: (name, found) => {
      found(null, contexts.get(name));
    },
  });
  return listen(server, 'https', answer);
}

export const certificates: string[] = ['catalog.example', 'billing.example'].map((name) => certificate(name).cert);

/** The TLS server name that a client gave. */
export function servernameOf({ socket }: IncomingMessage): string | false | null | undefined {
  return (socket as TLSSocket).servername; // only of an https server's requests
}

/** A port where nobody listens. */
export async function refusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The body of a request, as text. */
export async function textOf(request: IncomingMessage): Promise<string> {
  return (await bytesOf(request)).toString();
}

export async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** What a balancer does: binds the endpoint that a call goes to. */
export function bound(...endpoints: readonly (Endpoint | string)[]): Policy {
  const all = endpoints.map((each) => (typeof each === 'string' ? { origin: each } : each));
  let calls = 0;
  return (next) => (call) => next(call.with(endpoint, all[calls++ % all.length]));
}

/** A policy that keeps a record of when its calls were over, and with which error. */
export interface Watched extends Policy {
  readonly overs: readonly unknown[];
  /** Resolves when that many calls are over. */
  over(calls: number): Promise<void>;
}

export function watched(): Watched {
  const overs: unknown[] = [];
  const counter = counting(overs);
  const policy: Policy = (next) => (call) =>
    next(call).then((result) => {
      call.protocol.hold(result, {
        over(error) {
          overs.push(error);
          counter.changed();
        },
      });
      return result;
    });
  return Object.assign(policy, { overs, over: counter.reaches });
}

function counting(list: readonly unknown[]): { changed: () => void; reaches: (count: number) => Promise<void> } {
  let waiting: { count: number; resolve: () => void }[] = [];
  return {
    changed() {
      for (const each of waiting) if (list.length >= each.count) each.resolve();
      waiting = waiting.filter(({ count }) => list.length < count);
    },
    reaches: (count) =>
      new Promise((resolve) => {
        if (list.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}

function certificate(name: string): { readonly key: string; readonly cert: string } {
  const file = join(import.meta.dirname, 'fixtures', name.replace('.example', ''));
  return { key: readFileSync(`${file}.key.pem`, 'utf8'), cert: readFileSync(`${file}.cert.pem`, 'utf8') };
}

async function listen(server: Server, scheme: string, answer: RequestListener): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const requests: IncomingMessage[] = [];
  const counter = counting(requests);
  let connections = 0;
  const closes: Socket[] = [];
  const closeCounter = counting(closes);
  server.on(scheme === 'https' ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      closes.push(socket);
      closeCounter.changed();
    });
  });
  server.on('request', (request: IncomingMessage, response) => {
    requests.push(request);
    answer(request, response);
    counter.changed();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${scheme}://127.0.0.1:${port}`,
    port,
    requests,
    get connections() {
      return connections;
    },
    seen: counter.reaches,
    closed: closeCounter.reaches,
  };
}

/** A forward proxy that opens tunnels (CONNECT), and remembers to where. */
export async function serveProxy(): Promise<TestServer & { readonly tunnels: readonly string[] }> {
  const tunnels: string[] = [];
  const server = createServer();
  server.on('connect', (request, client: Socket, head: Buffer) => {
    tunnels.push(request.url ?? '');
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
  const proxy = await listen(server, 'http', (_request, response) => response.writeHead(400).end());
  return Object.assign(proxy, { tunnels });
}
