import { getEventListeners } from 'node:events';

import {
  begin,
  Call,
  compose,
  endpointChannel,
  FAILURE,
  IGNORABLE,
  LASTING_FAILURE,
  listenerChannel,
  ResilienceError,
  run,
  systemClock,
  wrap,
  type CallView,
} from '@inmesh/core';
import { defineProtocol } from '@inmesh/core/protocols';
import { HeldResult, heldProtocol, scriptedHandler, seededRandom, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { again, balanced, down, fleet, letterOf, loads, Refused, states, swallow } from '../test-fleet.ts';
import { loadBalancer, type LoadBalancerOptions } from './index.ts';

class Ended extends ResilienceError {
  readonly code = 'ERR_TIMEOUT';
}

describe('loadBalancer with endpoints that fail', () => {
  it('ejects one after failures in a row, and takes it back when its time is up', async () => {
    const { clock, balancer } = balanced(2, { ejectAfterFailures: 2 });
    const { fn, sent } = fleet('a');
    const call = wrap(balancer, fn);
    for (let n = 0; n < 4; n++) await swallow(call());
    expect(states(balancer)).toEqual(['ejected', 'healthy']);
    expect(balancer.endpoints[0]?.ejectedForMs).toBeCloseTo(1_000);
    await call();
    await call();
    expect(sent).toEqual(['a', 'b', 'a', 'b', 'b', 'b']);
    await clock.advance(400);
    expect(balancer.endpoints[0]?.ejectedForMs).toBeCloseTo(600);
    await clock.advance(600);
    expect(balancer.endpoints[0]).toMatchObject({ state: 'returned', ejectedForMs: 0 });
    expect(clock.timers).toBe(0);
  });

  it('sends one call at a time to one that returned, until one went well', async () => {
    const { clock, balancer } = balanced(2, { ejectAfterFailures: 1 });
    const server = scriptedHandler<string>();
    const handler = balancer(server.handler);
    const failing = handler(Call.start(undefined));
    (await server.next()).fail(down);
    await swallow(failing);
    await clock.advance(1_000);

    const calls = Array.from({ length: 4 }, () => handler(Call.start(undefined)));
    expect(loads(balancer)).toEqual([1, 3]);
    const sendings = [await server.next(), await server.next(), await server.next(), await server.next()];
    for (const sending of sendings) sending.respond('up');
    await Promise.all(calls);
    expect(states(balancer)).toEqual(['healthy', 'healthy']);
  });

  it('tells of ejections and returns', async () => {
    const events: string[] = [];
    const { clock, balancer } = balanced(2, { ejectAfterFailures: 1, name: 'told' });
    const unsubscribe = endpointChannel.subscribe(({ balancer: name, change, endpoint: { origin }, reason, at }) => {
      if (name === 'told') events.push(`${at} ${origin} ${change}: ${reason}`);
    });
    await swallow(run(balancer, fleet('a').fn));
    await clock.advance(1_000);
    expect(states(balancer)).toEqual(['returned', 'healthy']);
    unsubscribe();
    expect(events).toEqual(['0 http://a ejected: 1 failure', '1000 http://a returned: its time is up']);
  });

  it('ignores ejection in a panic', async () => {
    const { balancer } = balanced(3, { ejectAfterFailures: 1, maxEjectedRatio: 1 });
    const { fn, sent } = fleet('a', 'b');
    const call = wrap(balancer, fn);
    for (let n = 0; n < 3; n++) await swallow(call());
    expect([balancer.panic, sent]).toEqual([true, ['a', 'c', 'b']]);
    for (let n = 0; n < 3; n++) await swallow(call());
    expect(sent.slice(3).sort()).toEqual(['a', 'b', 'c']);
  });

  it.each([
    { what: 'a failure of the protocol', error: down, state: 'ejected' },
    { what: 'a failure that lasts', error: new ReferenceError('bug'), state: 'ejected' },
    { what: 'a timeout of ours', error: new Ended('late', { policy: 'timeout' }), state: 'ejected' },
    { what: "somebody's abort", error: Object.assign(new Error('stop'), { name: 'AbortError' }), state: 'healthy' },
    { what: 'a refusal', error: new Refused('full', { policy: 'test' }), state: 'healthy' },
  ])('judges $what: $state', async ({ error, state }) => {
    const { balancer } = balanced(2, { ejectAfterFailures: 1 });
    await swallow(run(balancer, () => Promise.reject(error)));
    expect(states(balancer)[0]).toBe(state);
  });

  it.each([
    { what: 'a deadline', reason: new Ended('late', { policy: 'timeout' }), state: 'ejected' },
    {
      what: 'AbortSignal.timeout',
      reason: Object.assign(new Error('late'), { name: 'TimeoutError' }),
      state: 'ejected',
    },
    { what: 'a caller who lost interest', reason: 'enough', state: 'healthy' },
  ])('judges an abort by $what: $state', async ({ reason, state }) => {
    const { balancer } = balanced(2, { ejectAfterFailures: 1 });
    const server = scriptedHandler<string>();
    const controller = new AbortController();
    const call = Call.start(undefined, { signal: controller.signal });
    const result = begin(balancer(server.handler), call);
    controller.abort(reason);
    (await server.next()).fail(reason);
    await swallow(result);
    expect(states(balancer)[0]).toBe(state);
    expect(loads(balancer)).toEqual([0, 0]);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('counts a result that is a failure', async () => {
    const protocol = defineProtocol({ ofResult: (result) => (result === 503 ? FAILURE : IGNORABLE) });
    const { balancer } = balanced(2, { ejectAfterFailures: 1 });
    await run(balancer, async () => 503, { protocol });
    expect(states(balancer)[0]).toBe('ejected');
  });

  it('asks a judge before the protocol', async () => {
    const judge = { ofResult: () => LASTING_FAILURE, ofError: () => IGNORABLE };
    const { balancer } = balanced(2, { ejectAfterFailures: 1, judge });
    const call = wrap(balancer, fleet('a').fn);
    await swallow(call());
    expect(states(balancer)).toEqual(['healthy', 'healthy']);
    await call();
    expect(states(balancer)).toEqual(['healthy', 'ejected']);
  });

  it('harms no call and leaks nothing when a judge throws', async () => {
    const thrown: unknown[] = [];
    const unsubscribe = listenerChannel.subscribe(({ error }) => thrown.push(error));
    const judge = {
      ofResult: () => {
        throw down;
      },
    };
    const { balancer } = balanced(2, { judge });
    expect(await run(balancer, fleet().fn)).toBe('a');
    unsubscribe();
    expect(thrown).toEqual([down]);
    expect(loads(balancer)).toEqual([0, 0]);
  });

  it('ejects none if it may not', async () => {
    const { balancer } = balanced(2, { ejectAfterFailures: 1, maxEjectedRatio: 0 });
    for (let n = 0; n < 4; n++) await swallow(run(balancer, fleet('a', 'b').fn));
    expect(states(balancer)).toEqual(['healthy', 'healthy']);
  });
});

describe('loadBalancer with results that last', () => {
  /** Sends one call whose result is held by the test. */
  async function holding(result: HeldResult, options: Partial<LoadBalancerOptions> = {}) {
    const { balancer } = balanced(2, { ejectAfterFailures: 1, ...options });
    await run(balancer, async () => result, { protocol: heldProtocol });
    return balancer;
  }

  it('counts a call as load until its result is over', async () => {
    const result = new HeldResult();
    const balancer = await holding(result);
    expect(loads(balancer)).toEqual([1, 0]);
    result.end();
    expect(loads(balancer)).toEqual([0, 0]);
    expect(states(balancer)).toEqual(['healthy', 'healthy']);
  });

  it('counts a failed result as load until it is over, and as one failure', async () => {
    const result = new HeldResult(FAILURE);
    const balancer = await holding(result, { ejectAfterFailures: 2 });
    result.end(down);
    expect(balancer.endpoints[0]).toMatchObject({ inFlight: 0, consecutiveFailures: 1 });
  });

  it('counts a body that dies as a failure', async () => {
    const result = new HeldResult();
    const balancer = await holding(result);
    result.end(down);
    expect(states(balancer)[0]).toBe('ejected');
    expect(loads(balancer)).toEqual([0, 0]);
  });

  it('counts no failure when a body ends by an abort of the caller', async () => {
    const result = new HeldResult();
    const balancer = await holding(result);
    result.end(Object.assign(new Error('stop'), { name: 'AbortError' }));
    expect(states(balancer)[0]).toBe('healthy');
  });

  it('ejects an endpoint whose heads are well and whose bodies die', async () => {
    const { balancer } = balanced(2, { ejectAfterFailures: 3 });
    for (let n = 0; n < 6; n++) {
      const result = new HeldResult();
      let letter = '';
      const fn = async (call: CallView) => {
        letter = letterOf(call);
        return result;
      };
      await run(balancer, fn, { protocol: heldProtocol });
      result.end(letter === 'a' ? down : undefined);
    }
    expect(states(balancer)).toEqual(['ejected', 'healthy']);
  });

  it('lets go of a result that nobody reads', async () => {
    const collected = new FinalizationRegistry<{ over(error?: unknown): void }>((holder) => {
      holder.over();
    });
    const protocol = defineProtocol({
      hold: (result, holder) => {
        collected.register(result as object, holder);
      },
    });
    const { balancer } = balanced(2);
    await run(balancer, async () => ({ unread: true }), { protocol });
    expect(loads(balancer)).toEqual([1, 0]);
    for (let tries = 0; tries < 100 && loads(balancer)[0] !== 0; tries++) {
      globalThis.gc?.();
      await new Promise<void>((resolve) => systemClock.afterPoll(resolve));
    }
    expect(loads(balancer)).toEqual([0, 0]);
  });

  it('counts a thousand calls with every outcome back to nothing', async () => {
    const random = seededRandom(9);
    const balancer = loadBalancer({ endpoints: ['http://a', 'http://b', 'http://c'], clock: virtualClock(), random });
    const held: HeldResult[] = [];
    const outcome = async (): Promise<HeldResult> => {
      const chance = random();
      await Promise.resolve();
      if (chance < 0.2) throw down;
      if (chance < 0.4) throw new Refused('full', { policy: 'test' });
      const result = new HeldResult(chance < 0.6 ? FAILURE : undefined);
      held.push(result);
      return result;
    };
    const call = wrap(compose(again(1), balancer), outcome, { protocol: heldProtocol });
    await Promise.all(Array.from({ length: 1_000 }, () => swallow(call())));
    expect(loads(balancer).reduce((sum, load) => sum + load)).toBe(held.length);
    for (const result of held) result.end(random() < 0.5 ? down : undefined);
    expect(loads(balancer)).toEqual([0, 0, 0]);
  });
});
