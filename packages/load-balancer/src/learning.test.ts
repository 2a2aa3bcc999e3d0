import {
  Call,
  compose,
  endpoint,
  FAILURE,
  IGNORABLE,
  listenerChannel,
  RejectedError,
  ResilienceError,
  run,
  systemClock,
  type EndpointSource,
  type Policy,
  type Verdict,
} from '@inmesh/core';
import { HeldResult, heldProtocol, scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { loadBalancer, type Algorithm, type Learner, type LoadBalancerOptions } from './index.ts';

const down = new Error('down');

class Refused extends RejectedError {
  readonly code = 'ERR_REFUSED';
}

class Late extends ResilienceError {
  readonly code = 'ERR_TIMEOUT';
  readonly local: boolean;
  constructor(local: boolean) {
    super('late', { policy: 'test' });
    this.local = local;
  }
}

/** Chooses the first, and writes down what it hears: which learner, how, after how long, when. */
function listening() {
  const heard: string[] = [];
  let learners = 0;
  const algorithm: Algorithm = {
    start: () => ({ pick: (candidates) => candidates[0]! }),
    learn(): Learner {
      const id = ++learners;
      return { settled: (health, elapsedMs, now) => void heard.push(`${id} ${health} ${elapsedMs} ${now}`) };
    },
  };
  return { heard, algorithm };
}

/** A balancer over `http://a` that listens, a server that the test answers for, and a clock that stands at 100. */
function listened(options: Partial<LoadBalancerOptions> = {}) {
  const clock = virtualClock({ startMs: 100 });
  const { heard, algorithm } = listening();
  const balancer = loadBalancer({ endpoints: ['http://a', 'http://b'], algorithm, clock, ...options });
  const server = scriptedHandler<HeldResult>();
  const begin = (signal?: AbortSignal) =>
    balancer(server.handler)(Call.start(undefined, { protocol: heldProtocol, signal }));
  return { clock, heard, balancer, server, begin };
}

async function swallow(promise: Promise<unknown>): Promise<void> {
  await promise.catch(() => {});
}

describe('loadBalancer with an algorithm that learns', () => {
  it('tells how long a call took to its head, however long its body takes', async () => {
    const { clock, heard, server, begin } = listened();
    const result = begin();
    await clock.advance(30);
    const body = new HeldResult();
    (await server.next()).respond(body);
    await result;
    expect(heard).toEqual(['1 success 30 130']);
    await clock.advance(500);
    body.end();
    expect(heard).toHaveLength(1);
  });

  it('tells of a body that died as a failure after the time to its head', async () => {
    const { clock, heard, server, begin } = listened();
    const result = begin();
    await clock.advance(30);
    const body = new HeldResult();
    (await server.next()).respond(body);
    await result;
    await clock.advance(500);
    body.end(down);
    expect(heard).toEqual(['1 success 30 130', '1 failure 30 630']);
  });

  it.each<{ what: string; verdict: Verdict; told: string }>([
    { what: 'a failed result', verdict: FAILURE, told: 'failure 30' },
    { what: 'a result that says nothing', verdict: IGNORABLE, told: 'ignorable 30' },
    { what: 'pushback', verdict: { ...IGNORABLE, pushback: true }, told: 'failure 30' },
  ])('tells of $what: $told', async ({ verdict, told }) => {
    const { clock, heard, server, begin } = listened();
    const result = begin();
    await clock.advance(30);
    (await server.next()).respond(new HeldResult(verdict));
    await result;
    expect(heard).toEqual([`1 ${told} 130`]);
  });

  it.each([
    { what: 'an error', error: down, told: 'failure 30' },
    { what: 'a timeout', error: new Late(false), told: 'failure 30' },
    { what: 'a timeout while our own loop was blocked', error: new Late(true), told: 'ignorable 0' },
    { what: 'a refusal', error: new Refused('full', { policy: 'test' }), told: 'ignorable 0' },
  ])('tells of $what: $told', async ({ error, told }) => {
    const { clock, heard, balancer } = listened();
    const refusedElsewhere: Policy = (next) => (call) =>
      call.get(endpoint)?.origin === 'http://a' ? next(call) : Promise.reject(new Refused('full', { policy: 'test' }));
    const result = run(compose(balancer, refusedElsewhere), () => {
      return new Promise((_resolve, reject) => clock.setTimeout(() => reject(error), 30));
    });
    const settled = swallow(result);
    await clock.advance(30);
    await settled;
    expect(heard[0]).toBe(`1 ${told} 130`);
  });

  it.each([
    { what: 'a caller who lost interest', reason: 'enough', told: 'ignorable 30' },
    { what: 'a deadline', reason: new Late(false), told: 'failure 30' },
    { what: 'a deadline while our own loop was blocked', reason: new Late(true), told: 'ignorable 0' },
  ])('tells of an abort by $what: $told', async ({ reason, told }) => {
    const { clock, heard, server, begin } = listened();
    const controller = new AbortController();
    const result = swallow(begin(controller.signal));
    await clock.advance(30);
    controller.abort(reason);
    (await server.next()).fail(new Error('the wire says this'));
    await result;
    expect(heard).toEqual([`1 ${told} 130`]);
  });

  it('tells what the judge says', async () => {
    const { heard, server, begin } = listened({ judge: { ofError: () => IGNORABLE } });
    const result = swallow(begin());
    (await server.next()).fail(down);
    await result;
    expect(heard).toEqual(['1 ignorable 0 100']);
  });

  it('begins anew when an endpoint is ejected, and tells the old one of what was on its way', async () => {
    const { clock, heard, server, begin } = listened({
      endpoints: ['http://a'],
      ejectAfterFailures: 1,
      ejectForMs: 50,
      maxEjectedRatio: 1,
    });
    const early = begin();
    const failing = swallow(begin());
    const [first, second] = [await server.next(), await server.next()];
    second.fail(down);
    await failing;
    await clock.advance(50);
    const late = begin();
    (await server.next()).respond(new HeldResult());
    first.respond(new HeldResult());
    await Promise.all([early, late]);
    expect(heard).toEqual(['1 failure 0 100', '2 success 0 150', '1 success 50 150']);
  });

  it('keeps what was learned about an endpoint that stays, and begins with one that comes', async () => {
    const lists: ((list: readonly string[]) => void)[] = [];
    async function* source(): EndpointSource {
      for (;;) yield await new Promise<readonly string[]>((resolve) => lists.push(resolve));
    }
    const list = async (...origins: readonly string[]) => {
      lists.shift()?.(origins);
      await new Promise<void>((resolve) => systemClock.afterPoll(resolve));
    };
    const { heard, server, begin } = listened({ endpoints: source() });
    await list('http://a', 'http://b');
    await list('http://b', 'http://c');
    await list('http://c', 'http://b');
    await list('http://a');
    const result = begin();
    (await server.next()).respond(new HeldResult());
    await result;
    expect(heard).toEqual(['4 success 0 100']);
  });

  it('shows both pickers the same, and tells them the time', async () => {
    const seen: unknown[] = [];
    const learner = { settled: () => {} };
    const algorithm: Algorithm = {
      start: () => ({
        pick(candidates, _random, _call, now) {
          seen.push(candidates[0]?.learned, now);
          return candidates[0]!;
        },
      }),
      learn: () => learner,
    };
    const { server, begin } = listened({ algorithm });
    const result = swallow(begin());
    (await server.next()).fail(new Refused('full', { policy: 'test' }));
    (await server.next()).respond(new HeldResult());
    await result;
    expect(seen).toEqual([learner, 100, learner, 100]);
  });

  it('harms no call and leaks nothing when the algorithm throws while it learns', async () => {
    const thrown: unknown[] = [];
    const unsubscribe = listenerChannel.subscribe(({ to, error }) => thrown.push(to, error));
    let throws = false;
    const algorithm: Algorithm = {
      start: () => ({ pick: (candidates) => candidates[0]! }),
      learn() {
        if (throws) throw down;
        return {
          settled() {
            throw down;
          },
        };
      },
    };
    const { balancer, server, begin } = listened({ algorithm, ejectAfterFailures: 1 });
    throws = true;
    const body = new HeldResult();
    const [result, failing] = [begin(), swallow(begin())];
    (await server.next()).respond(body);
    (await server.next()).fail(down);
    await expect(result).resolves.toBe(body);
    await failing;
    body.end();
    unsubscribe();
    expect(thrown).toEqual(['algorithm', down, 'algorithm', down, 'algorithm', down]);
    expect(balancer.endpoints[0]).toMatchObject({ inFlight: 0, state: 'ejected' });
  });

  it('keeps the this of an algorithm', async () => {
    class Counting implements Algorithm {
      learners = 0;
      start() {
        return { pick: (candidates: Parameters<ReturnType<Algorithm['start']>['pick']>[0]) => candidates[0]! };
      }
      learn() {
        this.learners++;
        return { settled: () => {} };
      }
    }
    const algorithm = new Counting();
    loadBalancer({ endpoints: ['http://a', 'http://b'], algorithm });
    expect(algorithm.learners).toBe(2);
  });
});

describe('loadBalancer with an algorithm that does not learn', () => {
  it('reads no clock for a call that goes well', async () => {
    let reads = 0;
    const clock = { ...virtualClock(), now: () => reads++ };
    const algorithm: Algorithm = { start: () => ({ pick: (candidates) => candidates[0]! }) };
    const balancer = loadBalancer({ endpoints: ['http://a'], algorithm, clock });
    reads = 0;
    expect(await run(balancer, async () => 'fine')).toBe('fine');
    expect(reads).toBe(0);
  });
});
