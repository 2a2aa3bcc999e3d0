import { setTimeout as pause } from 'node:timers/promises';

import { compose } from '@inmesh/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Agent, getGlobalDispatcher, MockAgent, ProxyAgent, setGlobalDispatcher } from 'undici';
import { Agent as Agent7, MockAgent as MockAgent7, ProxyAgent as ProxyAgent7 } from 'undici-7';

import {
  bound,
  certificates,
  refusedPort,
  serve,
  servernameOf,
  serveProxy,
  serveTls,
  watched,
} from '../test-servers.ts';
import { wrapFetch } from './wrap-fetch.ts';

function closing<A extends { close(): Promise<void> }>(agent: A): A {
  onTestFinished(() => agent.close());
  return agent;
}

const trusting = { connect: { ca: certificates } };

describe('wrapFetch with a bound endpoint', () => {
  it('goes there under the host of the URL, and the response says what was asked', async () => {
    const server = await serve((request, response) => response.end(`${request.headers.host} ${request.url}`));
    const api = wrapFetch(bound(server.origin));
    const response = await api('http://catalog.example/items/7?x=1#top', { headers: { Host: 'liar.example' } });
    expect(response.url).toBe('http://catalog.example/items/7?x=1');
    expect(response.redirected).toBe(false);
    expect(await response.text()).toBe('catalog.example /items/7?x=1');
  });

  it.each([
    ['a URL', new URL('http://catalog.example/items/7')],
    ['a Request', new Request('http://catalog.example/items/7')],
    ['an odd string', 'HTTP://Catalog.Example:80/items/7'],
  ])('goes there when called with %s', async (_, input) => {
    const server = await serve((request, response) => response.end(`${request.headers.host} ${request.url}`));
    const response = await wrapFetch(bound(server.origin))(input);
    expect(await response.text()).toBe('catalog.example /items/7');
    expect(response.url).toBe('http://catalog.example/items/7');
  });

  it('goes where the URL says when none is bound', async () => {
    const server = await serve((request, response) => response.end(request.headers.host));
    const response = await wrapFetch((next) => next)(`${server.origin}/`);
    expect(await response.text()).toBe(`127.0.0.1:${server.port}`);
  });

  it.each([
    ['6', Agent],
    ['7', Agent7],
  ])(
    'names the service to a TLS server, and keeps its connections apart from those of others (undici %s)',
    async (_, A) => {
      const server = await serveTls((request, response) =>
        response.end(`${servernameOf(request)} ${request.headers.host}`),
      );
      const api = wrapFetch(bound(server.origin), { dispatcher: closing(new A(trusting)) });
      const seen = new Set<string>();
      for (let call = 0; call < 40; call++) {
        const name = call % 2 === 0 ? 'catalog.example' : 'billing.example';
        const response = await api(`https://${name}/`);
        seen.add(await response.text());
        await pause(3); // without it the connection that was taken down is not missed
      }
      expect([...seen]).toEqual(['catalog.example catalog.example', 'billing.example billing.example']);
      expect(server.connections).toBe(2);
    },
  );

  it('trusts no certificate of another name', async () => {
    const server = await serveTls((_request, response) => response.end());
    const api = wrapFetch(bound({ origin: server.origin, servername: 'other.example' }), {
      dispatcher: closing(new Agent(trusting)),
    });
    await expect(api('https://catalog.example/')).rejects.toMatchObject({
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it('uses a connection again', async () => {
    const server = await serve((_request, response) => response.end('x'.repeat(1_000)));
    const api = wrapFetch(bound(server.origin));
    for (let call = 0; call < 10; call++) await (await api('http://catalog.example/')).text();
    // A body is read a moment before its connection is free, so fetch may open a second one.
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('parses no URL of a service that it knows', async () => {
    const Real = globalThis.URL;
    onTestFinished(() => {
      globalThis.URL = Real;
    });
    let parsed = 0;
    globalThis.URL = class extends Real {
      constructor(url: string | URL, base?: string | URL) {
        super(url, base);
        parsed++;
      }
    };
    const api = wrapFetch(bound({ origin: 'http://10.0.0.1' }), {
      fetch: (_url: string) => Promise.resolve(new Response()),
    });
    await api('http://catalog.example/items/7');
    expect(parsed).toBeGreaterThan(0);
    parsed = 0;
    await api('http://catalog.example/items/8');
    expect(parsed).toBe(0);
  });

  it('stays at the endpoint when a redirect stays in the service', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(302, { location: 'http://catalog.example/new' }).end('moved');
      else response.end(`${request.headers.host} ${request.url}`);
    });
    const response = await wrapFetch(bound(server.origin))('http://catalog.example/old');
    expect(await response.text()).toBe('catalog.example /new');
    expect(response).toMatchObject({ url: 'http://catalog.example/new', redirected: true });
  });

  it('lets a redirect leave the service', async () => {
    const other = await serve((request, response) => response.end(request.headers.host));
    const server = await serve((_request, response) => response.writeHead(302, { location: `${other.origin}/` }).end());
    const calls = watched();
    const response = await wrapFetch(compose(calls, bound(server.origin)))('http://catalog.example/');
    expect(await response.text()).toBe(`127.0.0.1:${other.port}`);
    await calls.over(1);
    expect(calls.overs).toEqual([undefined]);
  });

  it.each([
    ['6', ProxyAgent],
    ['7', ProxyAgent7],
  ])('goes there through a proxy (undici %s)', async (_, Proxy) => {
    const proxy = await serveProxy();
    const server = await serveTls((request, response) =>
      response.end(`${servernameOf(request)} ${request.headers.host}`),
    );
    // A ProxyAgent given certificates to trust takes the server name from there too, so none are given here.
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    const dispatcher = closing(new Proxy(proxy.origin));
    const response = await wrapFetch(bound(server.origin))('https://catalog.example/', { dispatcher } as RequestInit);
    expect(await response.text()).toBe('catalog.example catalog.example');
    expect(proxy.tunnels).toEqual([expect.stringContaining(`127.0.0.1:${server.port}`)]);
  });

  it.each([
    ['6', () => new MockAgent()],
    ['7', () => new MockAgent7()],
  ])('meets the mock of the endpoint, bodies too (undici %s)', async (_, make) => {
    const mock = closing(make());
    mock.disableNetConnect();
    (mock as MockAgent)
      .get('https://10.0.0.1:8443')
      .intercept({ path: '/', method: 'PUT', body: 'hello' })
      .reply(200, 'mocked');
    const api = wrapFetch(bound('https://10.0.0.1:8443'), { dispatcher: mock });
    const response = await api('https://catalog.example/', { method: 'PUT', body: 'hello' });
    expect(await response.text()).toBe('mocked');
  });

  it('obeys setGlobalDispatcher, also after it was made', async () => {
    const api = wrapFetch(bound('http://10.0.0.1'));
    const before = getGlobalDispatcher();
    onTestFinished(() => {
      setGlobalDispatcher(before);
    });
    const mock = closing(new MockAgent());
    mock.get('http://10.0.0.1').intercept({ path: '/' }).reply(200, 'mocked');
    setGlobalDispatcher(mock);
    expect(await (await api('http://catalog.example/')).text()).toBe('mocked');
  });

  it("prefers a call's own dispatcher, in its options or in its Request", async () => {
    const server = await serve((_request, response) => response.end());
    const used: string[] = [];
    const agent = closing(new Agent());
    const named = (name: string) => ({
      dispatch: (...args: Parameters<Agent['dispatch']>) => used.push(name) > 0 && agent.dispatch(...args),
    });
    const api = wrapFetch(bound(server.origin), { dispatcher: named('wrapped') });
    await api('http://catalog.example/');
    await api('http://catalog.example/', { dispatcher: named('init') } as unknown as RequestInit);
    await api(new Request('http://catalog.example/', { dispatcher: named('request') } as unknown as RequestInit));
    expect(used).toEqual(['wrapped', 'init', 'request']);
  });

  it('sends nothing past a dispatcher that is none', async () => {
    const server = await serve((_request, response) => response.end());
    const init = { dispatcher: { proxy: 'http://10.0.0.1' } } as unknown as RequestInit;
    await expect(wrapFetch(bound(server.origin))('http://catalog.example/', init)).rejects.toThrow('fetch failed');
    expect(server.requests).toHaveLength(0);
  });

  it('fails like fetch where nobody listens', async () => {
    const api = wrapFetch(bound(`http://127.0.0.1:${await refusedPort()}`));
    await expect(api('http://catalog.example/')).rejects.toMatchObject({
      message: 'fetch failed',
      cause: { code: 'ECONNREFUSED' },
    });
  });
});
