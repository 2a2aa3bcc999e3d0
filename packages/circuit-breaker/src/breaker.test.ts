import {
  Call,
  circuitChannel,
  FAILURE,
  listenerChannel,
  SUCCESS,
  wrap,
  type CircuitEvent,
  type Verdict,
} from '@inmesh/core';
import { defineProtocol } from '@inmesh/core/protocols';
import { scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { CircuitBreaker } from './breaker.ts';
import { circuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts';
import type { CircuitMode } from './circuit/circuit.ts';
import { consecutiveFailures } from './detectors/consecutive-failures.ts';
import type { Detector } from './detectors/detector.ts';
import { heedRetryAfter, type OpenFor } from './circuit/opening.ts';
import { slowCallRatio } from './detectors/slow-call-ratio.ts';
import { tripWhen } from './detectors/trip-when.ts';

/** Opens at the first failure, for 100 ms. */
function fragile(options: CircuitBreakerOptions = {}) {
  const clock = virtualClock();
  const breaker = circuitBreaker({ trip: consecutiveFailures(1), openForMs: 100, clock, ...options });
  const call = wrap(breaker, async (_call, fails: boolean) => {
    if (fails) throw new Error('down');
    return 'fine';
  });
  return { clock, breaker, call };
}

function fail(breaker: CircuitBreaker): void {
  breaker.tryAcquire()?.release(FAILURE);
}

/** What is published until the test ends. */
function heard(): CircuitEvent[] {
  const events: CircuitEvent[] = [];
  onTestFinished(circuitChannel.subscribe((event) => events.push(event)));
  return events;
}

describe('CircuitBreaker', () => {
  it('opens by hand, and probes when its time is up', async () => {
    const { breaker, clock, call } = fragile();
    const events = heard();
    breaker.open();
    await expect(call(false)).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN', retryAfterMs: 100 });
    await clock.advance(100);
    await expect(call(false)).resolves.toBe('fine');
    expect(breaker.state).toBe('closed');
    expect(events[0]).toMatchObject({ mode: 'automatic', from: 'closed', to: 'open', reason: 'opened by hand' });
  });

  it('stays open for as long as it said if it is opened again meanwhile', async () => {
    const { breaker, clock } = fragile({ openForMs: ({ times }) => times * 100 });
    const events = heard();
    breaker.open();
    await clock.advance(40);
    breaker.open();
    breaker.close();
    breaker.close();
    expect(events.map(({ from, to }) => `${from} > ${to}`)).toEqual(['closed > open', 'open > closed']);
    breaker.open();
    expect(breaker.retryAfterMs).toBe(100);
    await clock.advance(100);
    breaker.open('still down');
    expect(breaker.retryAfterMs).toBe(200);
  });

  it('closes by hand, and forgets what it counted', () => {
    const { breaker } = fragile({ trip: consecutiveFailures(2) });
    fail(breaker);
    fail(breaker);
    expect(breaker.state).toBe('open');
    breaker.close('billing is back');
    expect(breaker.counts).toMatchObject({ failures: 0 });
    fail(breaker);
    expect(breaker.state).toBe('closed');
  });

  it('lets nothing through while it is forced open, whatever the time', async () => {
    const { breaker, clock, call } = fragile();
    breaker.switchTo('forced-open', 'maintenance');
    await clock.advance(1e9);
    const error: unknown = await call(false).catch((thrown: unknown) => thrown);
    expect(String(error)).toBe('CircuitOpenError: circuit lets no call through; it is forced open');
    expect([breaker.state, breaker.mode, breaker.retryAfterMs]).toEqual(['open', 'forced-open', Infinity]);
    expect(breaker.tryAcquire()).toBeUndefined();
    expect(breaker.counts.refused).toBe(2);
    breaker.switchTo('automatic');
    await expect(call(false)).resolves.toBe('fine');
  });

  it('lets everything through while it is forced closed, and goes on counting', async () => {
    const { breaker, call } = fragile();
    breaker.switchTo('forced-closed');
    for (let sent = 0; sent < 3; sent++) await expect(call(true)).rejects.toThrow('down');
    expect([breaker.state, breaker.mode, breaker.retryAfterMs]).toEqual(['closed', 'forced-closed', 0]);
    expect(breaker.counts.failures).toBe(3);
  });

  it('lets everything through while it is disabled, and counts nothing', async () => {
    const { breaker, call } = fragile({ mode: 'disabled' });
    await expect(call(true)).rejects.toThrow('down');
    fail(breaker);
    expect([breaker.state, breaker.mode]).toEqual(['closed', 'disabled']);
    expect(breaker.counts).toEqual({
      successes: 0,
      failures: 0,
      ignored: 0,
      refused: 0,
      probes: 0,
      permits: 0,
      expired: 0,
    });
  });

  it('refuses nothing while it observes, and counts and tells what it would have refused', async () => {
    const { breaker, clock, call } = fragile({ mode: 'observing' });
    const events = heard();
    await expect(call(true)).rejects.toThrow('down');
    await expect(call(true)).rejects.toThrow('down');
    breaker.tryAcquire()?.release(SUCCESS);
    expect(breaker.state).toBe('open');
    expect(breaker.counts).toMatchObject({ refused: 2, ignored: 0 });
    await clock.advance(100);
    await expect(call(false)).resolves.toBe('fine');
    expect(breaker.state).toBe('closed');
    expect(events.map(({ mode, from, to }) => `${mode}: ${from} > ${to}`)).toEqual([
      'observing: closed > open',
      'observing: open > half-open',
      'observing: half-open > closed',
    ]);
  });

  it('is not opened or closed by hand where detectors do not decide', () => {
    const events = heard();
    for (const mode of ['forced-open', 'forced-closed', 'disabled'] as const) {
      const { breaker } = fragile({ mode });
      events.length = 0;
      breaker.open();
      breaker.close();
      expect(events).toEqual([]);
    }
  });

  it('tells of another mode though the state stays, and counts nothing of what is in flight', async () => {
    const { breaker } = fragile();
    const permit = breaker.tryAcquire();
    const events = heard();
    breaker.switchTo('observing', 'a first try');
    permit?.release(FAILURE);
    expect(breaker.state).toBe('closed');
    expect(breaker.counts).toMatchObject({ failures: 0, ignored: 1 });
    expect(events).toMatchObject([{ mode: 'observing', from: 'closed', to: 'closed', reason: 'a first try' }]);
  });

  it.each<CircuitMode>(['disabled', 'forced-closed', 'forced-open', 'observing'])(
    'stays %s if that was chosen by what it asked whether, or for how long, to open',
    (mode) => {
      const choose = () => breaker.switchTo(mode);
      const detector: Detector = () => ({
        succeeded: () => undefined,
        failed() {
          choose();
          return 'down';
        },
        tally: () => ({ successes: 0, failures: 0 }),
      });
      const openForMs: OpenFor = () => {
        choose();
        return 100;
      };
      let { breaker } = fragile({ trip: detector });
      const chosen = { mode, retryAfterMs: mode === 'forced-open' ? Infinity : 0 };
      fail(breaker);
      expect({ mode: breaker.mode, retryAfterMs: breaker.retryAfterMs }).toEqual(chosen);
      ({ breaker } = fragile({ openForMs }));
      fail(breaker);
      expect({ mode: breaker.mode, retryAfterMs: breaker.retryAfterMs }).toEqual(chosen);
    },
  );

  it('does not open for a reason without words, and says so', () => {
    const errors: unknown[] = [];
    onTestFinished(listenerChannel.subscribe(({ error }) => errors.push(error)));
    const { breaker } = fragile({ trip: tripWhen(() => '', { minimumCalls: 1 }) });
    fail(breaker);
    expect(breaker.state).toBe('closed');
    expect(errors).toEqual([new TypeError('a detector must say in words why, got ""')]);
  });

  it('refuses modes and reasons that are none', () => {
    const { breaker } = fragile();
    const modes = "'automatic' or 'observing' or 'forced-open' or 'forced-closed' or 'disabled'";
    const unknown = 'off' as CircuitMode; // callers without types
    expect(() => breaker.switchTo(unknown)).toThrow(new RangeError(`mode must be ${modes}, got "off"`));
    const message = 'reason must be a non-empty string, got ""';
    for (const act of [() => breaker.open(''), () => breaker.close(''), () => breaker.switchTo('automatic', '')])
      expect(act).toThrow(new TypeError(message));
    expect([breaker.mode, breaker.state]).toEqual(['automatic', 'closed']);
  });

  it('has the place of a probe back when its caller gives up, though the function goes on', async () => {
    const { breaker, clock } = fragile({ leaseMs: 60_000 });
    breaker.open();
    await clock.advance(100);
    const server = scriptedHandler<string>();
    const controller = new AbortController();
    const probe = breaker(server.handler)(Call.start(undefined, { signal: controller.signal }));
    const waiting = await server.next();
    expect(breaker.counts.probes).toBe(1);
    controller.abort(new Error('never mind'));
    expect(breaker.counts.probes).toBe(0);
    breaker.tryAcquire()?.release(SUCCESS);
    expect(breaker.state).toBe('closed');
    waiting.respond('at last');
    await probe;
    expect(breaker.counts).toMatchObject({ successes: 0, failures: 0, ignored: 1 });
  });

  it('counts permits that nobody releases, and those that come back late as outcomes', async () => {
    const { breaker, clock } = fragile({ trip: consecutiveFailures(2), leaseMs: 50 });
    const [late] = [breaker.tryAcquire(), breaker.tryAcquire()];
    expect(breaker.counts).toMatchObject({ permits: 2, expired: 0 });
    await clock.advance(50);
    expect(breaker.counts).toMatchObject({ permits: 0, expired: 2 });
    late?.release(FAILURE);
    expect(breaker.counts).toMatchObject({ failures: 1, expired: 2 });
  });

  it('stays open for as long as the response asked that opened it', async () => {
    const { breaker } = fragile({ openForMs: heedRetryAfter() });
    const protocol = defineProtocol({ ofResult: () => FAILURE, retryAfterMs: () => 7_000 });
    await breaker(async () => 503)(Call.start(undefined, { protocol }));
    expect(breaker.retryAfterMs).toBe(7_000);
    breaker.close();
    breaker.tryAcquire()?.release(FAILURE, 9_000);
    expect(breaker.retryAfterMs).toBe(9_000);
    breaker.close();
    const permit = breaker.tryAcquire();
    expect(() => permit?.release(FAILURE, -1)).toThrow(RangeError);
    permit?.release(FAILURE);
    expect(breaker.retryAfterMs).toBe(5_000);
  });

  it('counts pushback as failures only if asked to', () => {
    const pushback: Verdict = { health: 'ignorable', retryable: true, pushback: true, unsent: false };
    const counts = [false, true].map((countPushback) => {
      const { breaker } = fragile({ countPushback, trip: consecutiveFailures(9) });
      breaker.tryAcquire()?.release(pushback);
      return [breaker.counts.failures, breaker.counts.ignored];
    });
    expect(counts).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });
});

describe('a breaker that looks for slow calls', () => {
  /** Opens when both of two calls took longer than a second. */
  function impatient() {
    const clock = virtualClock();
    const breaker = circuitBreaker({ trip: slowCallRatio({ slowMs: 1_000, ratio: 1, minimumCalls: 2 }), clock });
    const server = scriptedHandler<string>();
    return { clock, breaker, server, send: () => breaker(server.handler)(Call.start(undefined)) };
  }

  it('opens when calls are slow, though they succeed', async () => {
    const { breaker, clock, server, send } = impatient();
    const calls = [send(), send()];
    const waiting = [await server.next(), await server.next()];
    await clock.advance(1_001);
    for (const each of waiting) each.respond('at last');
    await Promise.all(calls);
    expect(breaker.state).toBe('open');
  });

  it('does not think calls slow that had to wait for us', async () => {
    const { breaker, clock, server, send } = impatient();
    const calls = [send(), send()];
    const waiting = [await server.next(), await server.next()];
    await clock.advance(100);
    clock.block(3_000);
    for (const each of waiting) each.respond('was here long ago');
    await Promise.all(calls);
    expect(breaker.state).toBe('closed');
    expect(breaker.counts).toMatchObject({ successes: 2, failures: 0 });
  });

  it('is not closed by a slow probe, and stays open for longer', async () => {
    const clock = virtualClock();
    const trip = slowCallRatio({ slowMs: 1_000, minimumCalls: 1 });
    const breaker = circuitBreaker({ trip, openForMs: ({ times }) => times * 100, leaseMs: 10_000, clock });
    breaker.open();
    await clock.advance(100);
    const slow = breaker.tryAcquire();
    await clock.advance(1_001);
    slow?.release(SUCCESS);
    expect([breaker.state, breaker.retryAfterMs]).toEqual(['open', 200]);
    await clock.advance(200);
    breaker.tryAcquire()?.release(SUCCESS);
    expect(breaker.state).toBe('closed');
  });

  it('times permits too, and leaves no timer', async () => {
    const { breaker, clock } = impatient();
    const permits = [breaker.tryAcquire(), breaker.tryAcquire()];
    await clock.advance(1_500);
    expect(clock.timers).toBe(0);
    for (const permit of permits) permit?.release(SUCCESS);
    expect(breaker.state).toBe('open');
  });
});
