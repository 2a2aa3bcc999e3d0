import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a server answers while it is ill; a function that it gives is for when the head has come. */
export type Illness = (request: IncomingMessage, response: ServerResponse) => unknown;

const text = 'x'.repeat(1_000);

export const illnesses = {
  'resets before the head': ({ socket }) => socket.resetAndDestroy(),
  'resets after the head': ({ socket }, response) => {
    response.writeHead(200).write(text);
    return () => socket.resetAndDestroy();
  },
  'never answers': () => {},
  'drips its body': (_, response) => {
    const drip = setInterval(() => response.write('.'), 5);
    response.writeHead(200).once('close', () => clearInterval(drip));
  },
  'ends in the middle of its body': ({ socket }, response) => {
    response.writeHead(200, { 'content-length': 2 * text.length }).write(text);
    return () => socket.end();
  },
  'answers 503 with Retry-After': (_, response) => response.writeHead(503, { 'retry-after': '30' }).end(text),
} satisfies Record<string, Illness>;

/** A server that answers badly until it is well, and counts. */
export class IllServer {
  /** How it answers; well if it has none. */
  illness: Illness | undefined;
  requests = 0;
  connections = 0;
  #http: Server;
  #port = 0;
  #rest: unknown = undefined;

  constructor(illness?: Illness) {
    this.illness = illness;
    this.#http = createServer((request, response) => {
      this.requests++;
      if (this.illness === undefined) response.end('well');
      else this.#rest = this.illness(request, response);
    }).on('connection', () => this.connections++);
  }

  get port(): number {
    return this.#port;
  }

  /** Listens, on the port it had before if it did. */
  async listen(): Promise<void> {
    this.#http.listen(this.#port, '127.0.0.1');
    await once(this.#http, 'listening');
    this.#port = (this.#http.address() as AddressInfo).port; // it listens on TCP
  }

  /** Listens no more; those connected stay. */
  async refuse(): Promise<void> {
    this.#http.close();
    await once(this.#http, 'close');
  }

  /** The next request has come in. */
  async requested(): Promise<void> {
    await once(this.#http, 'request');
  }

  /** The head of its last answer has come. */
  goOn(): void {
    if (typeof this.#rest === 'function') this.#rest();
    this.#rest = undefined;
  }

  /** No connection is left. */
  async deserted(): Promise<void> {
    while ((await this.#open()) > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    if (this.#http.listening) await this.refuse();
  }

  #open(): Promise<number> {
    return new Promise((resolve) => {
      this.#http.getConnections((_, connections) => resolve(connections));
    });
  }
}
