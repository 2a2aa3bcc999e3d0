import { AsyncLocalStorage } from 'node:async_hooks';

import { begin, Call, compose, endpoint, run, wrap, type Policy } from '@inmesh/core';
import { scriptedHandler, seededRandom, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { again, balanced, down, fleet, letterOf, loads, refusing, swallow } from '../test-fleet.ts';
import { leastLoaded, loadBalancer, type Algorithm } from './index.ts';

describe('loadBalancer', () => {
  const endpoints = ['http://a'];
  it.each<{ options: Record<string, unknown>; message: string }>([
    { options: { endpoints: undefined }, message: 'endpoints must be an array or an async iterable, got undefined' },
    { options: { endpoints: null }, message: 'endpoints must be an array or an async iterable, got null' },
    { options: { endpoints: 'http://a' }, message: 'endpoints must be an array or an async iterable, got "http://a"' },
    { options: { endpoints: [7] }, message: 'an endpoint must be a string or an object, got 7' },
    { options: { endpoints: ['http://a/path'] }, message: 'without a path, got "http://a/path"' },
    { options: { endpoints: [{ origin: 'http://a', weight: 0 }] }, message: 'weight of endpoint http://a must be' },
    { options: { endpoints: ['http://a', 'http://a/'] }, message: 'endpoint http://a is listed twice' },
    { options: { algorithm: 'random' }, message: 'algorithm must have a start function, got "random"' },
    { options: { algorithm: null }, message: 'algorithm must have a start function, got null' },
    {
      options: { algorithm: { ...leastLoaded(), learn: 7 } },
      message: 'learn of algorithm must be a function, got 7',
    },
    {
      options: { algorithm: { ...leastLoaded(), learn: () => 'much' } },
      message: 'learn of algorithm must give an object with a settled function, got "much"',
    },
    { options: { ejectAfterFailures: 0 }, message: 'ejectAfterFailures must be a whole number of 1 or more, got 0' },
    { options: { ejectAfterFailures: 1.5 }, message: 'ejectAfterFailures must be a whole number' },
    { options: { ejectForMs: 0 }, message: 'ejectForMs must be a positive number of milliseconds, got 0' },
    { options: { ejectForMs: 5n }, message: 'ejectForMs must be a positive number of milliseconds, got a bigint' },
    { options: { ejectForMs: '1s' }, message: 'ejectForMs must be a positive number of milliseconds, got "1s"' },
    { options: { ejectForMs: Number.NaN }, message: 'ejectForMs must be a positive number of milliseconds, got NaN' },
    { options: { maxEjectForMs: Infinity }, message: 'maxEjectForMs must be a positive number' },
    { options: { maxEjectForMs: 500 }, message: 'maxEjectForMs must not be below ejectForMs (1000), got 500' },
    { options: { maxEjectedRatio: -0.1 }, message: 'maxEjectedRatio must be a ratio' },
    { options: { maxEjectedRatio: 50 }, message: 'maxEjectedRatio must be a ratio' },
    { options: { panicRatio: 0 }, message: 'panicRatio must be a ratio above 0, at most 1, got 0' },
    { options: { judge: 'me' }, message: 'judge must be an object' },
    { options: { name: '' }, message: 'name must be a non-empty string, got ""' },
    { options: { clock: {} }, message: 'clock must be a clock' },
    { options: { random: 4 }, message: 'random must be a function, got 4' },
    { options: { ejectAfter: 5 }, message: 'unknown option: ejectAfter' },
  ])('refuses $options', ({ options, message }) => {
    expect(() => loadBalancer({ endpoints, ...options })).toThrow(message);
  });

  it('says what is missing where it is given nothing at all', () => {
    const bare = loadBalancer as unknown as () => unknown;
    expect(bare).toThrow(new TypeError('endpoints must be an array or an async iterable, got undefined'));
  });

  it('takes a first ejection longer than the usual longest', () => {
    expect(loadBalancer({ endpoints, ejectForMs: 60_000 }).endpoints).toHaveLength(1);
  });
});

describe('loadBalancer', () => {
  it('binds an endpoint for every call', async () => {
    const { balancer } = balanced(3);
    const { fn } = fleet();
    const call = wrap(balancer, fn);
    expect([await call(), await call(), await call(), await call()]).toEqual(['a', 'b', 'c', 'a']);
  });

  it('binds the endpoint as it was given', async () => {
    const given = { origin: 'http://a', metadata: { zone: 'x' } };
    expect(await run(loadBalancer({ endpoints: [given] }), (call) => call.get(endpoint))).toEqual(given);
  });

  it('notes the endpoint of every sending', async () => {
    const { balancer } = balanced(3);
    const { fn } = fleet('a', 'b');
    const call = Call.start(undefined);
    await begin(compose(again(2), balancer)(fn), call);
    expect(Array.from(call.noted(endpoint), (noted) => noted?.origin)).toEqual(['http://c', 'http://b', 'http://a']);
  });

  it('chooses by what endpoints answered and have in flight, with nothing else said', async () => {
    const clock = virtualClock();
    const balancer = loadBalancer({ endpoints: ['http://a', 'http://b'], random: seededRandom(1), clock });
    const sent: string[] = [];
    const send = wrap(balancer, async (call) => {
      sent.push(letterOf(call));
      await new Promise<void>((resolve) => clock.setTimeout(resolve, letterOf(call) === 'a' ? 100 : 10));
    });
    for (let n = 0; n < 20; n++) {
      const calls = [send(), send()];
      await clock.advance(100);
      await Promise.all(calls);
    }
    expect(sent.slice(0, 2).sort()).toEqual(['a', 'b']);
    expect(new Set(sent.slice(2))).toEqual(new Set(['b']));
  });

  it('spreads calls over endpoints none of which has answered yet', async () => {
    const balancer = loadBalancer({ endpoints: ['http://a', 'http://b'], random: seededRandom(1) });
    const server = scriptedHandler<string>();
    const handler = balancer(server.handler);
    for (let n = 0; n < 100; n++) void handler(Call.start(undefined));
    expect(loads(balancer)).toEqual([50, 50]);
  });

  it('sends to an endpoint it has not tried when a call is sent again', async () => {
    const { balancer } = balanced(4);
    const { fn, sent } = fleet('a', 'b', 'c', 'd');
    await swallow(run(compose(again(3), balancer), fn));
    expect(sent.sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('sends to the one tried longest ago when a call was sent to all', async () => {
    const { balancer } = balanced(3);
    const { fn, sent } = fleet('a', 'b', 'c');
    await swallow(run(compose(again(7), balancer), fn));
    expect(sent.slice(3)).toEqual([...sent.slice(0, 3), sent[0], sent[1]]);
  });

  it('avoids what a fork beside it was sent to, as a hedge is', async () => {
    const { balancer } = balanced(2);
    const server = scriptedHandler<string>();
    const call = Call.start(undefined);
    const handler = balancer(server.handler);
    void handler(call.fork());
    void handler(call.forkAttempt());
    expect([letterOf((await server.next()).call), letterOf((await server.next()).call)]).toEqual(['a', 'b']);
  });

  it('takes no turn of a first choice for a second', async () => {
    const { balancer } = balanced(2);
    const { fn, sent } = fleet('a');
    const call = wrap(compose(again(1), balancer), fn);
    for (let n = 0; n < 4; n++) await call();
    expect(sent).toEqual(['a', 'b', 'b', 'a', 'b', 'b']);
  });

  it('works inside a policy of a user that calls it twice', async () => {
    const twice: Policy = (next) => (call) => next(call).then(() => next(call));
    const { fn, sent } = fleet();
    const { balancer } = balanced(2);
    await run(compose(twice, balancer), fn);
    await run(compose(twice, balancer), fn);
    expect(sent).toEqual(['a', 'b', 'a', 'b']);
  });

  it('works with an algorithm of a user', async () => {
    const last: Algorithm = { start: () => ({ pick: (candidates) => candidates[candidates.length - 1]! }) };
    const { balancer } = balanced(3, { algorithm: last });
    expect(await run(balancer, fleet().fn)).toBe('c');
  });

  it('hands the call and its own random to the algorithm', async () => {
    const seen: unknown[] = [];
    const random = seededRandom(1);
    const algorithm: Algorithm = {
      start: () => ({ pick: (candidates, ...rest) => (seen.push(...rest), candidates[0]!) }),
    };
    const call = Call.start('input');
    await begin(loadBalancer({ endpoints: ['http://a'], algorithm, random })(fleet().fn), call);
    expect(seen).toEqual([random, call]);
  });

  it.each([
    { of: 'picks nothing', pick: () => undefined as never, message: 'one of its candidates, got undefined' },
    { of: 'picks a stranger', pick: () => ({}) as never, message: 'one of its candidates, got an object' },
  ])('rejects when an algorithm $of', async ({ pick, message }) => {
    const { balancer } = balanced(2, { algorithm: { start: () => ({ pick }) } });
    await expect(run(balancer, fleet().fn)).rejects.toThrow(message);
    expect(loads(balancer)).toEqual([0, 0]);
  });

  it('rejects with what an algorithm throws', async () => {
    const pick = (): never => {
      throw down;
    };
    const { balancer } = balanced(2, { algorithm: { start: () => ({ pick }) } });
    await expect(run(balancer, fleet().fn)).rejects.toBe(down);
  });

  it('shares no turn with another balancer that has the same algorithm', async () => {
    const { fn } = fleet();
    const one = balanced(2).balancer;
    const two = balanced(2).balancer;
    expect([await run(one, fn), await run(two, fn)]).toEqual(['a', 'a']);
  });

  it('keeps the caller in the stack of an error', async () => {
    const { balancer } = balanced(2);
    const fetchUser = async () => {
      await Promise.resolve();
      throw new Error('deep');
    };
    const call = wrap(balancer, fetchUser);
    async function theCaller() {
      return await call();
    }
    const error: unknown = await theCaller().catch((caught: unknown) => caught);
    expect((error as Error).stack).toMatch(/fetchUser[\s\S]*theCaller/);
  });

  it('keeps the async context of the call, also where it is offered elsewhere', async () => {
    const storage = new AsyncLocalStorage<string>();
    const { balancer } = balanced(3);
    const call = wrap(compose(balancer, refusing('a')), async () => storage.getStore());
    expect(await Promise.all(['x', 'y', 'z'].map((tenant) => storage.run(tenant, call)))).toEqual(['x', 'y', 'z']);
  });
});
