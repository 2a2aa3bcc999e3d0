import { Readable } from 'node:stream';

import { compose, type Endpoint } from '@inmesh/core';
import type { ResponseLike } from '@inmesh/http';
import { retry } from '@inmesh/retry';
import { TimeoutError, timeout } from '@inmesh/timeout';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetch as fetch6 } from 'undici';
import { fetch as fetch7 } from 'undici-7';

import { bound, serve, watched } from '../test-servers.ts';
import { wrapFetch } from './wrap-fetch.ts';

const again = retry({ attempts: 3, backoff: () => 0 });

describe('wrapFetch of another fetch', () => {
  it('judges and repeats what a mock answers', async () => {
    const answers = [new Response('busy', { status: 503 }), new Response('fine')];
    const calls = watched();
    const api = wrapFetch(compose(timeout(1_000), again, calls, bound('http://10.0.0.1')), {
      fetch: () => Promise.resolve(answers.shift() ?? Response.error()),
    });
    const response = await api();
    expect(await response.text()).toBe('fine');
    await calls.over(2);
    expect(calls.overs).toEqual([undefined, undefined]);
  });

  it.each<[string, () => ResponseLike, ((response: Response) => unknown)?]>([
    ['has no body', () => new Response(null)],
    ['has an empty body', () => new Response('', { headers: { 'content-length': '0' } })],
    ['is read', () => new Response('hello'), (response) => response.text()],
    ['is cancelled', () => new Response('hello'), (response) => response.body?.cancel()],
    [
      'has a Node stream for a body',
      () => ({ status: 200, headers: new Headers(), body: Readable.from(['x']).resume() }),
    ],
    [
      'was read before',
      () => {
        const response = new Response('hello');
        void response.text();
        return response;
      },
    ],
    ['has bytes for a body', () => ({ status: 200, headers: new Headers(), body: 'text' })],
  ])('tells when a response is over that %s', async (_, make, use) => {
    const calls = watched();
    const response = await wrapFetch(calls, { fetch: () => Promise.resolve(make()) })();
    await use?.(response as Response);
    await calls.over(1);
    expect(calls.overs).toEqual([undefined]);
  });

  it('tells it with the error when the body dies', async () => {
    const calls = watched();
    const died = new Error('died');
    const body = new ReadableStream({
      pull: (controller) => {
        controller.error(died);
      },
    });
    const response = await wrapFetch(calls, { fetch: () => Promise.resolve(new Response(body)) })();
    await expect(response.text()).rejects.toBe(died);
    await calls.over(1);
    expect(calls.overs).toEqual([died]);
  });

  it('tells it when a response that nobody reads is collected', async () => {
    const calls = watched();
    const ignore = async (): Promise<number> =>
      (await wrapFetch(calls, { fetch: () => Promise.resolve(new Response('x'.repeat(1_000_000))) })()).status;
    expect(await ignore()).toBe(200);
    expect(calls.overs).toEqual([]);
    const collecting = setInterval(() => globalThis.gc?.(), 10);
    onTestFinished(() => clearInterval(collecting));
    await calls.over(1);
  });

  it('aborts it by a signal', async () => {
    const fetch = (_url: string, { signal }: { signal?: AbortSignal } = {}): Promise<Response> =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const api = wrapFetch(compose(timeout(5_000), timeout(20, { until: 'head' })), { fetch });
    await expect(api('http://catalog.example/')).rejects.toThrow(TimeoutError);
  });

  it.each<[string, (input: string) => Promise<ResponseLike>]>([
    [
      'throws',
      () => {
        throw new RangeError('thrown');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('thrown'))],
  ])('rejects where it %s', async (_, fetch) => {
    await expect(wrapFetch(again, { fetch })('http://catalog.example/')).rejects.toThrow(RangeError);
  });

  it('rejects where it answers with no promise', async () => {
    // @ts-expect-error a fetch answers with a promise
    const api: typeof fetch = wrapFetch((next) => next, { fetch: () => new Response() });
    await expect(api('http://catalog.example/')).rejects.toThrow(TypeError);
  });

  it.each<[string, unknown]>([
    ['6', fetch6],
    ['7', fetch7],
  ])('brings that of undici %s to its endpoint, and knows when it is over', async (_, fetch) => {
    const server = await serve((request, response) => response.end(`${request.headers.host} ${'x'.repeat(100_000)}`));
    const calls = watched();
    const endpoint: Endpoint = { origin: server.origin };
    const api = wrapFetch(compose(timeout(5_000), again, calls, bound(endpoint)), {
      fetch: fetch as typeof globalThis.fetch,
    });
    const response = await api('http://catalog.example/');
    expect(response.url).toBe('http://catalog.example/');
    expect(calls.overs).toEqual([]);
    expect((await response.text()).split(' ')[0]).toBe('catalog.example');
    await calls.over(1);
    expect(calls.overs).toEqual([undefined]);
  });

  it('can be wrapped again', async () => {
    const server = await serve((_, response) => response.end('x'.repeat(100_000)));
    const inner = watched();
    const outer = watched();
    const api = wrapFetch(outer, { fetch: wrapFetch(compose(inner, bound(server.origin))) });
    expect(await (await api('http://catalog.example/')).text()).toHaveLength(100_000);
    await Promise.all([inner.over(1), outer.over(1)]);
  });

  it('looks the global fetch up at each call', async () => {
    const real = globalThis.fetch;
    onTestFinished(() => {
      globalThis.fetch = real;
    });
    const api = wrapFetch((next) => next);
    globalThis.fetch = () => Promise.resolve(new Response('replaced'));
    expect(await (await api('http://catalog.example/')).text()).toBe('replaced');
  });
});
