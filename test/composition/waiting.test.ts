import { CircuitOpenError, circuitBreaker, consecutiveFailures } from '@inmesh/circuit-breaker';
import { compose, endpoint, run, wrap, type CallView, type Policy } from '@inmesh/core';
import { constant } from '@inmesh/core/backoff';
import { virtualClock } from '@inmesh/core/testing';
import { loadBalancer } from '@inmesh/load-balancer';
import { RateLimitedError, tokenBucket } from '@inmesh/rate-limiter';
import { retry } from '@inmesh/retry';
import { timeout, TimeoutError } from '@inmesh/timeout';
import { describe, expect, it } from 'vitest';

/** Ten a second, one at once, five may wait; the first token is gone. */
function stack(make: (bucket: Policy, clock: ReturnType<typeof virtualClock>) => Policy) {
  const clock = virtualClock();
  const bucket = tokenBucket({ ratePerSecond: 10, burst: 1, maxQueue: 5, clock });
  bucket.tryAcquire();
  const sent: number[] = [];
  const failing = wrap(make(bucket, clock), () => {
    sent.push(clock.now());
    return Promise.reject(new Error('down'));
  });
  const fine = wrap(make(bucket, clock), async (_call: CallView, value: string) => {
    sent.push(clock.now());
    return value;
  });
  return { clock, bucket, sent, failing, fine };
}

describe('a queue outside retry', () => {
  it('makes a call wait once, however often it is sent', async () => {
    const { clock, sent, failing } = stack((inner, time) =>
      compose(inner, retry({ backoff: constant(0), clock: time })),
    );
    const outcome = expect(failing()).rejects.toThrow('down');
    await clock.advance(1_000);
    await outcome;
    expect(sent).toEqual([100, 100, 100]);
  });
});

describe('a queue inside retry', () => {
  it('makes every attempt wait for a token of its own', async () => {
    const { clock, sent, failing } = stack((inner, time) =>
      compose(retry({ backoff: constant(0), clock: time }), inner),
    );
    const outcome = expect(failing()).rejects.toThrow('down');
    await clock.advance(1_000);
    await outcome;
    expect(sent).toEqual([100, 200, 300]);
  });
});

describe('a queue outside timeout', () => {
  it('counts no wait against the limit', async () => {
    const { clock, fine } = stack((inner, time) => compose(inner, timeout(50, { clock: time })));
    const result = fine('sent');
    await clock.advance(100);
    expect(await result).toBe('sent');
    expect(clock.refs).toBe(0);
  });
});

describe('a queue inside timeout', () => {
  it('refuses at once what could not be sent within the limit', async () => {
    const { clock, bucket, fine } = stack((inner, time) => compose(timeout(150, { clock: time }), inner));
    const first = fine('first');
    await expect(fine('second')).rejects.toThrow(RateLimitedError);
    expect([clock.now(), bucket.waiting]).toEqual([0, 1]);
    await clock.advance(100);
    expect(await first).toBe('first');
    expect(clock.refs).toBe(0);
  });

  it('lets a wait end with the limit of a head, which is no deadline, and gives the place to the next', async () => {
    const { clock, sent, bucket, fine } = stack((inner) => inner);
    const first = run(compose(timeout(50, { until: 'head', clock }), bucket), () => 'never');
    const outcome = expect(first).rejects.toThrow(TimeoutError);
    const second = fine('second');
    await clock.advance(50);
    await outcome;
    expect(bucket.waiting).toBe(1);
    await clock.advance(50);
    expect(await second).toBe('second');
    expect(sent).toEqual([100]);
  });

  it('times nobody out whose turn came in time while the event loop was blocked', async () => {
    const { clock, fine } = stack((inner, time) => compose(timeout(150, { clock: time }), inner));
    const result = fine('sent');
    clock.block(400);
    await clock.advance(0);
    expect(await result).toBe('sent');
  });
});

describe('a queue outside a breaker', () => {
  it('asks the breaker after the wait', async () => {
    const { clock, sent, failing } = stack((inner, time) =>
      compose(inner, circuitBreaker({ trip: consecutiveFailures(1), clock: time })),
    );
    const outcomes = [failing(), failing()].map((call) => call.catch((error: unknown) => error));
    await clock.advance(200);
    expect(await outcomes[0]).toMatchObject({ message: 'down' });
    expect(await outcomes[1]).toBeInstanceOf(CircuitOpenError);
    expect(sent).toEqual([100]);
  });
});

describe('a queue inside a balancer', () => {
  it('counts who waits as load of the endpoint, and offers who may not wait to another', async () => {
    const clock = virtualClock();
    const balancer = loadBalancer({ endpoints: ['http://a', 'http://b'], clock });
    const buckets = new Map(
      ['http://a', 'http://b'].map((origin) => [
        origin,
        tokenBucket({ ratePerSecond: 10, burst: 1, maxQueue: 1, name: origin, clock }),
      ]),
    );
    const perEndpoint: Policy = (next) => {
      const handlers = new Map([...buckets].map(([origin, bucket]) => [origin, bucket(next)]));
      return (call) => (handlers.get(call.get(endpoint)?.origin ?? '') ?? next)(call);
    };
    const call = wrap(compose(balancer, perEndpoint), async () => 'sent');
    for (const bucket of buckets.values()) bucket.tryAcquire();
    const waiting = [call(), call()];
    await expect(call()).rejects.toThrow(RateLimitedError);
    expect([...buckets.values()].map((bucket) => bucket.waiting)).toEqual([1, 1]);
    expect(balancer.endpoints.map(({ inFlight }) => inFlight)).toEqual([1, 1]);
    await clock.advance(100);
    expect(await Promise.all(waiting)).toEqual(['sent', 'sent']);
    expect(balancer.endpoints.map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });
});
