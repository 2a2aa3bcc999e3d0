// A service for the examples, on a free port: a catalog, a stream of events, and a language model that tells one story.
// It refuses every second request with a 503, so that each call needs a retry.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Service {
  readonly origin: string;
  /** How many requests it has seen, the refused ones included. */
  readonly requests: number;
  close(): void;
}

/** Its streams last this long, in ms. */
export const streamMs = 800;

const story = ['Once ', 'upon ', 'a ', 'time.'];

export async function startService(): Promise<Service> {
  let requests = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      if (++requests % 2 === 1) response.writeHead(503).end('busy');
      else void answer(request.url ?? '', body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(path: string, body: string, response: ServerResponse): Promise<void> {
  const streams = body.includes('"stream":true');
  if (path === '/events') await stream(response, story.map(event));
  else if (path === '/v1/chat/completions' && streams) await stream(response, completion());
  else if (path === '/v1/chat/completions') json(response, { choices: [{ message: { content: story.join('') } }] });
  else if (path === '/v1/messages' && streams) await stream(response, message());
  else if (path === '/v1/messages') json(response, { content: [{ type: 'text', text: story.join('') }] });
  else if (path.startsWith('/items/')) json(response, { id: path.slice('/items/'.length), name: 'chair' });
  else json(response, { error: 'not found' }, 404);
}

function json(response: ServerResponse, value: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Sends a head at once, and the events with pauses between them. */
async function stream(response: ServerResponse, events: readonly string[]): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  for (const each of events) {
    await sleep(streamMs / events.length);
    response.write(each);
  }
  response.end();
}

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const named = (type: string, data: object = {}): string => `event: ${type}\n${event({ type, ...data })}`;

/** The story as OpenAI streams it. */
function completion(): string[] {
  const chunks = story.map((content) => event({ object: 'chat.completion.chunk', choices: [{ delta: { content } }] }));
  return [...chunks, 'data: [DONE]\n\n'];
}

/** The story as Anthropic streams it. */
function message(): string[] {
  return [
    named('message_start', { message: { role: 'assistant', content: [], usage: {} } }),
    named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...story.map((text) => named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    named('content_block_stop', { index: 0 }),
    named('message_stop'),
  ];
}
