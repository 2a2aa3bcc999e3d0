import { describe, expect, it } from 'vitest';

import { initOf } from './init.ts';

describe('initOf', () => {
  it('takes a plain object as it is', () => {
    const init = { method: 'PUT' };
    expect(initOf(init)).toBe(init);
    const bare: object = Object.assign(Object.create(null), { method: 'PUT' });
    expect(initOf(bare)).toBe(bare);
  });

  it.each([undefined, null, 7, 'PUT'])('takes %o for nothing', (given) => {
    expect(initOf(given)).toEqual({});
  });

  it('keeps what is inherited, and what fetch does not know', () => {
    const init = Object.assign(Object.create({ method: 'PUT', keepalive: true }), { agent: 7 });
    expect(initOf(init)).toEqual({ method: 'PUT', keepalive: true, agent: 7 });
  });

  it('reads headers that can be read but once', () => {
    const { headers } = initOf({ headers: new Map([['a', '1']]).entries() });
    for (let time = 0; time < 2; time++) expect(new Headers(headers as HeadersInit).get('a')).toBe('1');
  });

  it('reads a Request', () => {
    const request = new Request('http://catalog.example/', { method: 'PUT', headers: { a: '1' }, redirect: 'manual' });
    expect(initOf(request)).toMatchObject({ method: 'PUT', headers: request.headers, redirect: 'manual' });
  });
});
