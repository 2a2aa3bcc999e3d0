import { AsyncLocalStorage } from 'node:async_hooks';

import {
  Call,
  circuitChannel,
  compose,
  FAILURE,
  IGNORABLE,
  isError,
  SUCCESS,
  systemClock,
  wrap,
  type CircuitEvent,
} from '@inmesh/core';
import { scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';

import type { CircuitBreaker } from './breaker.ts';
import { circuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts';
import { consecutiveFailures } from './detectors/consecutive-failures.ts';
import type { Detector } from './detectors/detector.ts';
import { failureRatio } from './detectors/failure-ratio.ts';
import { CircuitOpenError } from './error.ts';

/** Opens at the first failure, for 100 ms. */
function fragile(options: CircuitBreakerOptions = {}) {
  const clock = virtualClock();
  const breaker = circuitBreaker({ trip: consecutiveFailures(1), openForMs: 100, leaseMs: 100, clock, ...options });
  return { clock, breaker };
}

function trip(breaker: CircuitBreaker): void {
  breaker.tryAcquire()?.release(FAILURE);
}

describe('circuitBreaker', () => {
  it('passes on results and errors as they are', async () => {
    const { breaker } = fragile();
    const error = { not: 'an Error' };
    await expect(wrap(breaker, async (_call, value: number) => value * 2)(21)).resolves.toBe(42);
    await expect(wrap(breaker, () => Promise.reject(error))()).rejects.toBe(error);
  });

  it('opens at half of at least 20 calls within 10 s unless told otherwise', async () => {
    const clock = virtualClock();
    const breaker = circuitBreaker({ clock });
    const call = wrap(breaker, async (_call, fails: boolean) => {
      if (fails) throw new Error('down');
    });
    for (let sent = 0; sent < 19; sent++) await call(sent % 2 === 0).catch(() => {});
    expect(breaker.counts).toMatchObject({ successes: 9, failures: 10 });
    expect(breaker.state).toBe('closed');
    await expect(call(true)).rejects.toThrow('down');
    expect(breaker.state).toBe('open');
    await clock.advance(4_999);
    expect(breaker.state).toBe('open');
    await clock.advance(1);
    expect(breaker.state).toBe('half-open');
  });

  it('refuses while open, sends nothing and says when it may probe', async () => {
    const { breaker, clock } = fragile({ name: 'billing' });
    const server = scriptedHandler<string>();
    trip(breaker);
    await clock.advance(40);
    const refused = await breaker(server.handler)(Call.start(undefined)).catch((error: unknown) => error);
    expect(isError(refused, CircuitOpenError)).toBe(true);
    expect(refused).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', policy: 'billing', retryAfterMs: 60 });
    expect(String(refused)).toBe('CircuitOpenError: billing lets no call through; one may probe in 60 ms');
    expect(server.unread).toBe(0);
    expect(breaker.counts.refused).toBe(1);
    expect(breaker.retryAfterMs).toBe(60);
  });

  it('gives a refusal a stack only if the call wants stacks', async () => {
    const { breaker } = fragile();
    trip(breaker);
    const refuse = wrap(breaker, () => 'never');
    const refuseLoudly = wrap(breaker, () => 'never', { captureStacks: true });
    await expect(refuse()).rejects.toSatisfy((error: Error) => !error.stack?.includes('\n    at '));
    await expect(refuseLoudly()).rejects.toSatisfy((error: Error) => error.stack?.includes('\n    at ') === true);
  });

  it('lets one call probe after its time, without a timer, and closes when it succeeds', async () => {
    const { breaker, clock } = fragile();
    const server = scriptedHandler<string>();
    const send = () => breaker(server.handler)(Call.start(undefined));
    trip(breaker);
    expect(clock.timers).toBe(0);
    await clock.advance(100);
    const probe = send();
    await expect(send()).rejects.toThrow(CircuitOpenError);
    (await server.next()).respond('well again');
    await expect(probe).resolves.toBe('well again');
    expect(breaker.state).toBe('closed');
    expect(breaker.counts).toEqual({
      successes: 0,
      failures: 0,
      ignored: 0,
      refused: 1,
      probes: 0,
      permits: 0,
      expired: 0,
    });
  });

  it('does not let a call of an earlier state close or open it', async () => {
    const { breaker, clock } = fragile();
    const server = scriptedHandler<string>();
    const send = () => breaker(server.handler)(Call.start(undefined));
    const lateSuccess = send();
    const lateFailure = send();
    trip(breaker);
    await clock.advance(100);
    const probe = send();
    (await server.next()).respond('late');
    await lateSuccess;
    expect(breaker.state).toBe('half-open');
    (await server.next()).fail(new Error('late'));
    await expect(lateFailure).rejects.toThrow('late');
    expect(breaker.state).toBe('half-open');
    (await server.next()).respond('well again');
    await probe;
    expect(breaker.state).toBe('closed');
  });

  it('takes a policy inside that throws for one that rejects, so that a probe gives its place back', async () => {
    const { breaker, clock } = fragile();
    const bug = new Error('thrown');
    const broken = breaker<string>(() => {
      throw bug;
    });
    trip(breaker);
    await clock.advance(100);
    await expect(broken(Call.start(undefined))).rejects.toBe(bug);
    expect(breaker.state).toBe('open');
    expect(breaker.counts.probes).toBe(0);
  });

  it('keeps one state for all the handlers it wraps', async () => {
    const { breaker } = fragile();
    const fails = wrap(breaker, () => Promise.reject(new Error('down')));
    const works = wrap(breaker, () => 'up');
    await expect(fails()).rejects.toThrow('down');
    await expect(works()).rejects.toThrow(CircuitOpenError);
  });

  it('shares nothing with a breaker made of the same detector', () => {
    const detector = consecutiveFailures(1);
    const first = circuitBreaker({ trip: detector });
    const second = circuitBreaker({ trip: detector });
    trip(first);
    expect([first.state, second.state]).toEqual(['open', 'closed']);
  });

  it('takes a detector of somebody else, and an array it does not keep', () => {
    const third: Detector = () => {
      let failures = 0;
      return {
        succeeded: () => undefined,
        failed: () => (++failures === 3 ? 'three' : undefined),
        tally: () => ({ successes: 0, failures }),
      };
    };
    const detectors = [third];
    const breaker = circuitBreaker({ trip: detectors });
    detectors.push(consecutiveFailures(1));
    trip(breaker);
    trip(breaker);
    expect(breaker.state).toBe('closed');
    trip(breaker);
    expect(breaker.state).toBe('open');
  });

  it('asks its own judge before the protocol', async () => {
    const { breaker } = fragile({
      judge: {
        ofResult: (result) => (result === 'sorry' ? FAILURE : undefined),
        ofError: (error) => (error instanceof RangeError ? IGNORABLE : undefined),
      },
    });
    await expect(wrap(breaker, () => Promise.reject(new RangeError('mine')))()).rejects.toThrow('mine');
    await expect(wrap(breaker, () => 'fine')()).resolves.toBe('fine');
    expect(breaker.state).toBe('closed');
    await expect(wrap(breaker, () => 'sorry')()).resolves.toBe('sorry');
    expect(breaker.state).toBe('open');
  });

  it('does not count the refusals of a breaker inside it', async () => {
    const { breaker } = fragile();
    const { breaker: inner } = fragile();
    trip(inner);
    await expect(wrap(compose(breaker, inner), () => 'never')()).rejects.toThrow(CircuitOpenError);
    expect(breaker.state).toBe('closed');
    expect(breaker.counts).toMatchObject({ failures: 0, ignored: 1 });
  });

  it('publishes each change of state with its reason', async () => {
    const { breaker, clock } = fragile({ name: 'watched' });
    const events: CircuitEvent[] = [];
    const stop = circuitChannel.subscribe((event) => {
      if (event.circuit === 'watched') events.push(event);
    });
    trip(breaker);
    await clock.advance(100);
    expect(breaker.state).toBe('half-open'); // looking is no change
    const probe = breaker.tryAcquire();
    await clock.advance(5);
    probe?.release(SUCCESS);
    stop();
    trip(breaker);
    const whose = { circuit: 'watched', subject: breaker, mode: 'automatic' };
    expect(events).toEqual([
      { ...whose, from: 'closed', to: 'open', reason: 'failures in a row: 1', at: 0 },
      { ...whose, from: 'open', to: 'half-open', reason: 'was open for its time, 1 may probe', at: 100 },
      { ...whose, from: 'half-open', to: 'closed', reason: '1 of 1 probes succeeded', at: 105 },
    ]);
    for (const { subject } of events) expect(subject).toBe(breaker);
  });

  it('is not harmed by a listener that throws', async () => {
    const { breaker } = fragile({ name: 'with a bad listener' });
    const stop = circuitChannel.subscribe(({ circuit }) => {
      if (circuit === 'with a bad listener') throw new Error('listener');
    });
    await expect(wrap(breaker, () => Promise.reject(new Error('down')))()).rejects.toThrow('down');
    stop();
    expect(breaker.state).toBe('open');
  });

  it('reads the clock once for a call while closed', async () => {
    let reads = 0;
    const clock = { ...systemClock, now: () => reads++ };
    const call = wrap(circuitBreaker({ clock }), () => 'fine');
    await call();
    expect(reads).toBe(1);
    await call();
    expect(reads).toBe(2);
  });

  it('shows each call its own asynchronous context, probes too', async () => {
    const { breaker, clock } = fragile({ halfOpen: 3 });
    const tenant = new AsyncLocalStorage<string>();
    const call = wrap(breaker, async () => {
      await Promise.resolve();
      return tenant.getStore();
    });
    const callAll = () => Promise.all(['a', 'b', 'c'].map((name) => tenant.run(name, call)));
    await expect(callAll()).resolves.toEqual(['a', 'b', 'c']);
    trip(breaker);
    await clock.advance(100);
    await expect(callAll()).resolves.toEqual(['a', 'b', 'c']);
    expect(breaker.state).toBe('closed');
  });

  it('leaves the function and its caller in the stack of an error', async () => {
    const fetchUser = async (): Promise<never> => {
      await Promise.resolve();
      throw new Error('no such user');
    };
    const getUser = wrap(circuitBreaker(), fetchUser);
    const theCaller = async (): Promise<unknown> => await getUser();
    const error: unknown = await theCaller().catch((caught: unknown) => caught);
    expect((error as Error).stack).toMatch(/at fetchUser[^]*at (async )?theCaller/);
  });

  it('keeps the types of what it wraps', () => {
    const getUser = wrap(circuitBreaker(), async (_call, id: string) => ({ id }));
    expectTypeOf(getUser).toEqualTypeOf<(id: string) => Promise<{ id: string }>>();
  });

  it('gives a snapshot of its counts that nobody can change', () => {
    const { breaker } = fragile();
    const { counts } = breaker;
    trip(breaker);
    expect(counts.failures).toBe(0);
    expect(Object.isFrozen(counts)).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['openForMs', 0, 'RangeError: openForMs must be a positive number of milliseconds, got 0'],
    ['openForMs', -1, 'RangeError: openForMs must be a positive number of milliseconds, got -1'],
    ['openForMs', Infinity, 'RangeError: openForMs must be a positive number of milliseconds, got Infinity'],
    ['openForMs', Number.NaN, 'RangeError: openForMs must be a positive number of milliseconds, got NaN'],
    ['openForMs', '5s', 'TypeError: openForMs must be a positive number of milliseconds or a function, got "5s"'],
    ['halfOpen', 0, 'RangeError: halfOpen must be a whole number of 1 or more, got 0'],
    ['halfOpen', 1.5, 'RangeError: halfOpen must be a whole number of 1 or more, got 1.5'],
    ['halfOpen', '1', 'TypeError: halfOpen must be a number of probes, probes() or ramp(), got "1"'],
    ['name', '', 'TypeError: name must be a non-empty string, got ""'],
    ['name', 7, 'TypeError: name must be a non-empty string, got 7'],
    ['trip', 5, 'TypeError: trip must be a detector or an array of them, got 5'],
    ['trip', null, 'TypeError: trip must be a detector or an array of them, got null'],
    ['trip', [], 'RangeError: trip must have at least one detector, got an empty array'],
    ['trip', [failureRatio(), 5], 'TypeError: trip[1] must be a detector, got 5'],
    [
      'trip',
      failureRatio,
      'TypeError: a detector of trip must give an object with succeeded(), got a function: it is made first, as in failureRatio(), not failureRatio',
    ],
    ['trip', () => undefined, 'TypeError: a detector of trip must give an object with succeeded(), got undefined'],
    [
      'trip',
      () => ({ succeeded() {}, failed() {}, tally() {}, timing: 800 }),
      'TypeError: timing of a detector must be made by timed(), got 800',
    ],
    ['judge', null, 'TypeError: judge must be an object with ofResult or ofError, got null'],
    ['judge', { ofResult: 1 }, 'TypeError: ofResult of judge must be a function, got 1'],
    ['judge', { onResult: () => FAILURE }, 'TypeError: unknown member of judge: onResult'],
    ['clock', {}, 'TypeError: clock must be a clock, got an object without now()'],
    ['openFor', 5, 'TypeError: unknown option: openFor'],
  ])('refuses %s %s by name', (option, value, message) => {
    expect(thrown(() => circuitBreaker({ [option]: value }))).toBe(message);
  });

  it('refuses what is no options object', () => {
    expect(thrown(() => circuitBreaker(5_000 as CircuitBreakerOptions))).toBe(
      'TypeError: options must be an object, got 5000',
    );
  });
});

function thrown(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return String(error);
  }
  return 'nothing was thrown';
}
