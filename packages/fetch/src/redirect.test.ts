import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { redirected, type Sending } from './redirect.ts';

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
          const next = redirected({ ...sending, method, headers }, status, location, 0, true);
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

  it.each<[string, string, number, boolean]>([
    ['no URL', 'http://', 0, true],
    ['another scheme', 'gopher://catalog.example/', 0, true],
    ['a file', 'file:///etc/hosts', 0, true],
    ['a URL with credentials', 'http://me:mine@catalog.example/', 0, true],
    ['anywhere for the 21st time', '/new', 20, true],
    ['anywhere with a body that is gone', '/new', 0, false],
  ])('fails as fetch does where it leads to %s', (_, location, followed, replayable) => {
    expect(() => redirected(sending, 308, location, followed, replayable)).toThrow(
      expect.objectContaining({ name: 'TypeError', message: 'fetch failed', cause: expect.any(Error) }),
    );
  });

  it('needs no body that is gone for a GET', () => {
    expect(redirected(sending, 303, '/new', 19, false)).toMatchObject({ method: 'GET', body: null });
  });
});
