// One backend, a process of its own: answers which item was asked for after a few ms, and misbehaves when told to.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { seededRandom } from '@inmesh/core/testing';

import { endWithParent } from './leash.ts';
import type { Service } from './services.ts';

/** What a backend is started with. */
export interface BackendSetup {
  readonly service: Service;
  /** 0 lets the operating system choose. */
  readonly port: number;
  readonly seed: number;
  /** Above this many requests a second it answers 429. */
  readonly requestsPerSecond: number;
}

/** How it is told to misbehave; 0 is well. */
export interface Mood {
  readonly slowerByMs?: number;
  readonly errorRatio?: number;
}

/** What it tells: where it listens, and each request as it comes. */
export type BackendReport = { readonly listensOn: number } | { readonly gotRequest: true };

endWithParent();
const { service, port, seed, requestsPerSecond } = JSON.parse(process.argv[2] ?? '') as BackendSetup;
const random = seededRandom(seed);
let mood: Required<Mood> = { slowerByMs: 0, errorRatio: 0 };
process.on('message', (message: Mood) => (mood = { ...mood, ...message }));

/** A token bucket that holds a quarter of a second's requests. */
const capacity = requestsPerSecond / 4;
let tokens = capacity;
let filledAt = performance.now();

function hasRoom(): boolean {
  const now = performance.now();
  tokens = Math.min(capacity, tokens + ((now - filledAt) / 1000) * requestsPerSecond);
  filledAt = now;
  if (tokens < 1) return false;
  tokens--;
  return true;
}

function answer(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

const server = createServer((request, response) => {
  report({ gotRequest: true });
  const fails = random() < mood.errorRatio;
  const serviceMs = 4 + 8 * random();
  if (!hasRoom()) answer(response, 429, { error: 'too many requests' }, { 'retry-after': '1' });
  else if (fails) answer(response, 503, { error: 'out of order' });
  else {
    const item = Number(request.url?.split('/').at(-1));
    setTimeout(() => answer(response, 200, { service, item }), serviceMs + mood.slowerByMs);
  }
});

function report(message: BackendReport): void {
  process.send?.(message);
}

// The port of one that was killed may be taken for a moment more.
server.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE') throw error;
  setTimeout(listen, 50);
});
server.on('listening', () => report({ listensOn: (server.address() as AddressInfo).port })); // it listens on TCP
function listen(): void {
  server.listen(port, '127.0.0.1');
}
listen();
