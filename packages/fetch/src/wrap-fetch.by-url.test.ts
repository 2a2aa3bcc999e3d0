import { Agent as TlsAgent } from 'node:https';

import { compose, type Endpoint } from '@inmesh/core';
import { retry } from '@inmesh/retry';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Agent as Agent6 } from 'undici';
import { Agent as Agent7 } from 'undici-7';

import { clients } from '../test-clients.ts';
import { bound, certificates, refusedPort, serve, servernameOf, serveTls, textOf, watched } from '../test-servers.ts';
import { wrapFetch } from './wrap-fetch.ts';

const again = retry({ attempts: 3, backoff: () => 0 });

/** What makes a client trust the tests' certificates. */
function trusting(): object {
  const agents = [new Agent6({ connect: { ca: certificates } }), new Agent7({ connect: { ca: certificates } })];
  const agent = new TlsAgent({ ca: certificates });
  onTestFinished(async () => {
    agent.destroy();
    await Promise.all(agents.map((each) => each.close()));
  });
  return { agent, of: { 'undici 6': agents[0], 'undici 7': agents[1] } };
}

function initFor(client: string, trust: object): RequestInit {
  const { agent, of } = trust as { agent: TlsAgent; of: Record<string, object> };
  return (of[client] === undefined ? { agent } : { dispatcher: of[client] }) as unknown as RequestInit; // each client its own
}

describe.each(clients)('wrapFetch of %s', (_, fetch) => {
  it.each(['to an endpoint', 'to where its URL says'])(
    'does not send a POST again %s that a redirect led to a refused port',
    async (where) => {
      const port = await refusedPort();
      const server = await serve((_request, response) =>
        response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end(),
      );
      const policy = where === 'to an endpoint' ? compose(again, bound(server.origin)) : again;
      const call = wrapFetch(policy, { fetch })(`${server.origin}/`, { method: 'POST', body: 'once' });
      await expect(call).rejects.toThrow();
      expect(server.requests).toHaveLength(1);
    },
  );

  it.each([
    { what: 'a 204', status: 204, method: 'DELETE' },
    { what: 'a 304', status: 304, method: 'GET' },
    { what: 'a HEAD', status: 200, method: 'HEAD' },
  ])('is over with the head of $what', async ({ status, method }) => {
    const server = await serve((_request, response) => response.writeHead(status).end());
    const policy = watched();
    const response = await wrapFetch(policy, { fetch })(`${server.origin}/`, { method });
    await policy.over(1);
    expect(response.status).toBe(status);
    expect(policy.overs).toEqual([undefined]);
  });
});

describe.each(clients)('wrapFetch of %s with a bound endpoint', (client, fetch) => {
  it('goes there under the host of the URL, and the response says what was asked', async () => {
    const server = await serve((request, response) => response.end(`${request.headers.host} ${request.url}`));
    const api = wrapFetch(bound(server.origin), { fetch });
    const response = await api('http://catalog.example/items/7?x=1#top', { headers: { Host: 'liar.example' } });
    expect(response.url).toBe('http://catalog.example/items/7?x=1');
    expect(response.redirected ?? false).toBe(false);
    expect(await response.text()).toBe('catalog.example /items/7?x=1');
  });

  it.each(['it is read ahead', 'it is sent'])(
    'cancels the body of a Request that stalls when the call is aborted while %s',
    async (when) => {
      const server = await serve(() => {});
      const caller = new AbortController();
      const cancelled = vi.fn<(reason: unknown) => void>();
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('to be continued'));
        },
        cancel: cancelled,
      });
      const request = new Request('http://catalog/', { method: 'POST', body, duplex: 'half' } as RequestInit); // of Node's types
      const call = wrapFetch(bound(server.origin), { fetch })(request, { signal: caller.signal });
      if (when === 'it is sent') await server.seen(1);
      caller.abort(new Error('enough'));

      await expect(call).rejects.toThrow();
      await vi.waitFor(() => {
        expect(cancelled).toHaveBeenCalledOnce();
      });
    },
  );

  it('names the service to a TLS server', async () => {
    const server = await serveTls((request, response) =>
      response.end(`${servernameOf(request)} ${request.headers.host}`),
    );
    const api = wrapFetch(bound(server.origin), { fetch });
    const trust = trusting();
    for (const name of ['catalog.example', 'billing.example', 'catalog.example']) {
      const response = await api(`https://${name}/`, initFor(client, trust));
      expect(await response.text()).toBe(`${name} ${name}`);
    }
  });

  it('trusts no certificate of another name', async () => {
    const server = await serveTls((_request, response) => response.end());
    const api = wrapFetch(bound(server.origin), { fetch });
    const call = api('https://other.example/', initFor(client, trusting()));
    await expect(call).rejects.toThrow(/fetch failed|altname/i);
    expect(server.requests).toHaveLength(0);
  });

  it('stays at the endpoint when a redirect stays in the service', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(302, { location: 'http://catalog.example/new' }).end('moved');
      else if (request.url === '/new') response.writeHead(302, { location: 'newest' }).end('moved');
      else response.end(`${request.headers.host} ${request.url} ${request.headers.authorization}`);
    });
    const response = await wrapFetch(bound(server.origin), { fetch })('http://catalog.example/old', {
      headers: { authorization: 'mine' },
    });
    expect(await response.text()).toBe('catalog.example /newest mine');
    expect(response).toMatchObject({ url: 'http://catalog.example/newest', redirected: true });
  });

  it('tells another server neither host nor credentials when a redirect leaves the service', async () => {
    const other = await serve((request, response) => {
      const { host, authorization, cookie, 'x-one': one } = request.headers;
      response.end(JSON.stringify({ host, authorization, cookie, one }));
    });
    const server = await serve((_request, response) => response.writeHead(302, { location: `${other.origin}/` }).end());
    const response = await wrapFetch(bound(server.origin), { fetch })('http://catalog.example/', {
      headers: { authorization: 'mine', cookie: 'a=b', 'x-one': '1' },
    });
    expect(await response.json()).toEqual({ host: `127.0.0.1:${other.port}`, one: '1' });
    expect(response).toMatchObject({ url: `${other.origin}/`, redirected: true });
  });

  it.each<[number, string, string]>([
    [301, 'POST', 'GET '],
    [302, 'PUT', 'PUT body'],
    [303, 'PUT', 'GET '],
    [307, 'POST', 'POST body'],
    [308, 'POST', 'POST body'],
  ])('follows a %i of a %s as fetch does', async (status, method, seen) => {
    const server = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(status, { location: '/new' }).end();
      else void textOf(request).then((body) => response.end(`${request.method} ${body}`));
    });
    const init = { method, body: 'body' };
    const response = await wrapFetch(bound(server.origin), { fetch })('http://catalog.example/old', init);
    expect(await response.text()).toBe(seen);
  });

  it('leaves a redirect to the caller that was not to be followed', async () => {
    const server = await serve((_request, response) => response.writeHead(302, { location: '/new' }).end());
    const api = wrapFetch(bound(server.origin), { fetch });
    expect((await api('http://catalog.example/', { redirect: 'manual' })).status).toBe(302);
    await expect(api('http://catalog.example/', { redirect: 'error' })).rejects.toThrow(/redirect|fetch failed/);
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['in a circle', '/'],
    ['nowhere', 'http://'],
    ['to another scheme', 'gopher://catalog.example/'],
  ])('gives up a redirect that leads %s, once', async (_, location) => {
    const server = await serve((_request, response) => response.writeHead(302, { location }).end());
    const call = wrapFetch(compose(again, bound(server.origin)), { fetch })('http://catalog.example/');
    await expect(call).rejects.toMatchObject({
      message: 'fetch failed',
      cause: expect.any(Error),
    });
    expect(server.requests).toHaveLength(location === '/' ? 21 : 1);
  });
});

describe('wrapFetch of a fetch that drops our dispatcher', () => {
  it('goes to the right server, though under its own host', async () => {
    const server = await serve((request, response) => response.end(request.headers.host));
    const dropping = (url: string, init?: RequestInit): Promise<Response> =>
      globalThis.fetch(url, { headers: init?.headers ?? {}, redirect: init?.redirect ?? 'follow' });
    const response = await wrapFetch(bound(server.origin), { fetch: dropping })('http://catalog.example/');
    expect(await response.text()).toBe(`127.0.0.1:${server.port}`);
    expect(response.url).toBe('http://catalog.example/');
  });

  it('gives headers in the shape that they were given in', async () => {
    const given: unknown[] = [];
    const fetch = vi.fn((_url: string, init?: RequestInit) => {
      given.push(init?.headers);
      return Promise.resolve(new Response());
    });
    const endpoint: Endpoint = { origin: 'http://10.0.0.1:8080', host: 'shop.example' };
    const api = wrapFetch(bound(endpoint), { fetch });
    await api('http://catalog.example/a');
    await api('http://catalog.example/b', { headers: { 'x-one': '1', HOST: 'liar.example' } });
    await api('http://catalog.example/c', { headers: [['x-one', '1']] });
    await api('http://catalog.example/d', { headers: new Headers({ 'x-one': '1' }) });
    expect(fetch.mock.calls.map(([url]) => url)).toEqual(
      ['a', 'b', 'c', 'd'].map((path) => `http://10.0.0.1:8080/${path}`),
    );
    const pairs = [
      ['x-one', '1'],
      ['host', 'shop.example'],
    ];
    expect(given).toEqual([{ host: 'shop.example' }, { 'x-one': '1', host: 'shop.example' }, pairs, pairs]);
  });
});
