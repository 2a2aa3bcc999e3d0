import { FAILURE, IGNORABLE, listenerChannel, SUCCESS, type ListenerEvent, type Verdict } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { Circuit, type CircuitRules } from './circuit.ts';
import type { Admission } from './leases.ts';
import { probes } from './recovery.ts';
import { consecutiveFailures } from '../detectors/consecutive-failures.ts';
import type { Detector } from '../detectors/detector.ts';

const PUSHBACK: Verdict = { health: 'failure', retryable: true, pushback: true, unsent: false };

/** To open at the first failure, for 100 ms. */
function rules(others: Partial<CircuitRules> = {}): CircuitRules {
  return {
    detectors: [consecutiveFailures(1)],
    openForMs: 100,
    recovery: probes(),
    leaseMs: 100,
    countPushback: false,
    random: () => 0.5,
    ...others,
  };
}

/** A circuit that opens at the first failure, for 100 ms, and what it said of itself. */
function fragile(halfOpen = 1, detectors: readonly Detector[] = [consecutiveFailures(1)]) {
  const changes: string[] = [];
  const circuit = new Circuit(rules({ detectors, recovery: probes({ calls: halfOpen }) }), {
    changed: (from, to, reason, at) => changes.push(`${at}: ${from} > ${to}, ${reason}`),
  });
  return { circuit, changes };
}

function admitted(circuit: Circuit, now: number): Admission {
  const admission = circuit.admit(now);
  if (admission === undefined) throw new Error(`refused at ${now}`);
  return admission;
}

/** Lets a call in and fails it. */
function fail(circuit: Circuit, now: number): void {
  circuit.settle(admitted(circuit, now), FAILURE, now);
}

describe('Circuit', () => {
  it('opens for a time, probes, and closes when the probe succeeds', () => {
    const { circuit, changes } = fragile();
    fail(circuit, 0);
    expect(circuit.admit(99)).toBeUndefined();
    circuit.settle(admitted(circuit, 100), SUCCESS, 110);
    expect(circuit.state(110)).toBe('closed');
    expect(changes).toEqual([
      '0: closed > open, failures in a row: 1',
      '100: open > half-open, was open for its time, 1 may probe',
      '110: half-open > closed, 1 of 1 probes succeeded',
    ]);
  });

  it('opens at once and for the whole time again when a probe fails', () => {
    const { circuit, changes } = fragile(3);
    fail(circuit, 0);
    circuit.settle(admitted(circuit, 100), SUCCESS, 101);
    const last = admitted(circuit, 102);
    circuit.settle(admitted(circuit, 102), FAILURE, 103);
    expect(changes.at(-1)).toBe('103: half-open > open, probes failed: 1, 1 of 3 had succeeded');
    expect(circuit.admit(202)).toBeUndefined();
    circuit.settle(last, FAILURE, 203);
    expect(circuit.state(203)).toBe('half-open');
  });

  it('reads as half-open when its time is up, and looking changes nothing', () => {
    const { circuit, changes } = fragile();
    fail(circuit, 0);
    expect(circuit.state(99)).toBe('open');
    expect(circuit.state(100)).toBe('half-open');
    expect(circuit.state(99)).toBe('open');
    expect(changes).toHaveLength(1);
  });

  it('closes only when as many probes have succeeded as it was told', () => {
    const { circuit } = fragile(2);
    fail(circuit, 0);
    circuit.settle(admitted(circuit, 100), SUCCESS, 100);
    expect(circuit.state(100)).toBe('half-open');
    circuit.settle(admitted(circuit, 150), SUCCESS, 150);
    expect(circuit.state(150)).toBe('closed');
  });

  it('refuses beyond its probes while half-open, those that succeeded included', () => {
    const { circuit } = fragile(2);
    fail(circuit, 0);
    circuit.settle(admitted(circuit, 100), SUCCESS, 100);
    admitted(circuit, 100);
    expect(circuit.admit(100)).toBeUndefined();
    expect(circuit.counts(100)).toMatchObject({ refused: 1, probes: 1 });
  });

  it.each([
    { outcome: 'an ignorable one', verdict: IGNORABLE },
    { outcome: 'pushback', verdict: PUSHBACK },
  ])('gives the place of a probe back after $outcome', ({ verdict }) => {
    const { circuit } = fragile();
    fail(circuit, 0);
    const probe = admitted(circuit, 100);
    expect(circuit.admit(100)).toBeUndefined();
    circuit.settle(probe, verdict, 100);
    expect(circuit.state(100)).toBe('half-open');
    expect(circuit.counts(100)).toMatchObject({ ignored: 1, probes: 0 });
    expect(circuit.admit(100)).toBeDefined();
  });

  it('gives the place of a probe that hangs to another after as long as it stays open', () => {
    const { circuit } = fragile();
    fail(circuit, 0);
    admitted(circuit, 100);
    expect(circuit.retryAfterMs(140)).toBe(60);
    expect(circuit.admit(199)).toBeUndefined();
    circuit.settle(admitted(circuit, 200), SUCCESS, 201);
    expect(circuit.state(201)).toBe('closed');
  });

  it('still hears a probe that took longer than its place lasted, or slow answers would never close it', () => {
    const { circuit } = fragile();
    fail(circuit, 0);
    const slow = admitted(circuit, 100);
    circuit.settle(slow, SUCCESS, 1_000);
    expect(circuit.state(1_000)).toBe('closed');
  });

  it.each([
    { from: 'closed', verdict: SUCCESS },
    { from: 'closed', verdict: FAILURE },
    { from: 'half-open', verdict: SUCCESS },
    { from: 'half-open', verdict: FAILURE },
  ])('does not count a late $verdict.health of an earlier $from state', ({ from, verdict }) => {
    const { circuit } = fragile(2);
    const closedEra = admitted(circuit, 0);
    fail(circuit, 0);
    const halfOpenEra = admitted(circuit, 100);
    fail(circuit, 100);
    admitted(circuit, 200); // half-open again, with a probe out
    expect(circuit.settle(from === 'closed' ? closedEra : halfOpenEra, verdict, 201)).toBe(false);
    expect(circuit.state(201)).toBe('half-open');
    expect(circuit.counts(201)).toMatchObject({ ignored: 1, probes: 1 });
  });

  it('begins with empty detectors when it closes', () => {
    const { circuit } = fragile(1, [consecutiveFailures(3)]);
    for (let call = 0; call < 3; call++) fail(circuit, 0);
    circuit.settle(admitted(circuit, 100), SUCCESS, 100);
    expect(circuit.counts(100)).toMatchObject({ successes: 0, failures: 0 });
    fail(circuit, 100);
    fail(circuit, 100);
    expect(circuit.state(100)).toBe('closed');
  });

  it('keeps its old detections, and says so, if a detector cannot begin anew', () => {
    const heard: ListenerEvent[] = [];
    const stop = listenerChannel.subscribe((event) => heard.push(event));
    const error = new Error('once is enough');
    let begun = 0;
    const once: Detector = () => {
      if (++begun > 1) throw error;
      return consecutiveFailures(1)();
    };
    const { circuit } = fragile(1, [once]);
    fail(circuit, 0);
    circuit.settle(admitted(circuit, 100), SUCCESS, 100);
    stop();
    expect(circuit.state(100)).toBe('closed');
    expect(circuit.counts(100).failures).toBe(1);
    expect(heard).toEqual([{ to: 'detector', error }]);
  });

  it('opens at whichever of its detectors says so first', () => {
    const { circuit, changes } = fragile(1, [consecutiveFailures(5), consecutiveFailures(2)]);
    fail(circuit, 0);
    fail(circuit, 0);
    expect(changes).toEqual(['0: closed > open, failures in a row: 2']);
  });

  it('is done with a change when it tells of it', () => {
    const states: string[] = [];
    const circuit: Circuit = new Circuit(rules(), {
      changed(_from, to, _reason, now) {
        states.push(`${to}: ${circuit.state(now)}, ${circuit.admit(now) === undefined ? 'refuses' : 'admits'}`);
      },
    });
    fail(circuit, 0);
    expect(circuit.admit(100)).toBeUndefined(); // the listener took the place
    expect(states).toEqual(['open: open, refuses', 'half-open: half-open, admits']);
  });
});
