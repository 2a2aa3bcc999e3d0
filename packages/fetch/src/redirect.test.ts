import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { asSent, mostOf, redirected, type Sending } from './redirect.ts';

const most = mostOf(undefined);
const from = 'http://catalog.example/old';
const HEADERS = {
  Authorization: 'mine',
  'Proxy-Authorization': 'mine',
  Cookie: 'a=b',
  Host: 'catalog.example',
  'Content-Type': 'text/plain',
  'Content-Length': '4',
  'X-One': '1',
};
const sending: Sending = { url: from, method: 'POST', headers: HEADERS, body: 'body' };

describe('redirected', () => {
  it('follows the rules of fetch', () => {
    const visited = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(200, 204, 300, 301, 302, 303, 304, 307, 308, 404),
        fc.constantFrom('GET', 'HEAD', 'POST', 'post', 'PUT', 'DELETE'),
        fc.constantFrom(
          '/new',
          'https://catalog.example/',
          'http://catalog.example:81/',
          'http://other.example/',
          null,
        ),
        fc.boolean(),
        (status, method, location, pairs) => {
          const headers = pairs ? Object.entries(HEADERS) : HEADERS;
          const next = redirected({ ...sending, method, headers }, status, location, 0, most);
          const follows = [301, 302, 303, 307, 308].includes(status) && location !== null;
          const name = method.toUpperCase();
          const toGet =
            (status === 303 && name !== 'GET' && name !== 'HEAD') ||
            ((status === 301 || status === 302) && name === 'POST');
          const away = location !== '/new';
          visited.add(!follows ? 'nowhere' : `${toGet ? 'get' : 'same'} ${away ? 'away' : 'inside'}`);
          if (!follows) {
            expect(next).toBeUndefined();
            return;
          }
          const gone = [
            ...(away ? ['Authorization', 'Proxy-Authorization', 'Cookie', 'Host'] : []),
            ...(toGet ? ['Content-Type', 'Content-Length'] : []),
          ];
          const kept = Object.entries(HEADERS).filter(([each]) => !gone.includes(each));
          expect(next).toEqual({
            url: new URL(location, from).href,
            method: toGet ? 'GET' : method,
            headers: pairs ? kept : Object.fromEntries(kept),
            body: toGet ? null : 'body',
          });
        },
      ),
      { numRuns: 2_000, seed: 7 },
    );
    expect([...visited].sort()).toEqual(['get away', 'get inside', 'nowhere', 'same away', 'same inside']);
  });

  it.each<[string, string, number?, unknown?]>([
    ['no URL', 'http://'],
    ['another scheme', 'gopher://catalog.example/'],
    ['a file', 'file:///etc/hosts'],
    ['a URL with credentials', 'http://me:mine@catalog.example/'],
    ['anywhere for the 21st time', '/new', 20],
    ['anywhere with a body that is gone', '/new', 0, new ReadableStream()],
  ])('fails as fetch does where it leads to %s', (_, location, followed = 0, body = 'body') => {
    expect(() => redirected({ ...sending, body }, 308, location, followed, most)).toThrow(
      expect.objectContaining({ name: 'TypeError', message: 'fetch failed', cause: expect.any(Error) }),
    );
  });

  it('needs no body that is gone for a GET', () => {
    const gone = { ...sending, body: new ReadableStream() };
    expect(redirected(gone, 303, '/new', 19, most)).toMatchObject({ method: 'GET', body: null });
  });
});

describe('asSent', () => {
  it.each([
    ['what is plain ASCII', '/a%20b?c=d#e', '/a%20b?c=d#e'],
    ['UTF-8', '/\u00c3\u00a9', '/%C3%A9'],
    ['Latin-1', '/\u00e9', '/%E9'],
    ['what somebody has decoded', '/\u96ea\u00e9', '/\u96ea\u00e9'],
  ])('gives %s as its server meant it', (_, location, sent) => {
    expect(asSent(location)).toBe(sent);
  });
});
