import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';

import { begin, Call, endpoint, endpointChannel, endpointSourceChannel, run, type CallView } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { loadBalancer, NoEndpointError, type LoadBalancer } from './index.ts';

const down = new Error('registry is down');

/** A source of endpoints that the test holds by hand. */
function registry() {
  const steps: IteratorResult<readonly string[]>[] = [];
  let wake: (() => void) | undefined;
  let failure: Error | undefined;
  let returned = 0;
  const source = {
    [Symbol.asyncIterator]: () => ({
      async next(): Promise<IteratorResult<readonly string[]>> {
        if (steps.length === 0 && failure === undefined) await new Promise<void>((resolve) => (wake = resolve));
        if (failure !== undefined) throw failure;
        return steps.shift()!;
      },
      async return(): Promise<IteratorResult<readonly string[]>> {
        returned++;
        return { done: true, value: undefined };
      },
    }),
  };
  return {
    source,
    say: (...snapshot: readonly string[]) => {
      steps.push({ done: false, value: snapshot });
      wake?.();
    },
    end: () => {
      steps.push({ done: true, value: undefined });
      wake?.();
    },
    fail: (error: Error) => {
      failure = error;
      wake?.();
    },
    get returned() {
      return returned;
    },
  };
}

function following(name = 'followed') {
  const clock = virtualClock();
  const endpoints = registry();
  const balancer = loadBalancer({ endpoints: endpoints.source, name, clock });
  return { clock, endpoints, balancer };
}

async function failuresDuring(name: string, action: () => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = [];
  const unsubscribe = endpointSourceChannel.subscribe(({ balancer, error }) => {
    if (balancer === name) errors.push(error);
  });
  await action();
  unsubscribe();
  return errors;
}

const originOf = async (call: CallView) => call.get(endpoint)?.origin;

function origins(balancer: LoadBalancer): string[] {
  return balancer.endpoints.map((state) => state.endpoint.origin);
}

/** Lets what was said arrive. */
async function arrival(): Promise<void> {
  await virtualClock().advance(0);
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('loadBalancer with a source', () => {
  it('lets calls wait for the first snapshot', async () => {
    const { clock, endpoints, balancer } = following();
    const calls = [run(balancer, originOf), run(balancer, originOf)];
    endpoints.say('http://a');
    expect(await Promise.all(calls)).toEqual(['http://a', 'http://a']);
    expect(clock.timers).toBe(0);
  });

  it('takes a snapshot that comes later as a whole', async () => {
    const { endpoints, balancer } = following();
    endpoints.say('http://a', 'http://b');
    await arrival();
    endpoints.say('http://b', 'http://c');
    await arrival();
    expect(origins(balancer)).toEqual(['http://b', 'http://c']);
  });

  it('keeps the load of an endpoint that stays, and forgets one that goes with calls in flight', async () => {
    const { endpoints, balancer } = following();
    endpoints.say('http://a', 'http://b');
    await arrival();
    const finish: (() => void)[] = [];
    const calls = Array.from({ length: 10 }, () =>
      run(balancer, () => new Promise<void>((resolve) => finish.push(resolve))),
    );
    endpoints.say('http://b');
    await arrival();
    expect(balancer.endpoints[0]?.inFlight).toBe(5);
    for (const done of finish) done();
    await Promise.all(calls);
    expect(balancer.endpoints[0]?.inFlight).toBe(0);
  });

  it('tells which endpoints come and go', async () => {
    const events: string[] = [];
    const unsubscribe = endpointChannel.subscribe(({ balancer, change, endpoint: { origin } }) => {
      if (balancer === 'told') events.push(`${change} ${origin}`);
    });
    const { endpoints } = following('told');
    endpoints.say('http://a');
    await arrival();
    endpoints.say('http://b');
    await arrival();
    unsubscribe();
    expect(events).toEqual(['added http://a', 'removed http://a', 'added http://b']);
  });

  it('tells which balancer they are of, also of a list that is there at once', async () => {
    const told: unknown[] = [];
    const unsubscribe = endpointChannel.subscribe(({ balancer, subject }) => {
      if (balancer === 'itself') told.push(subject, subject.endpoints.length, subject.panic);
    });
    const listed = loadBalancer({ endpoints: ['http://a'], name: 'itself' });
    const { endpoints, balancer: followed } = following('itself');
    endpoints.say('http://a');
    await arrival();
    unsubscribe();
    expect(told).toEqual([listed, 1, false, followed, 1, false]);
  });

  it('goes on with the last snapshot when the source fails, and tells', async () => {
    const { endpoints, balancer } = following('failing');
    endpoints.say('http://a');
    await arrival();
    const errors = await failuresDuring('failing', async () => {
      endpoints.fail(down);
      await arrival();
    });
    expect(errors).toEqual([down]);
    expect(await run(balancer, originOf)).toBe('http://a');
  });

  it('goes on with the last snapshot when the source ends', async () => {
    const { endpoints, balancer } = following();
    endpoints.say('http://a');
    endpoints.end();
    await arrival();
    expect(await run(balancer, originOf)).toBe('http://a');
  });

  it.each([
    { what: 'an endpoint that is none', snapshot: ['http://b', 'nonsense'], message: 'origin of an endpoint' },
    { what: 'one listed twice', snapshot: ['http://b', 'http://b'], message: 'endpoint http://b is listed twice' },
    { what: 'no list', snapshot: 'http://b', message: 'endpoints must be an array' },
  ])('stays with the last good snapshot when one has $what, and reads on', async ({ snapshot, message }) => {
    const given = [['http://a'], snapshot];
    let balancer: LoadBalancer | undefined;
    let more: (() => void) | undefined;
    async function* source() {
      yield* given as string[][];
      await new Promise<void>((resolve) => (more = resolve));
      yield ['http://c'];
    }
    const errors = await failuresDuring('bad', async () => {
      balancer = loadBalancer({ endpoints: source(), name: 'bad' });
      await arrival();
    });
    expect(errors.map(String)).toEqual([expect.stringContaining(message)]);
    expect(origins(balancer!)).toEqual(['http://a']);
    more?.();
    await arrival();
    expect(origins(balancer!)).toEqual(['http://c']);
  });

  it('rejects calls when the first snapshot is empty', async () => {
    const { endpoints, balancer } = following();
    const call = run(balancer, originOf);
    endpoints.say();
    await expect(call).rejects.toThrow(new RegExp('^no endpoint: none is listed$'));
  });

  it('rejects calls when the source fails before it gave any', async () => {
    const { endpoints, balancer } = following();
    const waiting = caught(run(balancer, originOf));
    endpoints.fail(down);
    const expected = { message: 'no endpoint: their source failed and gave none', cause: down };
    expect(await waiting).toMatchObject(expected);
    expect(await caught(run(balancer, originOf))).toMatchObject(expected);
  });

  it('rejects calls when the source ends before it gave any', async () => {
    const { endpoints, balancer } = following();
    const waiting = caught(run(balancer, originOf));
    endpoints.end();
    expect(await waiting).toMatchObject({ message: 'no endpoint: their source ended and gave none' });
  });

  it('rejects calls when it is no source after all', async () => {
    const broken = {
      [Symbol.asyncIterator]: (): never => {
        throw down;
      },
    };
    const balancer = loadBalancer({ endpoints: broken });
    expect(await caught(run(balancer, originOf))).toBeInstanceOf(NoEndpointError);
  });

  it('ends the wait of a call that is aborted, with the reason', async () => {
    const { endpoints, balancer } = following();
    const controller = new AbortController();
    const call = caught(run(balancer, originOf, { signal: controller.signal }));
    controller.abort('enough');
    expect(await call).toBe('enough');
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    endpoints.say('http://a');
    expect(await run(balancer, originOf)).toBe('http://a');
  });

  it('sends nothing for a call that is aborted as the endpoints come', async () => {
    const { endpoints, balancer } = following();
    const controller = new AbortController();
    let sent = 0;
    const call = caught(run(balancer, async () => sent++, { signal: controller.signal }));
    const unsubscribe = endpointChannel.subscribe(() => {
      controller.abort('enough');
    });
    endpoints.say('http://a');
    expect(await call).toBe('enough');
    unsubscribe();
    expect(sent).toBe(0);
  });

  it('ends the wait at the deadline of the call, and not before', async () => {
    const { clock, balancer } = following();
    const handler = balancer(async () => 'sent');
    let outcome: unknown;
    const call = caught(handler(Call.start(undefined).fork(100))).then((error) => (outcome = error));
    await clock.advance(99);
    expect([outcome, clock.refs]).toEqual([undefined, 1]);
    await clock.advance(1);
    await call;
    expect(outcome).toMatchObject({
      code: 'ERR_NO_ENDPOINT',
      message: 'no endpoint: none was known before the deadline',
    });
    expect(clock.timers).toBe(0);
  });

  it('rejects at once when the deadline has passed', async () => {
    const { clock, balancer } = following();
    await clock.advance(100);
    const call = balancer(async () => 'sent')(Call.start(undefined).fork(100));
    expect(await caught(call)).toBeInstanceOf(NoEndpointError);
    expect(clock.timers).toBe(0);
  });

  it('keeps no process alive once the endpoints are known', async () => {
    const { clock, endpoints, balancer } = following();
    const call = balancer(async () => 'sent')(Call.start(undefined).fork(100));
    endpoints.say('http://a');
    expect(await call).toBe('sent');
    expect(clock.refs).toBe(0);
  });

  it('keeps the async context of each call that waited', async () => {
    const storage = new AsyncLocalStorage<string>();
    const { endpoints, balancer } = following();
    const calls = ['x', 'y'].map((tenant) => storage.run(tenant, () => run(balancer, async () => storage.getStore())));
    endpoints.say('http://a');
    expect(await Promise.all(calls)).toEqual(['x', 'y']);
  });

  it('leaves no listener on the signal of a call that waited', async () => {
    const { endpoints, balancer } = following();
    const { signal } = new AbortController();
    const call = begin(balancer(originOf), Call.start(undefined, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    endpoints.say('http://a');
    await call;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('ends the source when it is closed, and goes on with the last snapshot', async () => {
    const { endpoints, balancer } = following();
    endpoints.say('http://a');
    await arrival();
    balancer.close();
    balancer.close();
    endpoints.say('http://b');
    await arrival();
    expect([endpoints.returned, origins(balancer)]).toEqual([1, ['http://a']]);
    expect(await run(balancer, originOf)).toBe('http://a');
  });

  it('rejects waiting calls when it is closed', async () => {
    const { balancer } = following();
    const call = caught(run(balancer, originOf));
    balancer.close();
    expect(await call).toBeInstanceOf(NoEndpointError);
  });

  it('tells when the source cannot be ended', async () => {
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: () => Promise.reject(down),
      }),
    };
    const errors = await failuresDuring('stubborn', async () => {
      loadBalancer({ endpoints: source, name: 'stubborn' }).close();
      await arrival();
    });
    expect(errors).toEqual([down]);
  });

  it('can be closed when it has a list', () => {
    const balancer = loadBalancer({ endpoints: ['http://a'] });
    balancer.close();
    expect(origins(balancer)).toEqual(['http://a']);
  });
});
