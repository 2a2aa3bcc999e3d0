import { compose, type Handler } from '@inmesh/core';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { contentLength, isResponse, type HttpPolicy } from './response.ts';

describe('isResponse', () => {
  it('goes by the shape', () => {
    expect(isResponse(new Response('x'))).toBe(true);
    expect(isResponse({ status: 200, headers: new Map(), body: null })).toBe(true);
  });

  it.each([
    undefined,
    null,
    200,
    'ok',
    {},
    { status: '200', headers: new Map() },
    { status: 200 },
    { status: 200, headers: null },
  ])('knows what is none: %o', (value) => {
    expect(isResponse(value)).toBe(false);
  });
});

describe('contentLength', () => {
  it.each([
    ['0', 0],
    ['17', 17],
    ['', undefined],
    ['-1', undefined],
    ['17, 17', undefined],
    ['many', undefined],
  ])('reads "%s"', (value, length) => {
    expect(contentLength(new Response(null, { headers: { 'content-length': value } }))).toBe(length);
  });

  it('is not known where nothing is said', () => {
    expect(contentLength(new Response('x'))).toBeUndefined();
  });
});

describe('HttpPolicy', () => {
  it('fits handlers of any kind of response, and no others', () => {
    const policy: HttpPolicy = (next) => next;
    const handler: Handler<Response> = () => Promise.resolve(new Response());
    expect(compose<Response>(policy)(handler)).toBe(handler);
    expectTypeOf(policy<Response>).returns.toEqualTypeOf<Handler<Response>>();
    // @ts-expect-error a number is no response
    policy((): Promise<number> => Promise.resolve(7));
  });
});
