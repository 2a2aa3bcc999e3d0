import { compose, verdictOfError, type Policy } from '@inmesh/core';
import { retry } from '@inmesh/retry';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MockAgent } from 'undici';

import { bound, refusedPort, serve, textOf } from '../test-servers.ts';
import { wrapFetch } from './wrap-fetch.ts';

const again = retry({ attempts: 3, backoff: () => 0 });

describe('wrapFetch and what was never sent', () => {
  const post = { method: 'POST', body: 'once' };

  it('tries a POST again elsewhere that found nobody', async () => {
    const server = await serve((request, response) => void textOf(request).then((body) => response.end(body)));
    const balanced = bound(`http://127.0.0.1:${await refusedPort()}`, server.origin);
    const response = await wrapFetch(compose(again, balanced))('http://catalog.example/', post);
    expect(await response.text()).toBe('once');
  });

  it('tries a POST again whose name was not found', async () => {
    let attempts = 0;
    const counting: Policy = (next) => (call) => next(call).finally(() => attempts++);
    await expect(wrapFetch(compose(again, counting))('http://nowhere.invalid/', post)).rejects.toMatchObject({
      cause: { code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) },
    });
    expect(attempts).toBe(3);
  });

  it('does not try a POST again whose connection died', async () => {
    const server = await serve((request) => request.socket.destroy());
    await expect(wrapFetch(again)(`${server.origin}/`, post)).rejects.toThrow('fetch failed');
    expect(server.requests).toHaveLength(1);
  });

  it('does not try a POST again that a redirect led to a refused port', async () => {
    const port = await refusedPort();
    const server = await serve((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end(),
    );
    await expect(wrapFetch(again)(`${server.origin}/`, post)).rejects.toMatchObject({
      cause: { code: 'ECONNREFUSED' },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('believes a mock its errors, but not that nothing was sent', async () => {
    const mock = new MockAgent();
    onTestFinished(() => mock.close());
    const pool = mock.get('http://catalog.example');
    pool
      .intercept({ path: '/', method: 'POST' })
      .replyWithError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    pool.intercept({ path: '/', method: 'POST' }).reply(200, 'twice');
    await expect(wrapFetch(again, { dispatcher: mock })('http://catalog.example/', post)).rejects.toMatchObject({
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it.each<[string, unknown, RequestInit?]>([
    ['no URL', 'nonsense'],
    ['nothing', undefined],
    ['a symbol', Symbol('no URL')],
    ['a bad port', 'http://catalog.example:1/'],
    ['an unknown scheme', 'gopher://catalog.example/'],
    ['a file', 'file:///etc/hosts'],
    ['bad data', 'data:nonsense'],
    ['a GET with a body', 'http://catalog.example/', { body: 'x' }],
    ['a bad method', 'http://catalog.example/', { method: 'NO METHOD' }],
    ['bad headers', 'http://catalog.example/', { headers: { 'no header': 'x' } }],
    ['no signal', 'http://catalog.example/', { signal: {} as AbortSignal }],
    ['no options', 'http://catalog.example/', 7 as RequestInit],
  ])('rejects as fetch does, once, and blames nobody: %s', async (_, input, init) => {
    const health: string[] = [];
    const judging: Policy = (next) => (call) =>
      next(call).catch((error: unknown) => {
        health.push(verdictOfError(call, error).health);
        throw error;
      });
    const api = wrapFetch(compose(again, judging, bound('http://127.0.0.1:9')));
    const [ours, theirs] = await Promise.allSettled([api(input as string, init), fetch(input as string, init)]);
    expect(ours).toEqual(theirs);
    expect(ours).toHaveProperty('reason', expect.any(TypeError));
    expect(health.filter((each) => each !== 'ignorable')).toEqual([]);
    expect(health.length).toBeLessThanOrEqual(1);
  });
});
