import { Call, compose, type Policy } from '@inmesh/core';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { serve } from '../test-servers.ts';
import { fetchInputOf } from './fetch-input.ts';
import { wrapFetch } from './wrap-fetch.ts';

const through: Policy = (next) => next;
const answering = (): Promise<Response> => Promise.resolve(new Response('hello'));

/** A policy that shows its calls. */
function showing(calls: Call[]): Policy {
  return (next) => (call) => {
    calls.push(call);
    return next(call);
  };
}

describe('wrapFetch', () => {
  it('calls fetch through its policy', async () => {
    const server = await serve((request, response) => response.end(`${request.method} ${request.url}`));
    const api = wrapFetch(compose(timeout(5_000), retry()));
    expect(await (await api(`${server.origin}/items/7`, { method: 'DELETE' })).text()).toBe('DELETE /items/7');
  });

  it('binds its policy once', async () => {
    let bindings = 0;
    const api = wrapFetch(
      (next) => {
        bindings++;
        return next;
      },
      { fetch: answering },
    );
    await Promise.all([api(), api()]);
    expect(bindings).toBe(1);
  });

  it("passes fetch's own arguments on", async () => {
    const given: unknown[] = [];
    const { signal } = new AbortController();
    const fetch = (...args: Parameters<typeof globalThis.fetch>): Promise<Response> => {
      given.push(...args);
      return answering();
    };
    const url = new URL('http://catalog.example/');
    await wrapFetch(through, { fetch })(url, { method: 'PUT', keepalive: true, signal });
    expect(given).toEqual([
      url,
      { method: 'PUT', keepalive: true, signal: expect.any(AbortSignal), dispatcher: expect.any(Object) },
    ]);
  });

  it('takes a Request for its options, as fetch does', async () => {
    const server = await serve((request, response) =>
      response.end(`${request.method} ${String(request.headers['x-one'])}`),
    );
    const request = new Request('http://other.example/', { method: 'PUT', headers: { 'x-one': '1' } });
    expect(await (await wrapFetch(through)(`${server.origin}/`, request)).text()).toBe('PUT 1');
  });

  it('tells its policies what the call is', async () => {
    const calls: Call[] = [];
    const { signal } = new AbortController();
    const fetch: typeof globalThis.fetch = answering;
    const api = wrapFetch(showing(calls), { fetch, captureStacks: true });
    await api('http://catalog.example/', { method: 'PUT', headers: { 'X-One': '1' }, signal });
    const [call] = calls;
    expect(call).toMatchObject({ name: 'fetch', captureStacks: true });
    const input = call && fetchInputOf(call);
    expect(input).toMatchObject({ url: 'http://catalog.example/', method: 'PUT', init: { signal } });
    expect(input?.header('x-one')).toBe('1');
    expect(fetchInputOf(Call.start('something else'))).toBeUndefined();
  });

  it('names its calls', async () => {
    const calls: Call[] = [];
    const fetch: typeof globalThis.fetch = answering;
    await wrapFetch(showing(calls), { fetch, name: 'catalog' })('http://catalog.example/');
    const name = (input: string | URL | Request, init?: RequestInit): string =>
      `${init?.method ?? 'GET'} ${input instanceof Request ? input.url : input.toString()}`;
    await wrapFetch(showing(calls), { fetch, name })('http://catalog.example/', { method: 'PUT' });
    expect(calls.map((call) => call.name)).toEqual(['catalog', 'PUT http://catalog.example/']);
  });

  it('rejects, and does not throw, where the name cannot be told', async () => {
    const name = (): string => {
      throw new Error('no name');
    };
    await expect(wrapFetch(through, { fetch: answering, name })()).rejects.toThrow('no name');
  });

  it('knows when a body of no request is over', async () => {
    const overs: unknown[] = [];
    const holding: Policy = (next) => (call) =>
      next(call).then((result) => {
        call.protocol.hold(result, { over: () => overs.push(result === undefined) });
        return result;
      });
    expect(await (await wrapFetch(holding)('data:,hello')).text()).toBe('hello');
    await new Promise(setImmediate);
    expect(overs).toEqual([false]);
  });

  it.each<[string, object, string]>([
    ['fetch', { fetch: 'fetch' }, 'fetch must be a function, got "fetch"'],
    ['dispatcher', { dispatcher: {} }, 'dispatcher must have a method dispatch'],
    ['dispatcher', { dispatcher: null }, 'dispatcher must have a method dispatch, got null'],
    ['name', { name: 7 }, 'name must be a string'],
    ['captureStacks', { captureStacks: 1 }, 'captureStacks must be a boolean'],
    ['clock', { clock: {} }, 'clock must be a clock'],
    ['replayBodyBytes', { replayBodyBytes: 0 }, 'replayBodyBytes must be a whole number of 1 or more, got 0'],
    ['replayBodyBytes', { replayBodyBytes: Infinity }, 'replayBodyBytes must be a whole number'],
    ['an unknown option', { retries: 3 }, 'unknown option: retries'],
  ])('refuses a wrong %s: %o', (_, options, message) => {
    expect(() => wrapFetch(through, options)).toThrow(message);
  });

  it('refuses what is no policy, and what are no options', () => {
    // @ts-expect-error no policy
    expect(() => wrapFetch('retry')).toThrow('policy must be a function, got "retry"');
    // @ts-expect-error no options
    expect(() => wrapFetch(through, 7)).toThrow('options must be an object, got 7');
  });

  it('has no members of the fetch that it wraps', () => {
    const own = Object.assign((_url: string, _retries?: number) => answering(), { extend: () => 'more' });
    const wrapped = wrapFetch(through, { fetch: own });
    expectTypeOf(wrapped).toEqualTypeOf<(url: string, retries?: number) => Promise<Response>>();
    expect(wrapped).not.toHaveProperty('extend');
  });
});
