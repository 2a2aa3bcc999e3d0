// Answers well and badly on as many ports as it is told, in a process of its own; what a request's path says is what
// happens to it. Tells its origins, on being asked how many connections and answers are open, and ends with its parent.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';

import { seededRandom } from '@inmesh/core/testing';

import { drawn } from './tally.ts';

/** What it tells. */
export type Told = { readonly origins: readonly string[] } | Open;

/** What is open on all ports. */
export interface Open {
  readonly connections: number;
  readonly answers: number;
}

const text = 'inmesh '.repeat(200);
const random = seededRandom(Number(process.argv[3]));

type Ending = (response: ServerResponse, socket: Socket, request: IncomingMessage) => unknown;

const endings: Readonly<Record<string, Ending>> = {
  '/well': (response) => response.end(text),
  '/large': (response) => response.end(text.repeat(100)),
  '/slow': (response) => setTimeout(() => response.end(text), 20 + 60 * random()),
  '/late': (response) => setTimeout(() => response.end(text), 400),
  '/closes': (response) => response.setHeader('connection', 'close').end(text),
  '/echo': (response, _, request) => request.pipe(response),
  '/busy': (response) => response.writeHead(503, { 'retry-after': '0' }).end(text),
  '/busy-for-long': (response) => response.writeHead(503, { 'retry-after': '60' }).end(text),
  '/too-many': (response) => response.writeHead(429).end(),
  '/missing': (response) => response.writeHead(404).end(text),
  '/reset-before': (_, socket) => socket.resetAndDestroy(),
  '/reset-after': (response, socket) => response.writeHead(200).write(text, () => socket.resetAndDestroy()),
  '/ends-before': (_, socket) => socket.destroy(),
  '/half': (response, socket) =>
    response.writeHead(200, { 'content-length': text.length * 2 }).write(text, () => socket.destroy()),
  '/hangs': () => {},
  '/hangs-after-head': (response) => response.writeHead(200).write('x'),
  '/drips': (response) => drip(response),
};

/** What happens to a request that leaves it open. */
const mixed = {
  '/well': 70,
  '/slow': 8,
  '/busy': 5,
  '/late': 3,
  '/reset-before': 5,
  '/ends-before': 3,
  '/reset-after': 2,
  '/half': 2,
  '/hangs': 2,
};

/** A byte at a time, for longer than anybody waits. */
function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write('.'), 50);
  response.once('close', () => clearInterval(timer));
}

let answers = 0;
const listener = (request: IncomingMessage, response: ServerResponse): void => {
  answers++;
  response.once('close', () => answers--);
  response.on('error', () => {}); // the other side went away
  request.on('error', () => {});
  const path = request.url === '/mixed' ? drawn(mixed, random) : (request.url ?? '');
  if (path !== '/echo') request.resume();
  const ending = endings[path];
  if (ending === undefined) response.writeHead(500).end();
  else ending(response, request.socket, request);
};

const servers = await Promise.all(
  Array.from({ length: Number(process.argv[2]) }, async (): Promise<Server> => {
    const server = createServer({ keepAliveTimeout: 3_000 }, listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }),
);

process.on('message', async () => {
  const open = await Promise.all(
    servers.map(
      (server) => new Promise<number>((resolve) => server.getConnections((_, connections) => resolve(connections))),
    ),
  );
  tell({ connections: open.reduce((sum, each) => sum + each, 0), answers });
});
process.once('disconnect', () => process.exit());
tell({ origins: servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`) }); // they listen on ports

function tell(what: Told): void {
  process.send?.(what);
}
