// What a circuit does about each way in which a server fails: real servers, and time that is moved by hand.
import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';

import { circuitBreaker, CircuitOpenError, failureRatio, heedRetryAfter } from '@inmesh/circuit-breaker';
import { compose } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { wrapFetch } from '@inmesh/fetch';
import { timeout } from '@inmesh/timeout';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { illnesses, IllServer } from './ill-server.ts';

const LIMIT_MS = 1_000;
const OPEN_FOR_MS = 5_000;

/** A breaker around a limit around fetch, and everything there is to count. */
async function stackFor(server: IllServer, host = '127.0.0.1') {
  const clock = virtualClock();
  const names = { known: true, lookups: 0 };
  const lookup: LookupFunction = (name, options, callback) => {
    names.lookups++;
    if (names.known) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else resolve(name, options, callback);
  };
  const dispatcher = new Agent({ connect: { lookup } });
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', note);
  await server.listen();
  onTestFinished(async () => {
    process.off('unhandledRejection', note);
    await dispatcher.destroy();
    await server.close();
  });
  const breaker = circuitBreaker({
    trip: failureRatio({ ratio: 0.5, minimumCalls: 4 }),
    openForMs: heedRetryAfter({ otherwise: OPEN_FOR_MS }),
    clock,
  });
  const api = wrapFetch(compose(breaker, timeout(LIMIT_MS, { clock })), { dispatcher, clock });
  return { clock, names, dispatcher, unhandled, breaker, api, url: `http://${host}:${server.port}/` };
}

type Stack = Awaited<ReturnType<typeof stackFor>>;

/** Calls and reads; while it waits for what does not come by itself, the limit passes. */
async function call(
  { api, url, clock }: Stack,
  waits: 'head' | 'body' | undefined,
  server: IllServer,
): Promise<string> {
  const requested = waits === 'head' ? server.requested() : undefined;
  const asked = api(url);
  asked.catch(() => {}); // looked at below
  if (requested !== undefined) {
    await requested;
    await clock.advance(LIMIT_MS);
  }
  const response = await asked;
  server.goOn();
  const body = response.text();
  body.catch(() => {});
  if (waits === 'body') await clock.advance(LIMIT_MS);
  return `${response.status} ${await body}`;
}

interface Mode {
  /** How many calls it takes to open. A head that is well and a body that dies are a success and a failure. */
  readonly calls: number;
  /** What each of them ends with. */
  readonly ending: RegExp;
  readonly waits?: 'head' | 'body';
  readonly openForMs?: number;
}

const failed = /^TypeError: fetch failed$/;
const died = /^TypeError: terminated$/;
const timedOut = new RegExp(`timed out after ${LIMIT_MS} ms`);

/** Fails until the circuit is open, and gives how the calls ended. */
async function untilOpen(stack: Stack, server: IllServer, { calls, waits }: Mode): Promise<string[]> {
  const ends: string[] = [];
  for (let made = 0; made < calls; made++) {
    expect(stack.breaker.state).toBe('closed');
    ends.push(await call(stack, waits, server).catch(String));
  }
  return ends;
}

/** The server is well again: the circuit does not know yet, finds out, and nothing is left of it all. */
async function recovers(stack: Stack, server: IllServer, openForMs: number): Promise<void> {
  const { clock, names, breaker, dispatcher, unhandled } = stack;
  const { requests, connections } = server;
  const { lookups } = names;
  expect(breaker.state).toBe('open');
  expect(breaker.retryAfterMs).toBe(openForMs);
  for (let refused = 1; refused <= 5; refused++) {
    await expect(call(stack, undefined, server)).rejects.toThrow(CircuitOpenError);
    expect(breaker.counts.refused).toBe(refused);
  }
  await clock.advance(openForMs - 1);
  expect(breaker.state).toBe('open');
  expect([server.requests, server.connections, names.lookups]).toEqual([requests, connections, lookups]);

  await clock.advance(1);
  expect(breaker.state).toBe('half-open');
  expect(await call(stack, undefined, server)).toBe('200 well');
  expect(breaker.state).toBe('closed');
  expect(await call(stack, undefined, server)).toBe('200 well');
  expect(server.requests).toBe(requests + 2);

  await dispatcher.close(); // waits for what is in flight, of which nothing is
  await server.deserted();
  expect(breaker.counts).toMatchObject({ probes: 0, permits: 0, successes: 1, failures: 0 });
  expect(clock.refs).toBe(0);
  expect(unhandled).toEqual([]);
}

describe('a circuit breaker around fetch', () => {
  it.each<[string, Mode]>([
    ['resets before the head', { calls: 4, ending: failed }],
    ['resets after the head', { calls: 4, ending: died }],
    ['never answers', { calls: 4, ending: timedOut, waits: 'head' }],
    ['drips its body', { calls: 4, ending: died, waits: 'body' }],
    ['ends in the middle of its body', { calls: 4, ending: died }],
    ['answers 503 with Retry-After', { calls: 4, ending: /^503 x+$/, openForMs: 30_000 }],
  ])('opens when a server %s, sends nothing then, and closes when it is well again', async (name, mode) => {
    const server = new IllServer(illnesses[name as keyof typeof illnesses]);
    const stack = await stackFor(server);
    const ends = await untilOpen(stack, server, mode);
    expect(ends.filter((end) => !mode.ending.test(end))).toEqual([]);
    expect(server.requests).toBe(mode.calls);

    server.illness = undefined;
    await recovers(stack, server, mode.openForMs ?? OPEN_FOR_MS);
  });

  it('opens when a port is closed, sends nothing then, and closes when somebody listens there again', async () => {
    const server = new IllServer();
    const stack = await stackFor(server);
    await server.refuse();
    expect(new Set(await untilOpen(stack, server, { calls: 4, ending: failed }))).toEqual(
      new Set(['TypeError: fetch failed']),
    );

    await server.listen();
    await recovers(stack, server, OPEN_FOR_MS);
  });

  it('opens when a name does not resolve, looks nothing up then, and closes when it does again', async () => {
    const server = new IllServer();
    const stack = await stackFor(server, 'stock.invalid');
    const { names } = stack;
    names.known = false;
    expect(new Set(await untilOpen(stack, server, { calls: 4, ending: failed }))).toEqual(
      new Set(['TypeError: fetch failed']),
    );
    expect(names.lookups).toBe(4);

    names.known = true;
    await recovers(stack, server, OPEN_FOR_MS);
  });
});
