import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { TLSSocket } from 'node:tls';

export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse | Http2ServerResponse;

/** What the servers of one process remember of the requests that they saw, by the key at the end of their paths. */
export class Memory {
  readonly #bodies = new Map<string, readonly string[]>();
  readonly #steps = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Notes what a try sent, and gives what all of them sent. */
  sent(key: string, body: string): readonly string[] {
    const bodies = [...this.sentSoFar(key), body];
    this.#bodies.set(key, bodies);
    return bodies;
  }

  sentSoFar(key: string): readonly string[] {
    return this.#bodies.get(key) ?? [];
  }

  /** Something happened. */
  done(step: string): void {
    this.#steps.add(step);
    for (const tell of this.#waiting.get(step) ?? []) tell();
    this.#waiting.delete(step);
  }

  /** Resolves when it happened. */
  reached(step: string): Promise<void> {
    if (this.#steps.has(step)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.set(step, [...(this.#waiting.get(step) ?? []), resolve]);
    });
  }
}

let connections = 0;
const numbers = new WeakMap<object, number>();

/** A number for each connection that was ever used. */
function numberOf(connection: object): number {
  const number = numbers.get(connection) ?? ++connections;
  numbers.set(connection, number);
  return number;
}

/** What a server knows about a request. */
async function seen(request: Request, server: string): Promise<object> {
  const { method, httpVersion, headers } = request;
  const connection = 'stream' in request ? (request.stream.session ?? request.socket) : request.socket;
  return {
    server,
    method,
    path: request.url,
    httpVersion,
    host: headers[':authority'] ?? headers.host,
    servername: (request.socket as TLSSocket).servername, // undefined where there is no TLS
    connection: numberOf(connection),
    body: await textOf(request),
  };
}

async function textOf(request: Request): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Where nothing of the service is. */
export interface Others {
  /** Another server. */
  readonly elsewhere: string;
  /** Where nobody listens. */
  readonly nobody: string;
}

/**
 * Answers as the path asks: `/whoami`, `/flaky/KEY`, `/hang/KEY`, `/stall/KEY`, `/slow/KEY`, `/late/KEY`, `/die/KEY`, `/small`,
 * `/large`, `/empty/STATUS`, `/to/WHERE/STATUS`, `/lost/KEY`, `/sent/KEY`.
 */
export async function answer(
  request: Request,
  response: Response,
  server: string,
  memory: Memory,
  { elsewhere, nobody }: Others,
): Promise<void> {
  const [, act = '', key = '', redirect = '302'] = (request.url ?? '').split('/');
  const say = (value: object, status = 200): void => {
    const text = JSON.stringify(value);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
  };
  const closes = (): void => {
    request.once('close', () => memory.done(`closed/${key}`));
    response.once('close', () => memory.done(`closed/${key}`));
  };
  switch (act) {
    case 'whoami':
      return say(await seen(request, server));
    case 'flaky': {
      const bodies = memory.sent(key, await textOf(request));
      return say({ bodies }, bodies.length === 1 ? 503 : 200);
    }
    case 'hang':
      closes();
      return memory.done(`seen/${key}`);
    case 'stall':
      closes();
      response.writeHead(200, { 'content-length': 1000 });
      (response as ServerResponse).write('begun');
      return;
    case 'slow':
      response.writeHead(200, { 'content-length': 10 });
      (response as ServerResponse).write('begun');
      await memory.reached(`finish/${key}`);
      return void response.end('ended');
    case 'late':
      (response as ServerResponse).writeHead(200, { 'content-length': 5 }).flushHeaders();
      await memory.reached(`finish/${key}`);
      return void response.end('ended');
    case 'die':
      response.writeHead(200, { 'content-length': 1000 });
      (response as ServerResponse).write('begun');
      await memory.reached(`finish/${key}`);
      return void request.socket.destroy();
    case 'small':
      return void response.writeHead(200, { 'content-length': 2 }).end('ok');
    case 'large':
      return void response.writeHead(200, { 'content-length': 4_000_000 }).end('x'.repeat(4_000_000));
    case 'empty':
      return void response.writeHead(Number(key)).end();
    case 'to': {
      await textOf(request);
      const location = places[key] ?? `${elsewhere}/whoami`;
      return void response.writeHead(Number(redirect), { location }).end();
    }
    case 'lost':
      memory.sent(key, await textOf(request));
      return void response.writeHead(307, { location: nobody }).end();
    case 'sent':
      return say({ bodies: memory.sentSoFar(key) });
    default:
      return say({ error: `nobody answers ${request.url}` }, 404);
  }
}

/** Where `/to/…` leads inside the service; once in UTF-8 that is not escaped, which headers are given as Latin-1. */
const places: Readonly<Record<string, string>> = {
  here: '/whoami',
  cafe: Buffer.from('/whoami/caf\u00e9').toString('latin1'),
};

/** Lets a client drive and watch the servers: `/finish/KEY` does a step, `/wait/STEP/KEY` answers when it was done. */
export async function control(request: IncomingMessage, response: ServerResponse, memory: Memory): Promise<void> {
  const [, act = '', step = '', key = ''] = (request.url ?? '').split('/');
  if (act === 'wait') {
    const gone = once(response, 'close');
    await Promise.race([memory.reached(`${step}/${key}`), gone]);
  } else memory.done(`${act}/${step}`);
  response.end('{}');
}
