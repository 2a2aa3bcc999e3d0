import { Writable, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { compose } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { retry } from '@inmesh/retry';
import { timeout, TimeoutError } from '@inmesh/timeout';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import fetchOf2 from 'node-fetch-2';
import fetchOf3 from 'node-fetch-3';

import { serve, watched } from '../test-servers.ts';
import { wrapFetch } from './wrap-fetch.ts';

const again = retry({ attempts: 3, backoff: () => 0 });
const clients: [string, typeof fetchOf2 | typeof fetchOf3][] = [
  ['node-fetch 2', fetchOf2],
  ['node-fetch 3', fetchOf3],
];

function gone(): Writable {
  const writable = new Writable({ write: () => writable.destroy() });
  return writable;
}

async function readOne(body: Readable): Promise<void> {
  for await (const chunk of body) if (chunk) return;
}

describe.each(clients)('wrapFetch of %s', (_, fetch) => {
  it.each([
    ['small', 'hello'],
    ['large', 'x'.repeat(1_000_000)],
  ])('holds for a %s response that nobody reads no longer than it was told to', async (_size, body) => {
    const clock = virtualClock();
    const server = await serve((_request, response) => response.end(body));
    const calls = watched();
    const response = await wrapFetch(calls, { fetch, clock, maxUnreadMs: 500 })(`${server.origin}/`);
    expect(clock.refs).toBe(0);
    await clock.advance(499);
    expect(calls.overs).toEqual([]);
    await clock.advance(1);
    expect(calls.overs).toEqual([undefined]);
    expect(await response.text()).toBe(body);
  });

  it('holds for a small response that nobody reads until it is collected', async () => {
    const server = await serve((_request, response) => response.end('hello'));
    const calls = watched();
    const api = wrapFetch(calls, { fetch });
    const ignore = async (): Promise<number> => (await api(`${server.origin}/`)).status;
    expect(await ignore()).toBe(200);
    const collecting = setInterval(() => globalThis.gc?.(), 10);
    onTestFinished(() => clearInterval(collecting));
    await calls.over(1);
  });

  it('holds for a response that is read for as long as it lasts', async () => {
    const clock = virtualClock();
    let end = (): void => {};
    const server = await serve((_request, response) => {
      response.write('one ');
      end = () => response.end('two');
    });
    const calls = watched();
    const response = await wrapFetch(calls, { fetch, clock, maxUnreadMs: 500 })(`${server.origin}/`);
    const text = response.text();
    await new Promise(setImmediate);
    await clock.advance(5_000);
    expect(calls.overs).toEqual([]);
    end();
    expect(await text).toBe('one two');
    await calls.over(1);
    expect(clock.timers).toBeLessThanOrEqual(1);
  });

  it('ends a body with the limit that ended it', async () => {
    const server = await serve((_request, response) => response.write('endless'));
    const calls = watched();
    const response = await wrapFetch(compose(timeout(500), calls), { fetch })(`${server.origin}/`);
    await expect(response.text()).rejects.toThrow('aborted');
    await calls.over(1);
    expect(calls.overs).toEqual([expect.any(TimeoutError)]);
    await server.closed(1);
  });

  it('takes a chunked body that broke off for one that died', async () => {
    const server = await serve((_request, response) => {
      response.write('half', () => response.socket?.end());
    });
    const calls = watched();
    const response = await wrapFetch(calls, { fetch })(`${server.origin}/`);
    await expect(response.text()).rejects.toThrow('Premature close');
    await calls.over(1);
    expect(calls.overs).toEqual([expect.objectContaining({ message: 'Premature close' })]);
  });

  it('keeps nothing of a body that died', async () => {
    const server = await serve((_request, response) => {
      response.write('half', () => response.socket?.end());
    });
    const api = wrapFetch(timeout(10_000), { fetch });
    const die = async (): Promise<WeakRef<object>> => {
      const response = await api(`${server.origin}/`);
      await response.text().catch(() => {});
      return new WeakRef(response);
    };
    const responses: WeakRef<object>[] = [];
    for (let count = 0; count < 20; count++) responses.push(await die());
    await vi.waitFor(() => {
      globalThis.gc?.();
      const kept = responses.filter((response) => response.deref() !== undefined);
      expect(kept.length).toBeLessThan(5); // Node itself keeps the latest
    });
  });

  it.each([
    ['destroys it', (body: Readable) => body.destroy()],
    ['leaves its loop', readOne],
    ['pipes it to one who goes', (body: Readable) => pipeline(body, gone()).catch(() => {})],
  ])('frees the connection of a body whose reader %s, which is no failure', async (_how, letGo) => {
    const server = await serve((_request, response) => response.write('endless'));
    const calls = watched();
    const response = await wrapFetch(calls, { fetch })(`${server.origin}/`);
    await letGo(response.body as Readable); // node-fetch's bodies are
    await calls.over(1);
    expect(calls.overs).toEqual([undefined]);
    await server.closed(1);
  });

  it('frees the connection of an answer that is thrown away, however long', async () => {
    let requests = 0;
    const server = await serve((_request, response) => {
      if (requests++ < 2) response.writeHead(503).write('x'.repeat(100_000));
      else response.end('fine');
    });
    const response = await wrapFetch(again, { fetch })(`${server.origin}/`);
    expect(await response.text()).toBe('fine');
    await server.closed(2);
  });

  it('keeps the connection of a short answer that is thrown away', async () => {
    const answers = ['busy', 'busy', 'fine'];
    const server = await serve((_request, response) => {
      const body = answers.shift() ?? '';
      response.writeHead(body === 'busy' ? 503 : 200, { 'content-length': body.length }).end(body);
    });
    const calls = watched();
    const response = await wrapFetch(compose(again, calls), { fetch })(`${server.origin}/`);
    expect(await response.text()).toBe('fine');
    await calls.over(3);
    expect(calls.overs).toEqual([undefined, undefined, undefined]);
  });
});
