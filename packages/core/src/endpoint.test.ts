import { describe, expect, it } from 'vitest';

import { type Endpoint } from './endpoint.ts';
import { toEndpoint } from './endpoints.ts';

describe('toEndpoint', () => {
  it.each([
    ['http://10.0.0.1:8080', 'http://10.0.0.1:8080'],
    ['http://10.0.0.1:8080/', 'http://10.0.0.1:8080'],
    ['https://catalog.internal', 'https://catalog.internal'],
    ['http://[::1]:80', 'http://[::1]:80'],
    ['http://[2001:db8::7]', 'http://[2001:db8::7]'],
    ['grpc+tls://under_score-1:7', 'grpc+tls://under_score-1:7'],
  ])('takes "%s" for an origin', (given, origin) => {
    expect(toEndpoint(given)).toEqual({ origin });
  });

  it.each([
    [''],
    ['catalog'],
    ['catalog:8080'],
    ['http://'],
    ['http://:80'],
    ['http:///path'],
    ['http://catalog/path'],
    ['http://catalog?query'],
    ['http://catalog#hash'],
    ['http://user:secret@catalog'],
    ['http://catalog:port'],
    ['http://catalog:123456'],
    ['http://ca talog'],
    ['http://::1'],
    ['http://catalog\n'],
    ['//catalog'],
  ])('refuses the origin "%s"', (given) => {
    expect(() => toEndpoint(given)).toThrow(RangeError);
  });

  it('keeps what is known of an endpoint', () => {
    const given: Endpoint = {
      origin: 'https://10.0.0.1',
      host: 'catalog.example',
      servername: 'catalog.example',
      weight: 2,
      metadata: { zone: 'a' },
    };

    expect(toEndpoint(given)).toEqual(given);
    expect(toEndpoint({ ...given, origin: 'https://10.0.0.1/' })).toEqual(given);
  });

  it('does not follow what happens to the object later', () => {
    const given = { origin: 'http://a', weight: 2 };
    const taken = toEndpoint(given);
    given.weight = 0;

    expect(taken.weight).toBe(2);
    expect(Object.isFrozen(taken)).toBe(true);
  });

  it.each([
    [null, TypeError, 'an endpoint must be a string or an object, got null'],
    [7, TypeError, 'an endpoint must be a string or an object, got 7'],
    [{}, TypeError, 'origin of an endpoint must be a string, got undefined'],
    [{ origin: 'http://a', host: '' }, TypeError, 'host of endpoint http://a must be a non-empty string'],
    [{ origin: 'http://a', servername: 7 }, TypeError, 'servername of endpoint http://a must be a non-empty string'],
    [{ origin: 'http://a', weight: 0 }, RangeError, 'weight of endpoint http://a must be a positive number, got 0'],
    [{ origin: 'http://a', weight: NaN }, RangeError, 'weight of endpoint http://a must be a positive number, got NaN'],
    [{ origin: 'http://a', metadata: 'b' }, TypeError, 'metadata of endpoint http://a must be an object, got "b"'],
    [{ origin: 'http://a', url: 'b' }, TypeError, 'unknown member of endpoint http://a: url'],
  ])('refuses %j', (given, kind, message) => {
    expect(() => toEndpoint(given as Endpoint)).toThrow(new kind(message));
  });
});
