import type { Layer, Policy } from '@inmesh/core';
import type { HttpPolicy, ResponseLike } from '@inmesh/http';
import { describe, expect, expectTypeOf, it } from 'vitest';
import ky, { type Input, type KyResponse, type Options } from 'ky';
import fetchOf2, {
  type RequestInfo as InfoOf2,
  type RequestInit as InitOf2,
  type Response as Response2,
} from 'node-fetch-2';
import fetchOf3, { type Response as Response3 } from 'node-fetch-3';
import { fetch as fetch6, type Response as Response6 } from 'undici';
import { fetch as fetch7, type Response as Response7 } from 'undici-7';
import type { fetch as Fetch8, Response as Response8 } from 'undici-8'; // it does not load on Node 20

import { wrapFetch } from './wrap-fetch.ts';

const through: Policy = (next) => next;
const looking: HttpPolicy = (next) => next;

describe('the type of wrapFetch', () => {
  it('is that of the global fetch', () => {
    const layer: Layer<Response> = (next) => next;
    expectTypeOf(wrapFetch(through)).toEqualTypeOf<typeof fetch>();
    expectTypeOf(wrapFetch(layer)).toEqualTypeOf<typeof fetch>();
    expectTypeOf(wrapFetch(looking)).toEqualTypeOf<typeof fetch>();
    const expected: (request: Request) => Promise<Response> = wrapFetch(through); // as a client asks for it
    expectTypeOf(expected).parameters.toEqualTypeOf<[request: Request]>();
  });

  it("is that of each undici's fetch", () => {
    const fetch8 = fetch7 as unknown as typeof Fetch8;
    expectTypeOf(wrapFetch(through, { fetch: fetch6 })).toEqualTypeOf<typeof fetch6>();
    expectTypeOf(wrapFetch(looking, { fetch: fetch7 })).toEqualTypeOf<typeof fetch7>();
    expectTypeOf(wrapFetch(looking, { fetch: fetch8 })).toEqualTypeOf<typeof Fetch8>();
    expectTypeOf(wrapFetch(through, { fetch: fetch6 })).returns.toEqualTypeOf<Promise<Response6>>();
    expectTypeOf(wrapFetch(through, { fetch: fetch7 })).returns.toEqualTypeOf<Promise<Response7>>();
    expectTypeOf(wrapFetch(through, { fetch: fetch8 })).returns.toEqualTypeOf<Promise<Response8>>();
  });

  it("is how each node-fetch is called, without version 2's members", () => {
    const of2 = wrapFetch(looking, { fetch: fetchOf2 });
    expectTypeOf(of2).toEqualTypeOf<(url: InfoOf2, init?: InitOf2) => Promise<Response2>>();
    expectTypeOf(of2).not.toHaveProperty('isRedirect');
    expectTypeOf(wrapFetch(looking, { fetch: fetchOf3 })).toEqualTypeOf<typeof fetchOf3>();
    expectTypeOf(wrapFetch(through, { fetch: fetchOf3 })).returns.toEqualTypeOf<Promise<Response3>>();
  });

  it('is how ky is called, without its members and those of its promise', () => {
    const wrapped = wrapFetch(through, { fetch: ky });
    expectTypeOf(wrapped).toEqualTypeOf<(url: Input, options?: Options) => Promise<KyResponse>>();
    const get = wrapFetch(through, { fetch: (url: string) => ky.get(url) });
    expectTypeOf(get).toEqualTypeOf<(url: string) => Promise<KyResponse>>();
  });

  it('is that of a mock, its own arguments and answers included', () => {
    interface Fake extends ResponseLike {
      readonly calls: number;
    }
    const mock = (_url: string, _retries?: number): Promise<Fake> =>
      Promise.resolve({ status: 200, headers: new Headers(), body: null, calls: 1 });
    expectTypeOf(wrapFetch(looking, { fetch: mock })).toEqualTypeOf<typeof mock>();
    expectTypeOf(wrapFetch(through, { fetch: () => Promise.resolve(new Response()) })).returns.toEqualTypeOf<
      Promise<Response>
    >();
  });

  it("gives its functions fetch's own arguments", () => {
    const options = {
      fetch: fetchOf3,
      name: (input: Parameters<typeof fetchOf3>[0], init?: Parameters<typeof fetchOf3>[1]) =>
        `${init?.method ?? 'GET'} ${typeof input === 'string' ? input : 'elsewhere'}`,
      deadlineMs: (_input: unknown, init?: Parameters<typeof fetchOf3>[1]) => init?.size,
    };
    expectTypeOf(wrapFetch(through, options)).toEqualTypeOf<typeof fetchOf3>();
  });

  it('refuses what is no fetch, and layers for other results', () => {
    const numbers: Layer<number> = (next) => next;
    const ours: Layer<Response> = (next) => next;
    // @ts-expect-error a layer for numbers
    expect(wrapFetch(numbers)).toBeTypeOf('function');
    // @ts-expect-error a layer for responses of another class
    expect(wrapFetch(ours, { fetch: fetchOf2 })).toBeTypeOf('function');
    // @ts-expect-error a fetch of no responses
    expect(wrapFetch(through, { fetch: () => Promise.resolve({ data: 7 }) })).toBeTypeOf('function');
    // @ts-expect-error a synchronous fetch
    expect(wrapFetch(through, { fetch: () => new Response() })).toBeTypeOf('function');
    // @ts-expect-error a fetch that takes no string
    expect(wrapFetch(through, { fetch: (_id: number) => Promise.resolve(new Response()) })).toBeTypeOf('function');
    // @ts-expect-error a fetch that takes nothing but a Request
    expect(wrapFetch(through, { fetch: (_only: Request) => Promise.resolve(new Response()) })).toBeTypeOf('function');
    // @ts-expect-error a name of other arguments
    expect(wrapFetch(through, { fetch: fetchOf3, name: (id: number) => String(id) })).toBeTypeOf('function');
    // @ts-expect-error a deadline that is no time
    expect(wrapFetch(through, { deadlineMs: () => 'soon' })).toBeTypeOf('function');
  });
});
