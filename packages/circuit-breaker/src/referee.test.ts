import {
  Call,
  FAILURE,
  IGNORABLE,
  listenerChannel,
  SUCCESS,
  wrap,
  type Handler,
  type ListenerEvent,
} from '@inmesh/core';
import { HeldResult, heldProtocol, scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { circuitBreaker } from './circuit-breaker.ts';
import { consecutiveFailures } from './detectors/consecutive-failures.ts';
import type { Detector } from './detectors/detector.ts';
import { CircuitOpenError } from './error.ts';

/** Opens at the second failure in a row, for 100 ms. */
function fragile(probes = 1) {
  const clock = virtualClock();
  const breaker = circuitBreaker({
    trip: consecutiveFailures(2),
    openForMs: 100,
    leaseMs: 100,
    halfOpen: probes,
    clock,
  });
  const open = () => {
    for (let failure = 0; failure < 2; failure++) breaker.tryAcquire()?.release(FAILURE);
  };
  /** Brings it to where one call may probe. */
  const halfOpen = async () => {
    open();
    await clock.advance(100);
  };
  const send = (result: HeldResult) => breaker(async () => result)(Call.start(undefined, { protocol: heldProtocol }));
  return { breaker, clock, open, halfOpen, send };
}

/** Ends when it is aborted, with the reason. */
const heedful: Handler<never> = (call) =>
  new Promise((_resolve, reject) => {
    call.onAbort({ abort: reject });
  });

describe('a call through a circuit breaker', () => {
  const timedOut = new DOMException('too late', 'TimeoutError');

  it.each([
    { exit: 'success', state: 'closed', ignored: 0, handler: async () => 'fine' },
    { exit: 'failure', state: 'open', ignored: 0, handler: () => Promise.reject(new Error('down')) },
    { exit: 'timeout', state: 'open', ignored: 0, handler: heedful, abort: timedOut },
    { exit: 'abort', state: 'half-open', ignored: 1, handler: heedful, abort: new Error('never mind') },
    {
      exit: 'refusal',
      state: 'half-open',
      ignored: 1,
      handler: () => Promise.reject(new CircuitOpenError({ policy: 'inner', retryAfterMs: 1 })),
    },
  ])('gives its place as a probe back on $exit', async ({ state, ignored, handler, abort }) => {
    const { breaker, halfOpen } = fragile();
    await halfOpen();
    const controller = new AbortController();
    const outcome = breaker<string>(handler)(Call.start(undefined, { signal: controller.signal }));
    expect(breaker.counts.probes).toBe(1);
    if (abort !== undefined) controller.abort(abort);
    await outcome.catch(() => {});
    expect(breaker.counts).toMatchObject({ probes: 0, ignored });
    expect(breaker.state).toBe(state);
  });

  it('is decided at its head as a probe, read or not', async () => {
    const { breaker, halfOpen, send } = fragile();
    await halfOpen();
    const unread = new HeldResult();
    await send(unread);
    expect(breaker.state).toBe('closed');
    expect(breaker.counts.probes).toBe(0);
  });

  it('adds a failure when its body dies', async () => {
    const { breaker, send } = fragile();
    const results = [new HeldResult(), new HeldResult()];
    for (const result of results) await send(result);
    for (const result of results) result.end(new Error('connection lost'));
    expect(breaker.state).toBe('open');
  });

  it('adds nothing when its body is read or cancelled', async () => {
    const { breaker, send } = fragile();
    const result = new HeldResult();
    await send(result);
    const before = breaker.counts;
    result.end();
    expect(breaker.counts).toEqual(before);
  });

  it('counts the body of the probe that closed the circuit', async () => {
    const { breaker, halfOpen, send } = fragile();
    await halfOpen();
    const result = new HeldResult();
    await send(result);
    result.end(new Error('connection lost'));
    expect(breaker.state).toBe('closed');
    expect(breaker.counts.failures).toBe(1);
  });

  it('does not count a body that dies in another state than its head came in', async () => {
    const { breaker, clock, open, send } = fragile();
    const results = [new HeldResult(), new HeldResult()];
    for (const result of results) await send(result);
    open();
    results[0]?.end(new Error('connection lost'));
    await clock.advance(100);
    breaker.tryAcquire()?.release(SUCCESS);
    results[1]?.end(new Error('connection lost'));
    expect(breaker.state).toBe('closed');
    expect(breaker.counts).toMatchObject({ failures: 0, ignored: 2 });
  });

  it('does not count a body whose head came too late to count', async () => {
    const { breaker, clock, open } = fragile();
    const server = scriptedHandler<HeldResult>();
    const outcome = breaker(server.handler)(Call.start(undefined, { protocol: heldProtocol }));
    open();
    await clock.advance(100);
    breaker.tryAcquire()?.release(SUCCESS);
    const result = new HeldResult();
    (await server.next()).respond(result);
    await outcome;
    expect(result.holders).toBe(0);
    expect(breaker.counts).toMatchObject({ successes: 0, ignored: 1 });
  });

  it('is not judged by its body while others still probe', async () => {
    const { breaker, halfOpen, send } = fragile(2);
    await halfOpen();
    const result = new HeldResult();
    await send(result);
    expect(result.holders).toBe(0);
    expect(breaker.state).toBe('half-open');
  });

  it.each([
    { head: 'a failure', verdict: FAILURE, failures: 1 },
    { head: 'ignorable', verdict: IGNORABLE, failures: 0 },
  ])('is not counted twice if its head was $head', async ({ verdict, failures }) => {
    const { breaker, send } = fragile();
    const result = new HeldResult(verdict);
    await send(result);
    result.end(new Error('connection lost'));
    expect(result.holders).toBe(0);
    expect(breaker.counts.failures).toBe(failures);
  });

  it('is not counted when the caller aborts while its body comes', async () => {
    const { breaker } = fragile();
    const controller = new AbortController();
    const call = Call.start(undefined, { protocol: heldProtocol, signal: controller.signal });
    const result = new HeldResult();
    await breaker(async () => result)(call);
    controller.abort(new Error('never mind'));
    result.end(new Error('aborted'));
    expect(breaker.counts).toMatchObject({ successes: 0, failures: 0, ignored: 1 });
  });

  it('is not harmed by a detector that throws', async () => {
    const error = new Error('detector');
    const broken: Detector = () => ({
      succeeded() {
        throw error;
      },
      failed() {
        throw error;
      },
      tally: () => ({ successes: 0, failures: 0 }),
    });
    const heard: ListenerEvent[] = [];
    const stop = listenerChannel.subscribe((event) => heard.push(event));
    const breaker = circuitBreaker({ trip: [broken, consecutiveFailures(1)] });
    await expect(wrap(breaker, () => 'fine')()).resolves.toBe('fine');
    await expect(wrap(breaker, () => Promise.reject(new Error('down')))()).rejects.toThrow('down');
    stop();
    expect(breaker.state).toBe('open');
    expect(heard).toEqual([
      { to: 'detector', error },
      { to: 'detector', error },
    ]);
  });
});
