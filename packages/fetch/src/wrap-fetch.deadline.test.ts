import { compose, isError, verdictOfError, type Policy } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import { describe, expect, it } from 'vitest';

import { serve, watched } from '../test-servers.ts';
import { DeadlineExceededError } from './deadline.ts';
import { wrapFetch } from './wrap-fetch.ts';

const through: Policy = (next) => next;
const never = (_url: string, init?: RequestInit): Promise<Response> =>
  new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));

/** What remains of a caller's time, in a header of its own. */
const remaining = (_input: unknown, init?: RequestInit): number | undefined => {
  const value = new Headers(init?.headers).get('x-remaining-ms');
  return value === null ? undefined : Number(value);
};
const waits = (ms: number): RequestInit => ({ headers: { 'x-remaining-ms': String(ms) } });

describe('wrapFetch with deadlineMs', () => {
  it('ends a call when its caller waits no longer', async () => {
    const clock = virtualClock();
    const api = wrapFetch(timeout(5_000, { clock }), { fetch: never, clock, name: 'catalog', deadlineMs: remaining });
    const call = api('http://catalog.example/', waits(300));
    const ended = expect(call).rejects.toMatchObject({
      code: 'ERR_DEADLINE_EXCEEDED',
      limitMs: 300,
      local: false,
      policy: 'catalog',
    });
    expect(clock.timers).toBe(1);
    await clock.advance(299);
    expect(clock.refs).toBe(1);
    await clock.advance(1);
    await ended;
    expect(clock.timers).toBe(0);
  });

  it('shows its caller in the stack of the error, where asked', async () => {
    const clock = virtualClock();
    const stackOf = async (captureStacks: boolean) => {
      const api = wrapFetch(through, { fetch: never, clock, deadlineMs: () => 10, captureStacks });
      async function theCaller() {
        await api('http://catalog.example/');
      }
      const error = theCaller().catch((thrown: Error) => thrown);
      await clock.advance(10);
      return ((await error) as Error).stack;
    };

    expect(await stackOf(true)).toMatch(/^DeadlineExceededError: not answered within the 10 ms [^]*theCaller/);
    expect((await stackOf(false)) ?? '').not.toContain('\n    at ');
  });

  it('leaves a call alone whose caller waits for as long as it takes', async () => {
    const clock = virtualClock();
    const fetch = (): Promise<Response> => Promise.resolve(new Response('answer'));
    const deadlines: number[] = [];
    const looking: Policy = (next) => (call) => {
      deadlines.push(call.deadline);
      return next(call);
    };
    for (const ms of [undefined, Infinity, 200])
      await (await wrapFetch(looking, { fetch, clock, deadlineMs: () => ms })()).text();
    expect(deadlines).toEqual([Infinity, Infinity, clock.now() + 200]);
  });

  it.each([0, -7])('sends nothing for a caller that is gone: %i ms', async (ms) => {
    const server = await serve((_request, response) => response.end());
    const call = wrapFetch(through, { deadlineMs: () => ms })(`${server.origin}/`);
    await expect(call).rejects.toThrow('its caller waits no longer');
    expect(server.requests).toHaveLength(0);
  });

  it.each([NaN, '300', null])('rejects where it gives no time: %o', async (ms) => {
    const deadlineMs = (): number => ms as number; // of somebody without types
    await expect(wrapFetch(through, { fetch: never, deadlineMs })('')).rejects.toThrow('deadlineMs must give a number');
    // @ts-expect-error no function
    expect(() => wrapFetch(through, { deadlineMs: 300 })).toThrow('deadlineMs must be a function, got 300');
  });

  it('covers the body, and tells the reader why', async () => {
    const server = await serve((_request, response) => response.write('endless'));
    const calls = watched();
    const response = await wrapFetch(calls, { deadlineMs: () => 100 })(`${server.origin}/`);
    const error: unknown = await response.text().catch((reason: unknown) => reason);
    expect(isError(error, DeadlineExceededError)).toBe(true);
    expect(calls.overs).toEqual([expect.any(DeadlineExceededError)]);
    await server.closed(1);
  });

  it('is over with the body, and holds no process', async () => {
    const clock = virtualClock();
    const server = await serve((_request, response) => response.end('hello'));
    const calls = watched();
    const response = await wrapFetch(calls, { clock, deadlineMs: () => 500 })(`${server.origin}/`);
    expect(clock.refs).toBe(0);
    expect(await response.text()).toBe('hello');
    await calls.over(1);
    await clock.advance(10_000);
    expect(calls.overs).toEqual([undefined]);
    expect(clock.timers).toBe(0);
  });

  it('is known to a retry, which gives up rather than outlast it', async () => {
    const clock = virtualClock();
    const server = await serve((_request, response) => response.writeHead(503).end());
    const patient = retry({ attempts: 5, backoff: () => 400, clock });
    const response = await wrapFetch(patient, { clock, deadlineMs: () => 300 })(`${server.origin}/`);
    expect(response.status).toBe(503);
    expect(server.requests).toHaveLength(1);
  });

  it('is a failure of the other side that nobody repeats', async () => {
    const verdicts: object[] = [];
    const judging: Policy = (next) => (call) =>
      next(call).catch((error: unknown) => {
        verdicts.push(verdictOfError(call, error));
        throw error;
      });
    const api = wrapFetch(compose(retry(), judging), { fetch: never, deadlineMs: () => 20 });
    await expect(api('http://catalog.example/')).rejects.toThrow(DeadlineExceededError);
    expect(verdicts).toMatchObject([{ health: 'failure', retryable: false }]);
  });

  it('throws away an answer that comes too late', async () => {
    const clock = virtualClock();
    let answer = (_response: Response): void => {};
    const fetch = (): Promise<Response> =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const call = wrapFetch(through, { fetch, clock, deadlineMs: () => 100 })();
    const ended = expect(call).rejects.toThrow(DeadlineExceededError);
    await clock.advance(100);
    await ended;
    let cancelled = false;
    answer(new Response(new ReadableStream({ cancel: () => void (cancelled = true) })));
    await new Promise(setImmediate);
    expect(cancelled).toBe(true);
  });
});
