import { systemClock, type Clock, type Judge } from '@inmesh/core';
import { clockOf, count, judgeOf, positiveMs, rejectUnknown, show, text } from '@inmesh/core/options';

import { Breaker, type CircuitBreaker } from './breaker.ts';
import { failureRatio, type Detector } from './detector.ts';

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

  return new Breaker({ detectors, openForMs, halfOpenCalls, name, judge, clock });
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
