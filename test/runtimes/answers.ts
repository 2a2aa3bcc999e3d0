import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { TLSSocket } from 'node:tls';

export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse | Http2ServerResponse;

/** What the servers of one process remember of the requests that they saw, by the key at the end of their paths. */
export class Memory {
  readonly #bodies = new Map<string, string[]>();
  readonly #steps = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Notes what a try sent, and gives what all of them sent. */
  sent(key: string, body: string): readonly string[] {
    const bodies = this.#bodies.get(key) ?? [];
    bodies.push(body);
    this.#bodies.set(key, bodies);
    return bodies;
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
    httpVersion,
    host: headers[':authority'] ?? headers.host,
    servername: (request.socket as TLSSocket).servername, // undefined where there is no TLS
    connection: numberOf(connection),
    body: await textOf(request),
  };
}

export async function textOf(request: Request): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Answers as the path asks: `/whoami`, `/flaky/KEY`, `/hang/KEY`, `/stall/KEY`, `/slow/KEY`, `/die/KEY`, `/small`, `/large`, `/to/…`. */
export async function answer(
  request: Request,
  response: Response,
  server: string,
  memory: Memory,
  elsewhere: string,
): Promise<void> {
  const [, act = '', key = ''] = (request.url ?? '').split('/');
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
    case 'die':
      response.writeHead(200, { 'content-length': 1000 });
      (response as ServerResponse).write('begun');
      await memory.reached(`finish/${key}`);
      return void request.socket.destroy();
    case 'small':
      return void response.writeHead(200, { 'content-length': 2 }).end('ok');
    case 'large':
      return void response.writeHead(200, { 'content-length': 4_000_000 }).end('x'.repeat(4_000_000));
    case 'to':
      return void response.writeHead(302, { location: key === 'here' ? '/whoami' : `${elsewhere}/whoami` }).end();
    default:
      return say({ error: `nobody answers ${request.url}` }, 404);
  }
}

/** Lets a client drive and watch the servers: `/finish/KEY` does a step, `/wait/STEP/KEY` answers when it was done. */
export async function control(request: IncomingMessage, response: ServerResponse, memory: Memory): Promise<void> {
  const [, act = '', step = '', key = ''] = (request.url ?? '').split('/');
  if (act === 'wait') {
    const gone = once(response, 'close');
    await Promise.race([memory.reached(`${step}/${key}`), gone]);
  } else memory.done(`${act}/${step}`);
  response.end('{}');
}
