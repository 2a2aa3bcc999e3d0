import { readFile } from 'node:fs/promises';

import {
  Call,
  compose,
  endpoint,
  isError,
  Key,
  RejectedError,
  run,
  wrap,
  type CallView,
  type Policy,
} from '@inmesh/core';
import { circuitBreaker, CircuitOpenError, consecutiveFailures } from '@inmesh/circuit-breaker';
import { constant } from '@inmesh/core/backoff';
import { scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { loadBalancer } from '@inmesh/load-balancer';
import { RateLimitedError, tokenBucket } from '@inmesh/rate-limiter';
import { retry } from '@inmesh/retry';
import { timeout, TimeoutError } from '@inmesh/timeout';
import { describe, expect, it } from 'vitest';

/** Rejects when its call is aborted, with the reason, and not before. */
const hang = ({ signal }: CallView): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason);
    });
  });

describe('retry inside timeout', () => {
  it('ends with the limit of the whole, which also ends the attempt under way', async () => {
    const clock = virtualClock();
    const server = scriptedHandler<string>();
    const signals: AbortSignal[] = [];
    const policy = compose(timeout(100, { clock }), retry({ backoff: constant(10), clock }));
    const result = run(policy, (call) => {
      signals.push(call.signal);
      return server.handler(call as Call); // what wrap shows of a call is the call itself
    });
    const outcome = expect(result).rejects.toThrow(TimeoutError);

    (await server.next()).fail(new Error('first'));
    await clock.advance(10);
    await server.next();
    await clock.advance(90);
    await outcome;
    expect(signals).toHaveLength(2);
    expect(signals[1]?.aborted).toBe(true);
    expect(signals[1]?.reason).toBeInstanceOf(TimeoutError);
    expect(clock.timers).toBe(0);
  });

  it('gives up at once if the wait would outlast the limit', async () => {
    const clock = virtualClock();
    const policy = compose(timeout(100, { clock }), retry({ backoff: constant(100), clock }));
    await expect(run(policy, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(clock.now()).toBe(0);
  });
});

describe('retry outside timeout', () => {
  it('sends again what timed out, each attempt with a limit of its own', async () => {
    const clock = virtualClock();
    const attempts: number[] = [];
    const policy = compose(retry({ attempts: 3, backoff: constant(0), clock }), timeout(100, { clock }));
    const result = run(policy, (call) => {
      attempts.push(call.attempt);
      return call.attempt === 3 ? 'third' : hang(call);
    });

    await clock.advance(100);
    await clock.advance(100);
    expect(await result).toBe('third');
    expect(attempts).toEqual([1, 2, 3]);
  });
});

describe('breaker inside retry', () => {
  it('hears of every attempt and refuses the next, which is not sent again', async () => {
    const clock = virtualClock();
    const breaker = circuitBreaker({ trip: consecutiveFailures(2), clock });
    let sent = 0;
    const policy = compose(retry({ attempts: 5, backoff: constant(0), clock }), breaker);
    const result = run(policy, () => {
      sent++;
      return Promise.reject(new Error('down'));
    });

    await expect(result).rejects.toThrow(CircuitOpenError);
    expect(sent).toBe(2);
    expect(breaker.counts.refused).toBe(1);
  });
});

describe('breaker outside retry', () => {
  it('hears once of a call, however often it was sent', async () => {
    const clock = virtualClock();
    const breaker = circuitBreaker({ trip: consecutiveFailures(2), clock });
    const policy = compose(breaker, retry({ attempts: 5, backoff: constant(0), clock }));
    await expect(run(policy, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(breaker.state).toBe('closed');
    expect(breaker.counts.failures).toBe(1);
  });
});

describe('retry around balancer around breaker', () => {
  const endpoints = ['http://a', 'http://b', 'http://c'];

  it('goes to an endpoint that was not tried, and counts nothing in flight afterwards', async () => {
    const clock = virtualClock();
    const balancer = loadBalancer({ endpoints, clock });
    const breaker = circuitBreaker({ clock });
    const asked: (string | undefined)[] = [];
    const policy = compose(retry({ attempts: 3, backoff: constant(0), clock }), balancer, breaker);
    const result = run(policy, (call) => {
      asked.push(call.get(endpoint)?.origin);
      return Promise.reject(new Error('down'));
    });

    await expect(result).rejects.toThrow('down');
    expect(new Set(asked)).toEqual(new Set(endpoints));
    expect(balancer.endpoints.map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
    expect(breaker.counts.failures).toBe(3);
  });

  it('tries elsewhere what a breaker refused, at no cost of attempts', async () => {
    const clock = virtualClock();
    const balancer = loadBalancer({ endpoints, clock });
    const broken: Policy = (next) => (call) =>
      call.get(endpoint)?.origin === 'http://c' ? next(call) : guard(next)(call);
    const guard = circuitBreaker({ trip: consecutiveFailures(1), clock });
    const permit = guard.tryAcquire();
    permit?.release({ health: 'failure', retryable: true, pushback: false, unsent: false });
    const attempts: number[] = [];
    const call = wrap(compose(retry({ attempts: 1, clock }), balancer, broken), (view) => {
      attempts.push(view.attempt);
      return view.get(endpoint)?.origin;
    });

    for (let calls = 0; calls < 20; calls++) expect(await call()).toBe('http://c');
    expect(new Set(attempts)).toEqual(new Set([1]));
    expect(balancer.endpoints.map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
  });
});

describe('two forks of a call at once', () => {
  /** Sends two forks and takes what both answer. */
  const twice: Policy = (next) => async (call) => {
    const forks = [call.forkAttempt(), call.forkAttempt()];
    const results = await Promise.allSettled(forks.map((fork) => next(fork)));
    for (const fork of forks) fork.release();
    const [first] = results;
    if (first?.status === 'fulfilled') return first.value;
    throw first?.reason;
  };

  it('retry each by themselves, under numbers of their own', async () => {
    const clock = virtualClock();
    const attempts: number[] = [];
    const policy = compose(twice, retry({ attempts: 3, backoff: constant(0), clock }));
    const result = run(policy, (call) => {
      attempts.push(call.attempt);
      return Promise.reject(new Error('down'));
    });

    await expect(result).rejects.toThrow('down');
    expect(attempts).toHaveLength(6);
    expect(new Set(attempts).size).toBe(6);
  });

  it('see each their own values and their own abort', async () => {
    const side = new Key<string>('test:side', 'none');
    const seen: string[] = [];
    const apart: Policy = (next) => async (call) => {
      const left = call.fork();
      const right = call.fork();
      const both = [next(left.with(side, 'left')), next(right.with(side, 'right'))] as const;
      left.abort('enough');
      const lost = await Promise.allSettled([both[0]]);
      expect(lost[0]).toEqual({ status: 'rejected', reason: 'enough' });
      right.release();
      return both[1];
    };
    const result = await run(apart, async (call) => {
      seen.push(call.get(side));
      return call.get(side) === 'left' ? hang(call) : call.get(side);
    });

    expect(result).toBe('right');
    expect(seen).toEqual(['left', 'right']);
  });
});

describe('a function that ignores its signal', () => {
  it('times out all the same, and its late answer counts as the timeout that it was', async () => {
    const clock = virtualClock();
    const server = scriptedHandler<string>();
    const breaker = circuitBreaker({ trip: consecutiveFailures(1), clock });
    const result = compose(timeout(100, { clock }), breaker)(server.handler);
    const outcome = expect(result(Call.start(undefined))).rejects.toThrow(TimeoutError);

    const sending = await server.next();
    await clock.advance(100);
    await outcome;
    expect(breaker.state).toBe('closed');
    sending.respond('late');
    await clock.advance(0);
    expect(breaker.state).toBe('open');
  });
});

describe('an error of the function', () => {
  const everything = (): Policy =>
    compose(
      timeout(10_000),
      retry({ attempts: 2, backoff: constant(0) }),
      circuitBreaker(),
      loadBalancer({ endpoints: ['http://a', 'http://b'] }),
      tokenBucket({ ratePerSecond: 1_000 }),
      timeout(1_000),
    );

  it('still names the caller in its stack', async () => {
    const fetchUser = wrap(everything(), async function readUser() {
      await readFile(new URL(import.meta.url)); // an answer from outside, as any real one
      throw new Error('no such user');
    });
    async function theCaller(): Promise<void> {
      await fetchUser();
    }
    const error = await theCaller().catch((caught: unknown) => caught);
    expect((error as Error).stack).toContain('readUser');
    expect((error as Error).stack).toContain('theCaller');
  });
});

describe('a refusal', () => {
  it('of a policy inside is passed on by every policy outside, and counts nowhere', async () => {
    const clock = virtualClock();
    const breaker = circuitBreaker({ trip: consecutiveFailures(1), clock });
    const balancer = loadBalancer({ endpoints: ['http://a'], clock });
    const bucket = tokenBucket({ ratePerSecond: 1, burst: 1, clock });
    const call = wrap(compose(timeout(100, { clock }), retry({ clock }), breaker, balancer, bucket), () => 'done');

    expect(await call()).toBe('done');
    const error = await call().catch((caught: unknown) => caught);
    expect(isError(error, RateLimitedError)).toBe(true);
    expect(isError(error, RejectedError)).toBe(true);
    expect(breaker.counts).toMatchObject({ failures: 0, ignored: 1 });
    expect(balancer.endpoints).toMatchObject([{ inFlight: 0, consecutiveFailures: 0 }]);
    expect(clock.refs).toBe(0);
  });
});
