import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';

import { compose, type Policy, type Protocol } from '@inmesh/core';
import { retry } from '@inmesh/retry';
import { TimeoutError, timeout } from '@inmesh/timeout';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { serve, watched } from '../test-servers.ts';
import { wrapFetch } from './wrap-fetch.ts';

const LARGE = 'x'.repeat(2_000_000);

interface Way {
  readonly how: string;
  readonly answer: RequestListener;
  readonly init?: RequestInit;
  /** What the caller does with the response. */
  readonly use?: (response: Response) => unknown;
  /** What its holders are told: nothing, or the error's code. */
  readonly error?: unknown;
}

const small: RequestListener = (_, response) => response.end('hello');
const large: RequestListener = (_, response) => response.end(LARGE);
const endless: RequestListener = (_, response) => response.writeHead(200).write('x'.repeat(100_000));
const chunked: RequestListener = (_, response) => {
  response.writeHead(200).write('hello ');
  setImmediate(() => response.end('world'));
};
/** Says how much it will send and dies on the way. */
const dying: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-length': '1000000' });
  response.write('x'.repeat(100_000), () => response.socket?.destroy());
};

/** The same so early that fetch is not waiting for a reader yet. */
const dyingEarly: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-length': '1000000' });
  response.write('x', () => response.socket?.destroy());
};

const drained = async (response: Response): Promise<void> => {
  for await (const chunk of response.body ?? []) void chunk;
};
const died = { code: 'UND_ERR_SOCKET' };

const WAYS: readonly Way[] = [
  { how: 'read as text', answer: small, use: (response) => response.text() },
  { how: 'read as JSON that is none', answer: small, use: (response) => response.json().catch(() => {}) },
  { how: 'read as bytes', answer: large, use: (response) => response.arrayBuffer() },
  { how: 'read as a blob', answer: large, use: (response) => response.blob() },
  { how: 'read in chunks', answer: chunked, use: drained },
  { how: 'read with a reader', answer: large, use: (response) => drained(new Response(response.body)) },
  {
    how: 'read through a pipe',
    answer: large,
    use: (response) => drained(new Response(response.body?.pipeThrough(new TransformStream()))),
  },
  {
    how: 'read in two clones',
    answer: large,
    use: (response) => Promise.all([response.clone().text(), response.text()]),
  },
  { how: 'small and unread', answer: small },
  { how: 'without a body', answer: (_, response) => response.end() },
  { how: 'of a HEAD', answer: small, init: { method: 'HEAD' } },
  { how: 'of a 204', answer: (_, response) => response.writeHead(204).end() },
  { how: 'of a 304', answer: (_, response) => response.writeHead(304).end() },
  { how: 'of a 503', answer: (_, response) => response.writeHead(503).end('busy'), use: (response) => response.text() },
  {
    how: 'compressed',
    answer: (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(LARGE)),
    use: (response) => response.text(),
  },
  {
    how: 'redirected',
    answer: (request, response) =>
      request.url === '/' ? response.writeHead(302, { location: '/there' }).end('moved') : response.end(LARGE),
    use: (response) => response.text(),
  },
  { how: 'cancelled unread', answer: endless, use: (response) => response.body?.cancel() },
  { how: 'cancelled with a reason', answer: endless, use: (response) => response.body?.cancel(new Error('enough')) },
  {
    how: 'cancelled half read',
    answer: endless,
    use: async (response) => {
      const reader = response.body?.getReader();
      await reader?.read();
      await reader?.cancel('enough');
    },
  },
  {
    how: 'left half read in a loop',
    answer: endless,
    use: async (response) => {
      for await (const chunk of response.body ?? []) {
        void chunk;
        break;
      }
    },
  },
  { how: 'dead before it ended', answer: dying, use: (response) => response.text().catch(() => {}), error: died },
  { how: 'dead unread', answer: dyingEarly, error: died },
  {
    how: 'no gzip though it says so',
    answer: (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).write('no gzip'.repeat(100));
    },
    use: (response) => response.text().catch(() => {}),
    error: { code: 'Z_DATA_ERROR' },
  },
];

describe('wrapFetch and the end of a body', () => {
  it.each(WAYS)('tells once that a response is over: $how', async ({ answer, init, use, error }) => {
    const server = await serve(answer);
    const calls = watched();
    let protocol: Protocol | undefined;
    const peeking: Policy = (next) => (call) => {
      ({ protocol } = call);
      return next(call);
    };
    const response = await wrapFetch(compose(calls, peeking))(`${server.origin}/`, init);
    await use?.(response);
    await calls.over(1);
    await new Promise(setImmediate);
    expect(calls.overs).toEqual([error === undefined ? undefined : expect.objectContaining(error)]);
    const late: unknown[] = [];
    protocol?.hold(response, { over: (reason) => late.push(reason) });
    expect(late).toEqual(calls.overs); // a holder that comes late is told at once
  });

  it('leaves the response as fetch made it', async () => {
    const server = await serve(small);
    const response = await wrapFetch(watched())(`${server.origin}/`);
    expect(response).toBeInstanceOf(Response);
    expect(Object.getPrototypeOf(response)).toBe(Response.prototype);
    const plain = await fetch(`${server.origin}/`);
    expect(Reflect.ownKeys(response)).toEqual(Reflect.ownKeys(plain));
    expect({ type: response.type, url: response.url, bodyUsed: response.bodyUsed }).toEqual({
      type: plain.type,
      url: plain.url,
      bodyUsed: false,
    });
    expect(await response.text()).toBe(await plain.text());
  });

  it('is over when a large response that nobody reads is collected', async () => {
    const server = await serve(endless);
    const calls = watched();
    const stack = compose(timeout(60_000), calls, calls, timeout(50_000, { until: 'head' }));
    // In a function of its own, so that nothing on the stack keeps the response.
    const ignore = async (): Promise<number> => (await wrapFetch(stack)(`${server.origin}/`)).status;
    expect(await ignore()).toBe(200);
    expect(calls.overs).toEqual([]);
    const collecting = setInterval(() => globalThis.gc?.(), 10);
    onTestFinished(() => clearInterval(collecting));
    await calls.over(2);
    expect(calls.overs).toEqual([undefined, undefined]);
    await server.closed(1);
  });

  it('is told the reason when a limit of ours ends the body, and the reader finds it as a cause', async () => {
    const server = await serve(endless);
    const calls = watched();
    const response = await wrapFetch(compose(timeout(500), calls))(`${server.origin}/`);
    const error = await response.text().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ message: 'terminated', cause: expect.any(TimeoutError) });
    expect(calls.overs).toEqual([expect.any(TimeoutError)]);
    await server.closed(1);
  });

  it.each([new Error('enough'), 'enough', 7, undefined])(
    "is told the caller's own reason when it aborts the body: %o",
    async (reason) => {
      const server = await serve(endless);
      const calls = watched();
      const controller = new AbortController();
      const response = await wrapFetch(calls)(`${server.origin}/`, { signal: controller.signal });
      const read = response.text();
      controller.abort(reason);
      await expect(read).rejects.toBe(controller.signal.reason);
      await calls.over(1);
      expect(calls.overs).toEqual([controller.signal.reason]);
      await server.closed(1);
    },
  );

  it('judges a body that died as a failure, and one that was cancelled not', async () => {
    const server = await serve((request, response) => {
      (request.url === '/dying' ? dying : endless)(request, response);
    });
    const verdicts: string[] = [];
    const judging: Policy = (next) => (call) =>
      next(call).then((result) => {
        const { protocol } = call;
        protocol.hold(result, {
          over: (error) => verdicts.push(error === undefined ? 'fine' : protocol.ofError(error, call).health),
        });
        return result;
      });
    const api = wrapFetch(judging);
    await expect((await api(`${server.origin}/dying`)).text()).rejects.toThrow('terminated');
    await (await api(`${server.origin}/endless`)).body?.cancel();
    expect(verdicts).toEqual(['failure', 'fine']);
  });

  it("listens to the caller's signal no longer than to the body", async () => {
    const server = await serve(chunked);
    const listeners = async (api: typeof fetch): Promise<number> => {
      const { signal } = new AbortController();
      const added = vi.spyOn(signal, 'addEventListener');
      const removed = vi.spyOn(signal, 'removeEventListener');
      for (let call = 0; call < 3; call++) await (await api(`${server.origin}/`, { signal })).text();
      return added.mock.calls.length - removed.mock.calls.length;
    };
    expect(await listeners(wrapFetch(timeout(10_000)))).toBe(await listeners(fetch));
  });

  it("listens to the caller's signal no more than fetch does", async () => {
    const server = await serve(chunked);
    const listened = async (api: typeof fetch): Promise<number> => {
      const { signal } = new AbortController();
      const added = vi.spyOn(signal, 'addEventListener');
      await (await api(`${server.origin}/`, { signal })).text();
      return added.mock.calls.length;
    };
    expect(await listened(wrapFetch(compose(timeout(10_000), retry())))).toBe(await listened(fetch));
  });
});
