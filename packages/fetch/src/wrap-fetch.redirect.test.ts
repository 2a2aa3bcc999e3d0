import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';

import { compose, verdictOfError, type Policy } from '@inmesh/core';
import { retry } from '@inmesh/retry';
import { describe, expect, it } from 'vitest';

import { clients, fetches, pairs, type Fetch } from '../test-clients.ts';
import { bound, serve, textOf } from '../test-servers.ts';
import { wrapFetch } from './wrap-fetch.ts';

const again = retry({ attempts: 3, backoff: () => 0 });
const catalog = 'http://catalog.example';
const nodeFetches = clients.filter(([name]) => name.startsWith('node-fetch'));

/** Answers what leads elsewhere, and there with what it was sent. */
function leading(status = 307, location = '/new'): RequestListener {
  return (request, response) => {
    void textOf(request).then((body) => {
      if (request.url !== '/old') response.end(JSON.stringify({ body, length: request.headers['content-length'] }));
      else response.writeHead(status, { location }).end();
    });
  };
}

/** Keeps a record of what its errors say about the other side. */
function judging(): { readonly policy: Policy; readonly healths: string[] } {
  const healths: string[] = [];
  const policy: Policy = (next) => (call) =>
    next(call).catch((error: unknown) => {
      healths.push(verdictOfError(call, error).health);
      throw error;
    });
  return { policy, healths };
}

const streamFor = (name: string): unknown =>
  name.startsWith('node-fetch') ? Readable.from(['gone']) : new Response('gone').body;

describe('wrapFetch and a redirect that asks for a body again', () => {
  it.each(pairs)('sends that of a Request of $of by the fetch of $by', async ({ fetch, make: Make }) => {
    const server = await serve(leading());
    const request = new Make(`${catalog}/old`, { method: 'POST', body: 'hello' });
    const response = await wrapFetch(bound(server.origin), { fetch })(request);
    expect(await response.json()).toEqual({ body: 'hello', length: '5' });
    expect(server.requests[0]?.headers['content-length']).toBe('5');
  });

  // undici 6 itself cannot send bytes again; in Node 20 and 22 it is given a Blob instead.
  it.each(pairs.filter(({ by, of }) => by !== of && by !== 'undici 6'))(
    'sends that of a Request of $of by the fetch of $by where there is no endpoint',
    async ({ fetch, make: Make }) => {
      const server = await serve(leading(308));
      const request = new Make(`${server.origin}/old`, { method: 'POST', body: new Blob(['hel', 'lo']) });
      const response = await wrapFetch((next) => next, { fetch })(request);
      expect(await response.json()).toEqual({ body: 'hello', length: '5' });
    },
  );

  it("sends that which was kept for a retry by Node's own fetch", async () => {
    const server = await serve(leading());
    const request = new Request(`${server.origin}/old`, { method: 'PUT', body: 'hello' });
    const response = await wrapFetch(again)(request);
    expect(await response.json()).toEqual({ body: 'hello', length: '5' });
  });

  it.each(clients)('does not send it again by the fetch of %s if it is longer than is kept', async (_, fetch) => {
    const server = await serve(leading());
    const { policy, healths } = judging();
    const request = new Request(`${catalog}/old`, { method: 'PUT', body: 'x'.repeat(2_000) });
    const api = wrapFetch(compose(again, policy, bound(server.origin)), { fetch, replayBodyBytes: 1_000 });
    await expect(api(request)).rejects.toMatchObject({ cause: { message: expect.stringContaining('sent again') } });
    expect(healths).toEqual(['ignorable']);
    expect(server.requests).toHaveLength(1);
  });

  it.each(fetches.flatMap(([by, fetch]) => [true, false].map((chosen) => ({ by, fetch, chosen }))))(
    'blames nobody that a stream is gone, by the fetch of $by, an endpoint chosen: $chosen',
    async ({ by, fetch, chosen }) => {
      const server = await serve(leading());
      const { policy, healths } = judging();
      const api = wrapFetch(chosen ? compose(again, policy, bound(server.origin)) : compose(again, policy), { fetch });
      const init = { method: 'PUT', body: streamFor(by), duplex: 'half' } as RequestInit;
      await expect(api(`${server.origin}/old`, init)).rejects.toThrow(/fetch failed|readable stream/);
      expect(healths).toEqual(['ignorable']);
      expect(server.requests).toHaveLength(1);
    },
  );

  it.each(clients)('blames nobody for a Request whose body dies before %s sends it', async (_, fetch) => {
    const { policy, healths } = judging();
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('no file')) });
    const request = new Request(`${catalog}/`, { method: 'PUT', body, duplex: 'half' } as RequestInit);
    const api = wrapFetch(compose(policy, bound('http://127.0.0.1:9')), { fetch });
    await expect(api(request)).rejects.toThrow('no file');
    expect(healths).toEqual(['ignorable']);
  });
});

describe('wrapFetch and the way of a redirect', () => {
  const raw = (location: string): string => Buffer.from(location).toString('latin1');

  it.each(clients.filter(([name]) => name !== 'node-fetch 2'))('is read as it was sent, by %s', async (_, fetch) => {
    for (const [location, path] of [
      [raw('/caf\u00e9/\u96ea?q=\u00fc'), '/caf%C3%A9/%E9%9B%AA?q=%C3%BC'],
      ['/caf\u00e9', '/caf%E9'], // Latin-1, which is its server's own affair
    ] as const) {
      const server = await serve((request, response) => {
        if (request.url === '/old') response.writeHead(302, { location }).end();
        else response.end(request.url);
      });
      const response = await wrapFetch(bound(server.origin), { fetch })(`${catalog}/old`);
      expect(await response.text()).toBe(path);
    }
  });

  it.each(clients)('is shown as one of the service to who follows it himself, by %s', async (_, fetch) => {
    const server = await serve(leading(302));
    const response = await wrapFetch(bound(server.origin), { fetch })(`${catalog}/old`, { redirect: 'manual' });
    expect(new URL(response.headers.get('location') ?? '', response.url).href).toBe(`${catalog}/new`);
  });

  it.each(clients)('is followed at once when its body is long, and its socket let go, by %s', async (_, fetch) => {
    const server = await serve((request, response) => {
      if (request.url !== '/old') response.end('there');
      else response.writeHead(302, { location: '/new' }).write('x'.repeat(1_000_000));
    });
    const response = await wrapFetch(bound(server.origin), { fetch })(`${catalog}/old`);
    expect(await response.text()).toBe('there');
    await server.closed(1);
  });

  it.each(clients)('is followed no further when the call is aborted meanwhile, by %s', async (_, fetch) => {
    const controller = new AbortController();
    const server = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(302, { location: '/new' }).end();
    });
    const call = wrapFetch(bound(server.origin), { fetch })(`${catalog}/old`, { signal: controller.signal });
    await server.seen(2);
    controller.abort('bored');
    await expect(call).rejects.toBe('bored');
    await server.closed(1);
  });
});

describe("wrapFetch and node-fetch's own `follow`", () => {
  const following = (fetch: Fetch, origin: string, follow: unknown) => {
    const { policy, healths } = judging();
    const api = wrapFetch(compose(again, policy, bound(origin)), { fetch });
    return { healths, call: api(`${catalog}/1`, { follow } as RequestInit) };
  };
  const onwards: RequestListener = (request, response) => {
    const step = Number(request.url?.slice(1));
    if (step < 4) response.writeHead(302, { location: `/${step + 1}` }).end();
    else response.end('there');
  };

  it.each(nodeFetches)('follows as many as %s is told to', async (_, fetch) => {
    const server = await serve(onwards);
    const { call } = following(fetch, server.origin, 3);
    expect(await (await call).text()).toBe('there');
  });

  it.each(nodeFetches)('follows no more than %s is told to, and blames nobody', async (_, fetch) => {
    const server = await serve(onwards);
    for (const [follow, requests] of [
      [2, 3],
      [0, 4],
    ]) {
      const { call, healths } = following(fetch, server.origin, follow);
      await expect(call).rejects.toMatchObject({ cause: { message: 'redirect count exceeded' } });
      expect(healths).toEqual(['ignorable']);
      expect(server.requests).toHaveLength(requests ?? 0);
    }
  });

  it.each(['3', -1, Number.NaN, null])('refuses %s', async (follow) => {
    const { call, healths } = following(nodeFetches[0]?.[1] as Fetch, 'http://127.0.0.1:9', follow);
    await expect(call).rejects.toThrow(/^follow must be a number of redirects, got/);
    expect(healths).toEqual(['ignorable']);
  });
});
