import { describe, expect, it } from 'vitest';

import { Route, Routes } from './route.ts';
import type { DispatchOptions } from './dispatcher.ts';

function applied(
  service: string,
  endpoint: ConstructorParameters<typeof Route>[1],
  options: DispatchOptions = {},
  mocked = false,
) {
  const sent = { origin: new URL(service).origin, headers: {}, ...options };
  new Route(new URL(service), endpoint).apply(sent, mocked);
  return sent;
}

describe('Route', () => {
  it('goes to the endpoint under the host of the service', () => {
    expect(applied('http://catalog.example/', { origin: 'http://10.0.0.1:8080' })).toEqual({
      origin: 'http://10.0.0.1:8080',
      headers: { host: 'catalog.example' },
    });
    expect(applied('http://catalog.example:81/', { origin: 'http://10.0.0.1' }).headers).toEqual({
      host: 'catalog.example:81',
    });
  });

  it('gives each TLS server name on one address a pool of its own', () => {
    expect(applied('https://catalog.example/', { origin: 'https://10.0.0.1:8443' })).toEqual({
      origin: 'https://catalog.example@10.0.0.1:8443',
      servername: 'catalog.example',
      headers: { host: 'catalog.example' },
    });
    expect(applied('https://catalog.example/', { origin: 'https://catalog.example:8443' })).toMatchObject({
      origin: 'https://catalog.example:8443',
      servername: 'catalog.example',
    });
  });

  it('takes the host and the server name that the endpoint sets', () => {
    const endpoint = { origin: 'https://10.0.0.1', host: 'shop.example', servername: 'tls.example' };
    expect(applied('https://catalog.example/', endpoint)).toEqual({
      origin: 'https://tls.example@10.0.0.1',
      servername: 'tls.example',
      headers: { host: 'shop.example' },
    });
  });

  it.each(['https://10.0.0.9/', 'https://[::1]/'])('names no address as TLS server: %s', (service) => {
    expect(applied(service, { origin: 'https://10.0.0.1:8443' })).not.toHaveProperty('servername');
  });

  it('tells a mock the plain origin, which is what it was told to expect', () => {
    const sent = applied('https://catalog.example/', { origin: 'https://10.0.0.1:8443' }, {}, true);
    expect(sent.origin).toBe('https://10.0.0.1:8443');
  });

  it('leaves alone what a redirect led elsewhere, but not what it led to the endpoint itself', () => {
    const elsewhere = applied('http://catalog.example/', { origin: 'http://10.0.0.1' }, { origin: 'http://b.example' });
    expect(elsewhere).toEqual({ origin: 'http://b.example', headers: {} });
    const itself = applied('http://catalog.example/', { origin: 'http://10.0.0.1' }, { origin: 'http://10.0.0.1' });
    expect(itself.headers).toEqual({ host: 'catalog.example' });
  });

  it('replaces a host header however it is written', () => {
    const headers = { Host: 'x', HOST: 'y', accept: '*/*' };
    const sent = applied('http://catalog.example/', { origin: 'http://10.0.0.1' }, { headers });
    expect(sent.headers).toEqual({ host: 'catalog.example', accept: '*/*' });
  });

  it.each([
    ['http://catalog.example/items/7?x=1', 'http://10.0.0.1:8080/items/7?x=1'],
    ['HTTP://Catalog.Example:80/items', 'http://10.0.0.1:8080/items'],
    ['http://catalog.example', 'http://10.0.0.1:8080/'],
    ['http://me:mine@catalog.example/', 'http://me:mine@10.0.0.1:8080/'],
  ])('says where at the endpoint a URL of the service is found: %s', (url, there) => {
    const route = new Route(new URL('http://catalog.example/'), { origin: 'http://10.0.0.1:8080' });
    expect(route.there(url)).toBe(there);
  });

  it.each([
    ['http://10.0.0.1:8080/items/7', 'http://catalog.example/items/7'],
    ['http://10.0.0.1:8080', 'http://catalog.example'],
    ['http://10.0.0.1:80801/', 'http://10.0.0.1:80801/'],
    ['/items/7', '/items/7'],
  ])('says what was asked where a URL at the endpoint was found: %s', (url, back) => {
    const route = new Route(new URL('http://catalog.example/'), { origin: 'http://10.0.0.1:8080' });
    expect(route.back(url)).toBe(back);
  });

  it.each([
    ['http://10.0.0.1', undefined, true],
    ['https://10.0.0.1', undefined, false],
    ['https://catalog.example:8443', undefined, true],
    ['https://one.example', 'one.example', true],
  ])('knows whether an endpoint is asked for a certificate of its own name: %s', (origin, servername, itself) => {
    const endpoint = { origin, ...(servername !== undefined && { servername }) };
    expect(new Route(new URL('https://catalog.example/'), endpoint).namesItself).toBe(itself);
  });
});

describe('Routes', () => {
  const endpoint = { origin: 'http://10.0.0.1:8080' };

  it('finds one route for all URLs of a service', () => {
    const routes = new Routes();
    const route = routes.find('http://catalog.example/items/7', endpoint);
    expect(route?.from).toBe('http://catalog.example');
    expect(routes.find('http://catalog.example/', endpoint)).toBe(route);
  });

  it.each([
    'http://catalog.example:80/x',
    'HTTP://Catalog.EXAMPLE/x',
    'http://catalog.example',
    'http://catalog.example?x=1',
    'http://user:secret@catalog.example/x',
    'http://catalog.example\\x',
    'http:/catalog.example/x',
    ' http://cata\tlog.example/x',
  ])('finds it for "%s" too', (url) => {
    const routes = new Routes();
    const route = routes.find('http://catalog.example/', endpoint);
    expect(routes.find(url, endpoint)).toBe(route);
  });

  it.each([
    'http://catalog.example.org/',
    'http://catalog.example:81/',
    'https://catalog.example/',
    'http://catalog.example@b.example/',
  ])('tells %s from it', (url) => {
    const routes = new Routes();
    const route = routes.find('http://catalog.example/', endpoint);
    expect(routes.find(url, endpoint)).not.toBe(route);
    expect(routes.find(url, endpoint)?.from).toBe(new URL(url).origin);
  });

  it('has a route for each endpoint', () => {
    const routes = new Routes();
    const route = routes.find('http://catalog.example/', endpoint);
    expect(routes.find('http://catalog.example/', { ...endpoint })).not.toBe(route);
  });

  it.each(['', '/relative', 'http://', 'data:,hello', 'file:///etc/hosts'])('finds none for "%s"', (url) => {
    expect(new Routes().find(url, endpoint)).toBeUndefined();
  });

  it('keeps the latest 32 of an endpoint', () => {
    const routes = new Routes();
    const first = routes.find('http://service-0.example/', endpoint);
    const second = routes.find('http://service-1.example/', endpoint);
    for (let service = 2; service <= 32; service++) routes.find(`http://service-${service}.example/`, endpoint);
    expect(routes.find('http://service-1.example/', endpoint)).toBe(second);
    expect(routes.find('http://service-0.example/', endpoint)).not.toBe(first);
  });
});
