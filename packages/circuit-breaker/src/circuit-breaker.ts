import { circuitChannel, systemClock, type Call, type Clock, type Judge, type Policy } from '@inmesh/core';
import { clockOf, count, judgeOf, positiveMs, rejectUnknown, show, text } from '@inmesh/core/options';

import { Circuit, type CircuitCounts, type CircuitState } from './circuit.ts';
import { failureRatio, type Detector } from './detector.ts';
import { CircuitOpenError } from './error.ts';
import { Permit, type CircuitPermit } from './permit.ts';
import { Referee } from './referee.ts';

/** When a circuit opens, and how it finds out that it may close. */
export interface CircuitBreakerOptions {
  /**
   * What opens the circuit: a detector, or several that are asked in turn after every failure (default:
   * `failureRatio()`, half of at least 20 calls failed within 10 s).
   */
  readonly trip?: Detector | readonly Detector[];
  /** How long it stays open before calls may probe, and how long a probe keeps its place, in ms (default: 5 s). */
  readonly openForMs?: number;
  /** How many probes have to succeed to close it again; so many may be out at a time (default: 1). */
  readonly halfOpenCalls?: number;
  /** Named in its events and errors (default: `circuit`). */
  readonly name?: string;
  /** Its own word on outcomes, before the protocol's. */
  readonly judge?: Judge;
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock;
}

/** A policy with one circuit, however many handlers it wraps. */
export interface CircuitBreaker extends Policy {
  /** Reads the clock: an open circuit whose time is up is half-open, though no timer ran and no call came. */
  readonly state: CircuitState;
  /** A frozen snapshot: what the first detector weighs, what was ignored and refused, how many probes are out. */
  readonly counts: CircuitCounts;
  /** How long until it lets a call through, in ms: 0 if at once, an upper bound while probes are out. */
  readonly retryAfterMs: number;
  /**
   * Asks by hand to be let through; `undefined` means refused. Release the permit with how it went. A probe's permit that
   * nobody releases loses its place after `openForMs`.
   */
  tryAcquire(): CircuitPermit | undefined;
}

/**
 * Stops calling what keeps failing: while the circuit is open, calls reject with {@link CircuitOpenError} and nothing
 * is sent. After `openForMs` a few calls probe whether it is well again.
 *
 * A call is judged when it settles; a response whose body dies later adds a failure. What says nothing about the other
 * side (an abort, a refusal by a policy inside, a 429) does not count, nor does what comes late from an earlier state.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const breaker = circuitBreaker({ trip: consecutiveFailures(5), openForMs: 10_000, name: 'billing' });
 * const invoice = wrap(breaker, ({ signal }, id: string) => billing.invoice(id, { signal }));
 */
export function circuitBreaker({
  trip = failureRatio(),
  openForMs = 5_000,
  halfOpenCalls = 1,
  name = 'circuit',
  judge,
  clock = systemClock,
  ...unknown
}: CircuitBreakerOptions = {}): CircuitBreaker {
  rejectUnknown(unknown, arguments[0]);
  const detectors = detectorsOf(trip);
  positiveMs({ openForMs });
  count({ halfOpenCalls });
  text({ name });
  judgeOf({ judge });
  clockOf({ clock });

  const circuit = new Circuit(detectors, openForMs, halfOpenCalls, (from, to, reason, at) => {
    if (circuitChannel.hasSubscribers)
      circuitChannel.publish({ circuit: name, subject: breaker, from, to, reason, at });
  });
  const referee = new Referee(circuit, judge, clock);

  const policy: Policy = (next) =>
    function guarded(call) {
      const admission = circuit.standing ?? circuit.admit(clock.now());
      if (admission === undefined) return refusal(call, name, circuit.retryAfterMs(clock.now()));
      try {
        return next(call).then(
          (result) => {
            referee.fulfilled(call, result, admission);
            return result;
          },
          (error: unknown) => {
            referee.rejected(call, error, admission);
            throw error;
          },
        );
      } catch (error) {
        referee.rejected(call, error, admission); // a policy inside that throws instead of rejecting
        return Promise.reject(error);
      }
    };

  const breaker = Object.defineProperties(policy, {
    state: { get: () => circuit.state(clock.now()) },
    counts: { get: () => circuit.counts(clock.now()) },
    retryAfterMs: { get: () => circuit.retryAfterMs(clock.now()) },
    tryAcquire: {
      value: () => {
        const admission = circuit.standing ?? circuit.admit(clock.now());
        return admission === undefined ? undefined : new Permit(circuit, admission, clock);
      },
    },
  }) as CircuitBreaker; // the members were defined just above
  return breaker;
}

function refusal(call: Call, policy: string, retryAfterMs: number): Promise<never> {
  return Promise.reject(new CircuitOpenError({ policy, retryAfterMs, captureStack: call.captureStacks }));
}

function detectorsOf(trip: Detector | readonly Detector[]): readonly Detector[] {
  const detectors = typeof trip === 'function' ? [trip] : trip;
  if (!Array.isArray(detectors)) throw new TypeError(`trip must be a detector or an array of them, got ${show(trip)}`);
  if (detectors.length === 0) throw new RangeError('trip must have at least one detector, got an empty array');
  return detectors.map((detector: unknown, index) => {
    if (typeof detector === 'function') return detector as Detector; // whether it is one shows when it is called
    throw new TypeError(`trip[${index}] must be a detector, got ${show(detector)}`);
  });
}
