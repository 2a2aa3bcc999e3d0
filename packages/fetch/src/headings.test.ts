import { describe, expect, it } from 'vitest';

import { headingsOf, withHost, without } from './headings.ts';

describe('headingsOf', () => {
  it.each<[string, unknown, unknown]>([
    ['nothing', undefined, {}],
    ['null', null, {}],
    ['an object', { 'X-One': '1' }, { 'X-One': '1' }],
    ['pairs', [['X-One', '1']], [['X-One', '1']]],
    ['Headers', new Headers({ 'X-One': '1' }), [['x-one', '1']]],
    ['a Map', new Map([['X-One', '1']]), [['X-One', '1']]],
  ])('reads %s', (_, given, read) => {
    expect(headingsOf(given)).toEqual(read);
  });
});

describe('without', () => {
  it('takes headers out whatever their case, and changes nothing that it was given', () => {
    const given = Object.freeze({ 'X-One': '1', COOKIE: 'a=b' });
    expect(without(given, new Set(['cookie']))).toEqual({ 'X-One': '1' });
    expect(without(Object.freeze(Object.entries(given)), new Set(['cookie']))).toEqual([['X-One', '1']]);
  });
});

describe('withHost', () => {
  it('leaves one Host', () => {
    expect(withHost({ HOST: 'liar.example', Host: 'liar.example' }, 'catalog.example')).toEqual({
      host: 'catalog.example',
    });
    expect(withHost([['Host', 'liar.example']], 'catalog.example')).toEqual([['host', 'catalog.example']]);
  });
});
