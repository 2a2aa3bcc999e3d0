import { Readable } from 'node:stream';

import type { Layer } from '@inmesh/core';
import { retry } from '@inmesh/retry';
import { describe, expect, it, vi } from 'vitest';
import fetchOf2 from 'node-fetch-2';
import { fetch as fetch6 } from 'undici';

import { fetches, pairs, type Fetch } from '../test-clients.ts';
import { bound, serve, textOf } from '../test-servers.ts';
import { wrapFetch } from './wrap-fetch.ts';

const again = retry({ attempts: 3, backoff: () => 0 });
const through: Layer<Response> = (next) => next;

/** Answers with what it was sent, the first time with a 503 if it is to fail once. */
function echo(bodies: string[], failures = 0) {
  return serve((request, response) => {
    void textOf(request).then((body) => {
      const { 'x-one': one, host, 'content-length': length } = request.headers;
      response.statusCode = bodies.push(body) <= failures ? 503 : 200;
      response.end(JSON.stringify({ method: request.method, one, host, length, body }));
    });
  });
}

describe('wrapFetch with a Request of any class', () => {
  it.each(pairs)('sends one of $of by the fetch of $by, whole', async ({ fetch, make: Make }) => {
    const server = await echo([]);
    const request = new Make(`${server.origin}/`, { method: 'POST', body: 'hello', headers: { 'X-One': '1' } });
    const response = await wrapFetch(through, { fetch })(request);
    expect(await response.json()).toMatchObject({ method: 'POST', one: '1', body: 'hello' });
  });

  it.each(pairs)('brings one of $of by the fetch of $by to its endpoint', async ({ fetch, make: Make }) => {
    const server = await echo([]);
    const request = new Make('http://catalog.example/', { method: 'POST', body: 'hello', headers: { 'X-One': '1' } });
    const response = await wrapFetch(bound(server.origin), { fetch })(request);
    expect(response.url).toBe('http://catalog.example/');
    const seen = { method: 'POST', one: '1', host: 'catalog.example', body: 'hello' };
    expect(await response.json()).toMatchObject(seen);
  });

  it.each(pairs)('sends one of $of by the fetch of $by again, with its length', async ({ fetch, make: Make }) => {
    const bodies: string[] = [];
    const server = await echo(bodies, 1);
    const request = new Make(`${server.origin}/`, { method: 'PUT', body: 'hello' });
    const response = await wrapFetch(again, { fetch })(request);
    expect(await response.json()).toMatchObject({ method: 'PUT', length: '5' });
    expect(bodies).toEqual(['hello', 'hello']);
  });

  it.each(pairs)(
    'sends one of $of by the fetch of $by once that is longer than is kept',
    async ({ fetch, make: Make }) => {
      const bodies: string[] = [];
      const server = await echo(bodies, 3);
      const request = new Make(`${server.origin}/`, {
        method: 'PUT',
        body: Readable.from(['x'.repeat(3_000)]),
        duplex: 'half',
      });
      const response = await wrapFetch(again, { fetch, replayBodyBytes: 1_000 })(request);
      expect(response.status).toBe(503);
      expect(bodies.map(({ length }) => length)).toEqual([3_000]);
    },
  );

  it.each(pairs)('ends one of $of by the fetch of $by with its own signal', async ({ fetch, make: Make }) => {
    const server = await serve(() => {});
    const controller = new AbortController();
    const call = wrapFetch(bound(server.origin), { fetch })(
      new Make('http://catalog.example/', { signal: controller.signal }),
    );
    await server.seen(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await server.closed(1);
  });

  it.each(pairs)('lets options win over one of $of by the fetch of $by', async ({ fetch, make: Make }) => {
    const server = await echo([]);
    const request = new Make('http://catalog.example/', { method: 'POST', body: 'hello', headers: { 'X-One': '1' } });
    const init = { method: 'PUT', body: 'other', headers: { 'X-One': '2' } };
    const response = await wrapFetch(bound(server.origin), { fetch })(request, init);
    expect(await response.json()).toMatchObject({ method: 'PUT', one: '2', body: 'other' });
  });

  it.each(pairs)('refuses one of $of by the fetch of $by that was read before', async ({ fetch, make: Make }) => {
    const server = await echo([]);
    const request = new Make(`${server.origin}/`, { method: 'POST', body: 'hello' });
    await request.text();
    await expect(wrapFetch(again, { fetch })(request)).rejects.toThrow(TypeError);
    expect(server.requests).toHaveLength(0);
  });

  it('waits for no more of a body than there is when nothing is to be sent again', async () => {
    const server = await serve((request, response) => request.once('data', (chunk) => response.end(chunk)));
    let close = (): void => {};
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from('hello'));
        close = () => controller.close();
      },
    });
    const request = new Request('http://catalog.example/', { method: 'PUT', body, duplex: 'half' } as RequestInit);
    const response = await wrapFetch(bound(server.origin), { fetch: fetchOf2 as unknown as Fetch })(request);
    expect(await response.text()).toBe('hello');
    close();
  });

  it('keeps what a Request says of redirects, credentials and the like', async () => {
    const given: unknown[] = [];
    const fetch = vi.fn((_url: string | URL | Request, init?: RequestInit) => {
      given.push(init);
      return Promise.resolve(new Response());
    });
    const said = {
      redirect: 'error',
      keepalive: true,
      mode: 'same-origin',
      credentials: 'omit',
      cache: 'no-store',
    } as const;
    await wrapFetch(bound('http://10.0.0.1'), { fetch })(new Request('http://catalog.example/', said));
    await wrapFetch(bound('http://10.0.0.1'), { fetch })('http://catalog.example/', {
      ...said,
      duplex: 'half',
    } as RequestInit);
    expect(given).toEqual([expect.objectContaining(said), expect.objectContaining({ ...said, duplex: 'half' })]);
  });

  it('sends a Request that is to outlive its page', async () => {
    const server = await echo([]);
    const request = new Request('http://catalog.example/', { method: 'POST', body: 'hello', keepalive: true });
    const response = await wrapFetch(bound(server.origin), { fetch: fetch6 as unknown as Fetch })(request);
    expect(await response.json()).toMatchObject({ body: 'hello' });
  });

  it.each(fetches)('leaves it to the fetch of %s to refuse options that are none', async (_, fetch) => {
    const api = wrapFetch(bound('http://127.0.0.1:9'), { fetch });
    const init = 7 as unknown as RequestInit;
    const [ours, theirs] = await Promise.allSettled([api('nowhere', init), fetch('nowhere', init)]);
    expect(ours.status).toBe('rejected');
    expect(String((ours as PromiseRejectedResult).reason)).toBe(String((theirs as PromiseRejectedResult).reason));
  });

  it('gives a mock its Request as it is', async () => {
    const request = new Request('http://catalog.example/', { method: 'POST', body: 'hello' });
    const mock = async (given: string | Request): Promise<Response> =>
      new Response(`${given === request} ${await new Response((given as Request).body).text()}`);
    expect(await (await wrapFetch(through, { fetch: mock })(request)).text()).toBe('true hello');
  });
});
