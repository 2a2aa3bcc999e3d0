import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';

import { compose, verdictOfError, type Policy } from '@inmesh/core';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import { describe, expect, it } from 'vitest';

import { bytesOf, serve, textOf, watched } from '../test-servers.ts';
import { wrapFetch } from './wrap-fetch.ts';

const again = retry({ attempts: 3, backoff: () => 0 });

/** Answers 503 first, and then with what it was sent. */
function busyOnce(bodies: Buffer[] = []): RequestListener {
  return (request, response) => {
    void bytesOf(request).then((body) => {
      if (bodies.push(body) === 1) response.writeHead(503, { 'retry-after': '0' }).end('busy');
      else response.end(body);
    });
  };
}

/** Dies in this way first, and then answers. */
function failingOnce(fail: RequestListener): RequestListener {
  let requests = 0;
  return (request, response) => {
    if (requests++ === 0) fail(request, response);
    else response.end('recovered');
  };
}

const form = new FormData();
form.set('name', 'value');
form.set('file', new File([Uint8Array.of(0, 255, 128)], 'bytes.bin'));

describe('wrapFetch under a retry', () => {
  it('cancels a body that it still reads to send it again, when the call is over', async () => {
    const reasons: unknown[] = [];
    const body = new ReadableStream({
      cancel(reason) {
        reasons.push(reason);
      },
    });
    const request = new Request('http://catalog/', { method: 'PUT', body, duplex: 'half' } as RequestInit); // of Node's types
    const call = wrapFetch(compose(timeout(20), again))(request);
    const error: unknown = await call.catch((reason: unknown) => reason);

    expect(error).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(reasons).toEqual([error]);
  });

  it.each<[string, RequestListener]>([
    ['a reset before the head', (request) => request.socket.destroy()],
    ['a reset in the head', (request) => request.socket.end('HTTP/1.1 200 OK\r\ncontent-')],
    ['no HTTP at all', (request) => request.socket.end('hello?\r\n\r\n')],
    ['a 503', (_, response) => response.writeHead(503).end('busy')],
    ['a 429', (_, response) => response.writeHead(429, { 'retry-after': '0' }).end()],
    ['a 500 without a body', (_, response) => response.writeHead(500).end()],
    ['no head in time', () => {}],
  ])('gets over %s', async (_, fail) => {
    const server = await serve(failingOnce(fail));
    const response = await wrapFetch(compose(timeout(5_000), again, timeout(100, { until: 'head' })))(
      `${server.origin}/`,
    );
    expect(await response.text()).toBe('recovered');
    expect(server.requests).toHaveLength(2);
  });

  it.each([404, 400, 501, 505])('passes a %i on', async (status) => {
    const server = await serve((_, response) => response.writeHead(status).end('no'));
    const response = await wrapFetch(again)(`${server.origin}/`);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe('no');
    expect(server.requests).toHaveLength(1);
  });

  it('passes on the last answer whole when it gives up', async () => {
    const server = await serve((_, response) => response.writeHead(503).end('busy'));
    const response = await wrapFetch(again)(`${server.origin}/`);
    expect(await response.text()).toBe('busy');
    expect(server.requests).toHaveLength(3);
  });

  it.each<[string, string, RequestInit?, string?]>([
    ['leads nowhere', 'http://'],
    ['leads to another scheme', 'gopher://catalog.example/'],
    ['leads in a circle', '/'],
    ['was not to be followed', '/there', { redirect: 'error' }, 'ignorable'],
  ])('does not repeat a request whose redirect %s', async (_, location, init, health = 'failure') => {
    const server = await serve((_request, response) => response.writeHead(302, { location }).end('moved'));
    const healths: string[] = [];
    const judging: Policy = (next) => (call) =>
      next(call).catch((error: unknown) => {
        healths.push(verdictOfError(call, error).health);
        throw error;
      });
    await expect(wrapFetch(compose(again, judging))(`${server.origin}/`, init)).rejects.toThrow('fetch failed');
    expect(healths).toEqual([health]);
  });

  it('goes on in the middle of a body to nobody', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.socket?.destroy());
    });
    const response = await wrapFetch(again)(`${server.origin}/`);
    await expect(response.text()).rejects.toThrow('terminated');
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, BodyInit]>([
    ['text', 'h\u00e9llo'],
    ['bytes', Uint8Array.of(0, 255, 128, 10)],
    ['a buffer', Uint8Array.of(0, 255, 128, 10).buffer],
    ['a part of a buffer', new DataView(Uint8Array.of(0, 255, 128, 10).buffer, 1, 2)],
    ['a blob', new Blob([Uint8Array.of(0, 255, 128, 10)])],
    ['a query', new URLSearchParams({ a: '1', b: '2 3' })],
    ['a form', form],
  ])('sends %s again to the byte', async (_, body) => {
    const bodies: Buffer[] = [];
    const server = await serve(busyOnce(bodies));
    const response = await wrapFetch(again)(`${server.origin}/`, { method: 'PUT', body });
    expect(response.status).toBe(200);
    expect(bodies).toHaveLength(2);
    expect(bodies[0]?.length).toBeGreaterThan(0);
    const boundary = /--\S+formdata\S+/g; // made anew for each sending of a form
    expect(bodies[1]?.toString('latin1').replaceAll(boundary, '')).toBe(
      bodies[0]?.toString('latin1').replaceAll(boundary, ''),
    );
  });

  it.each<[string, () => unknown]>([
    ['a stream', () => new Response('hello').body],
    ['a Node stream', () => Readable.from(['hello'])],
    [
      'an async generator',
      async function* () {
        yield Buffer.from('hello');
      },
    ],
  ])('never sends %s again: nothing would be left of it', async (_, body) => {
    const bodies: Buffer[] = [];
    const server = await serve(busyOnce(bodies));
    const made = body();
    const init = { method: 'PUT', body: typeof made === 'function' ? (made as () => unknown)() : made, duplex: 'half' };
    const response = await wrapFetch(again)(`${server.origin}/`, init as RequestInit);
    expect(response.status).toBe(503);
    expect(bodies.map(String)).toEqual(['hello']);
  });

  it('sends a Request again, headers and all', async () => {
    const bodies: Buffer[] = [];
    const server = await serve(busyOnce(bodies));
    const request = new Request(`${server.origin}/`, {
      method: 'PUT',
      body: 'hello',
      headers: { 'x-one': '1' },
      referrer: 'http://a.example/',
    });
    const response = await wrapFetch(again)(request);
    expect(await response.text()).toBe('hello');
    expect(bodies.map(String)).toEqual(['hello', 'hello']);
    for (const { headers } of server.requests)
      expect(headers).toMatchObject({
        'x-one': '1',
        'content-length': '5',
        'content-type': 'text/plain;charset=UTF-8',
        referer: 'http://a.example/',
      });
    expect(request.bodyUsed).toBe(true);
  });

  it('sends headers again that can be read but once', async () => {
    const server = await serve(busyOnce());
    const headers = new Map([['x-one', '1']]).entries() as unknown as HeadersInit; // fetch takes what can be iterated
    expect((await wrapFetch(again)(`${server.origin}/`, { headers })).status).toBe(200);
    expect(server.requests.map((request) => request.headers['x-one'])).toEqual(['1', '1']);
  });

  it('sends a Request whole but once whose body is longer than is kept', async () => {
    const bodies: Buffer[] = [];
    const server = await serve(busyOnce(bodies));
    const request = new Request(`${server.origin}/`, { method: 'PUT', body: 'x'.repeat(200_000) });
    const response = await wrapFetch(again, { replayBodyBytes: 1_000 })(request);
    expect(response.status).toBe(503);
    expect(bodies.map(({ length }) => length)).toEqual([200_000]);
  });

  it('waits for the body of a Request no longer than it is wanted', async () => {
    const stalling = (): Request =>
      new Request('http://catalog.example/', {
        method: 'PUT',
        body: new ReadableStream(),
        duplex: 'half',
      } as RequestInit);
    const controller = new AbortController();
    const aborted = wrapFetch(again)(stalling(), { signal: controller.signal });
    controller.abort('gone');
    await expect(aborted).rejects.toBe('gone');
    const late = wrapFetch(compose(again, timeout(10)))(stalling());
    await expect(late).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it('fails where the body of a Request fails', async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('no file')) });
    const request = new Request('http://catalog.example/', { method: 'PUT', body, duplex: 'half' } as RequestInit);
    await expect(wrapFetch(again)(request)).rejects.toThrow('no file');
  });

  it('does not keep the body of a Request that may not be repeated', async () => {
    const server = await serve(busyOnce());
    const response = await wrapFetch(again)(new Request(`${server.origin}/`, { method: 'POST', body: 'hello' }));
    expect(response.status).toBe(503);
    expect(server.requests).toHaveLength(1);
  });

  it('leaves it to fetch to refuse a Request that was read', async () => {
    const server = await serve(busyOnce());
    const request = new Request(`${server.origin}/`, { method: 'PUT', body: 'hello' });
    await request.text();
    const [ours, theirs] = await Promise.allSettled([wrapFetch(again)(request), fetch(request)]);
    expect(ours).toEqual(theirs);
    expect(server.requests).toHaveLength(0);
  });

  it('repeats a POST with an Idempotency-Key, in options or in a Request', async () => {
    const server = await serve((request, response) => {
      void textOf(request).then(() => response.writeHead(503).end());
    });
    const api = wrapFetch(again);
    await api(`${server.origin}/`, { method: 'POST', body: 'a' });
    expect(server.requests).toHaveLength(1);
    await api(`${server.origin}/`, { method: 'POST', body: 'a', headers: { 'Idempotency-Key': '"k"' } });
    expect(server.requests).toHaveLength(4);
    await api(new Request(`${server.origin}/`, { method: 'POST', body: 'a', headers: { 'Idempotency-Key': '"k"' } }));
    expect(server.requests).toHaveLength(7);
  });

  it('keeps the async context of its call', async () => {
    const server = await serve(busyOnce());
    const tenant = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const looking: Policy = (next) => (call) => {
      seen.push(tenant.getStore());
      return next(call);
    };
    const api = wrapFetch(compose(timeout(5_000), again, looking));
    await Promise.all(['a', 'b'].map((name) => tenant.run(name, () => api(`${server.origin}/`))));
    // The first to come is answered with a 503 and sent again.
    expect(seen).toHaveLength(3);
    expect(new Set(seen)).toEqual(new Set(['a', 'b']));
  });

  it('tells its policies when every attempt is over', async () => {
    const server = await serve(busyOnce());
    const calls = watched();
    await (await wrapFetch(compose(again, calls))(`${server.origin}/`)).text();
    await calls.over(2);
    expect(calls.overs).toEqual([undefined, undefined]);
  });
});
