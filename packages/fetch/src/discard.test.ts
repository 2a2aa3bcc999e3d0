import type { RequestListener } from 'node:http';

import { Call, compose, systemClock, type Policy } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import { describe, expect, it } from 'vitest';

import { serve, watched } from '../test-servers.ts';
import { discard } from './discard.ts';
import { wrapFetch } from './wrap-fetch.ts';

const discarding: Policy = (next) => (call) =>
  next(call).then((result) => {
    call.protocol.discard(result, call);
    return result;
  });

/** Sends the head, and the body in the next turn of the event loop. */
function later(length: number, announced = true): RequestListener {
  return (_, response) => {
    response.writeHead(503, announced ? { 'content-length': length } : {}).flushHeaders();
    setImmediate(() => response.end('x'.repeat(length)));
  };
}

describe('discard', () => {
  it('reads what is small, so that the connection is used again', async () => {
    const server = await serve(later(20));
    const calls = watched();
    const api = wrapFetch(compose(calls, discarding));
    for (let call = 1; call <= 10; call++) {
      await api(`${server.origin}/`);
      await calls.over(call);
    }
    expect(server.connections).toBeLessThanOrEqual(2);
    expect(calls.overs).toEqual(Array(10).fill(undefined));
  });

  it('frees the connections of the attempts that a retry gave up', async () => {
    const server = await serve(later(1_000));
    const api = wrapFetch(retry({ attempts: 10, backoff: () => 5 }));
    await (await api(`${server.origin}/`)).text();
    expect(server.requests).toHaveLength(10);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it.each<[string, RequestListener]>([
    ['is long', (_, response) => response.writeHead(503, { 'content-length': 1_000_000 }).write('x')],
    ['has no known length', (_, response) => response.writeHead(503).write('x')],
  ])('cancels what %s', async (_, answer) => {
    const server = await serve(answer);
    const calls = watched();
    const response = await wrapFetch(compose(calls, discarding))(`${server.origin}/`);
    await calls.over(1);
    await server.closed(1);
    expect(calls.overs).toEqual([undefined]);
    expect(response.bodyUsed).toBe(true);
  });

  it('reads a body that stalls for a second at most', async () => {
    const clock = virtualClock();
    const server = await serve((_, response) => response.writeHead(503, { 'content-length': 100 }).write('half'));
    const response = await fetch(`${server.origin}/`);
    discard(response, Call.start(undefined), clock);
    await clock.advance(999);
    expect(server.requests[0]?.socket.destroyed).toBe(false);
    await clock.advance(1);
    await server.closed(1);
    expect(clock.timers).toBe(0);
  });

  it('reads it no longer than to the deadline of the call', async () => {
    const clock = virtualClock();
    const server = await serve((_, response) => response.writeHead(503, { 'content-length': 100 }).write('half'));
    const response = await fetch(`${server.origin}/`);
    discard(response, Call.start(undefined).fork(300), clock);
    expect(clock.refs).toBe(0);
    await clock.advance(300);
    await server.closed(1);
  });

  it.each([undefined, null, 'text', {}, new Response(null), new Response('x')])(
    'leaves alone what needs nothing, or little: %o',
    (result) => {
      expect(() => {
        discard(result, Call.start(undefined), systemClock);
      }).not.toThrow();
    },
  );

  it('leaves alone what somebody reads', async () => {
    const server = await serve(later(20));
    const response = await fetch(`${server.origin}/`);
    const text = response.text();
    discard(response, Call.start(undefined), systemClock);
    expect(await text).toHaveLength(20);
  });

  it('does away with an answer that comes too late', async () => {
    const server = await serve(later(20));
    const late: Policy = (next) => (call) =>
      next(call).finally(() => new Promise((resolve) => call.onAbort({ abort: resolve })));
    await expect(wrapFetch(compose(timeout(30), late))(`${server.origin}/`)).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
    });
  });
});
