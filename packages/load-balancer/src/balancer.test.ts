import { begin, Call, compose, endpoint, run, wrap, type CallView, type Policy } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { again, balanced, down, fleet, letterOf, loads, Refused, refusing, states, swallow } from '../test-fleet.ts';
import { leastLoaded, loadBalancer, NoEndpointError, type LoadBalancerOptions } from './index.ts';

describe('loadBalancer without an endpoint', () => {
  it('rejects with a NoEndpointError', async () => {
    const balancer = loadBalancer({ endpoints: [], name: 'users' });
    const { fn, sent } = fleet();
    const error: unknown = await run(balancer, fn).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NoEndpointError);
    expect(error).toMatchObject({ code: 'ERR_NO_ENDPOINT', policy: 'users', message: 'no endpoint: none is listed' });
    expect(sent).toEqual([]);
  });

  it.each([true, false])('gives the error a stack if the call asks for one: %s', async (captureStacks) => {
    const error: unknown = await run(loadBalancer({ endpoints: [] }), fleet().fn, { captureStacks }).catch(
      (caught: unknown) => caught,
    );
    expect(((error as Error).stack ?? '').includes('\n    at ')).toBe(captureStacks);
  });

  it('is offered elsewhere by a balancer outside it', async () => {
    const { balancer: regions } = balanced(2, { name: 'regions' });
    const empty = loadBalancer({ endpoints: [] });
    const { fn, sent } = fleet();
    const inner: Policy = (next) => {
      const nowhere = empty(next);
      return (call) => (letterOf(call) === 'a' ? nowhere(call) : next(call));
    };
    expect(await run(compose(regions, inner), fn)).toBe('b');
    expect(sent).toEqual(['b']);
  });
});

describe('loadBalancer with a refusal from inside', () => {
  it('offers the call to another endpoint, at no cost of an attempt', async () => {
    const { balancer } = balanced(3);
    const { fn } = fleet();
    const call = Call.start(undefined);
    expect(await begin(compose(balancer, refusing('a'))(fn), call)).toBe('b');
    expect(call.forkAttempt().attempt).toBe(2);
    expect(loads(balancer)).toEqual([0, 0, 0]);
  });

  it('offers it to two others at most', async () => {
    const { balancer } = balanced(5);
    const { fn, sent } = fleet();
    const call = Call.start(undefined);
    await expect(begin(compose(balancer, refusing('a', 'b', 'c', 'd', 'e'))(fn), call)).rejects.toThrow(Refused);
    expect(new Set(call.noted(endpoint)).size).toBe(3);
    expect(sent).toEqual([]);
    expect(loads(balancer)).toEqual([0, 0, 0, 0, 0]);
  });

  it('offers it to none twice', async () => {
    const { balancer } = balanced(2);
    const call = Call.start(undefined);
    await expect(begin(compose(balancer, refusing('a', 'b'))(fleet().fn), call)).rejects.toThrow(Refused);
    expect([...call.noted(endpoint)]).toHaveLength(2);
  });

  it('offers it to one that failed in an earlier attempt rather than to none', async () => {
    const { balancer } = balanced(2);
    const { fn, sent } = fleet('a');
    await expect(run(compose(again(1), balancer, refusing('b')), fn)).rejects.toBe(down);
    expect(sent).toEqual(['a', 'a']);
  });

  it('passes it on when the call was aborted', async () => {
    const { balancer } = balanced(3);
    const call = Call.start(undefined);
    const abortsAndRefuses: Policy = () => (inner) => {
      call.abort(down);
      return Promise.reject(new Refused(letterOf(inner), { policy: 'test' }));
    };
    await expect(begin(compose(balancer, abortsAndRefuses)(fleet().fn), call)).rejects.toThrow(Refused);
    expect([...call.noted(endpoint)]).toHaveLength(1);
  });

  it('never counts it as a failure', async () => {
    const { balancer } = balanced(2, { ejectAfterFailures: 1 });
    for (let n = 0; n < 4; n++) await swallow(run(compose(balancer, refusing('a', 'b')), fleet().fn));
    expect(states(balancer)).toEqual(['healthy', 'healthy']);
  });

  it('passes on another error of the endpoint it was offered to', async () => {
    const { balancer } = balanced(3);
    const { fn, sent } = fleet('b');
    await expect(run(compose(balancer, refusing('a')), fn)).rejects.toBe(down);
    expect(sent).toEqual(['b']);
  });
});

describe('loadBalancer with endpoints that fail at once', () => {
  /** Sends a call a millisecond to 20 endpoints, of which 2 fail at once and the others take 100 ms. */
  async function shareOfErrors(options: Partial<LoadBalancerOptions>): Promise<number> {
    const { clock, balancer } = balanced(0, {
      endpoints: Array.from({ length: 20 }, (_, index) => `http://e${index}`),
      algorithm: leastLoaded(),
      random: seededRandom(4),
      ...options,
    });
    let errors = 0;
    const send = wrap(balancer, async (sending: CallView) => {
      if (/e[01]$/.test(sending.get(endpoint)?.origin ?? '')) throw down;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 100));
    });
    const calls: Promise<void>[] = [];
    for (let n = 0; n < 2_000; n++) {
      calls.push(send().catch(() => void errors++));
      await clock.advance(1);
    }
    await clock.advance(100);
    await Promise.all(calls);
    return errors / calls.length;
  }

  it('does not let them draw the traffic to themselves', async () => {
    expect(await shareOfErrors({ maxEjectedRatio: 0 })).toBeGreaterThan(0.15);
    expect(await shareOfErrors({})).toBeLessThan(0.01);
  });
});

describe('loadBalancer around a policy that throws', () => {
  it('rejects with what was thrown, and has nothing in flight', async () => {
    const { balancer } = balanced(2);
    const thrower: Policy = () => () => {
      throw down;
    };

    await expect(run(compose(balancer, thrower), () => 'unreached')).rejects.toBe(down);
    expect(balancer.endpoints.map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });
});
