import { systemClock, systemRandom, type Clock, type Judge, type Random } from '@inmesh/core';
import { callable, clockOf, count, judgeOf, oneOf, positiveMs, rejectUnknown, show, text } from '@inmesh/core/options';

import { Breaker, MODES, type CircuitBreaker } from './breaker.ts';
import type { CircuitMode } from './circuit/circuit.ts';
import type { Detector } from './detectors/detector.ts';
import { failureRatio } from './detectors/failure-ratio.ts';
import { openForOf, type OpenFor } from './circuit/opening.ts';
import { Probes, type Recovery } from './circuit/recovery.ts';
import { snapshotOf, type CircuitSnapshot } from './circuit/snapshot.ts';

/** When a circuit opens, and how it finds out that it may close. */
export interface CircuitBreakerOptions {
  /**
   * What opens the circuit: a detector, or several that are asked in turn after every call (default: `failureRatio()`,
   * half of at least 20 calls failed within 10 s).
   */
  readonly trip?: Detector | readonly Detector[] | undefined;
  /**
   * How long it stays open before calls may probe, in ms, or a function that says so each time it opens, such as `growing()`
   * or `heedRetryAfter()` (default: 5 s).
   */
  readonly openForMs?: number | OpenFor | undefined;
  /**
   * How it finds out that it may close: so many probes in a row, `probes()` of which some may fail, or a `ramp()`
   * (default: 1).
   */
  readonly halfOpen?: number | Recovery | undefined;
  /** How long a probe, or a permit taken by hand, keeps its place, in ms (default: 5 s). */
  readonly leaseMs?: number | undefined;
  /** Who decides at first: `observing` is for trying out a breaker that refuses nothing yet (default: `automatic`). */
  readonly mode?: CircuitMode | undefined;
  /** Whether pushback (429) counts as a failure (default: false). */
  readonly countPushback?: boolean | undefined;
  /** What another breaker with the same `trip` has learnt: its `snapshot()` (default: none). */
  readonly restore?: CircuitSnapshot | undefined;
  /** Named in its events and errors (default: `circuit`). */
  readonly name?: string | undefined;
  /** Its own word on outcomes, before the protocol's. */
  readonly judge?: Judge | undefined;
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock | undefined;
  /** What a ramp and the jitter of `growing()` draw from (default: `systemRandom`). */
  readonly random?: Random | undefined;
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
  halfOpen = 1,
  leaseMs = 5_000,
  mode = 'automatic',
  countPushback = false,
  restore,
  name = 'circuit',
  judge,
  clock = systemClock,
  random = systemRandom,
  ...unknown
}: CircuitBreakerOptions = {}): CircuitBreaker {
  rejectUnknown(unknown, arguments[0]);
  const detectors = detectorsOf(trip);
  openForOf({ openForMs });
  const recovery = recoveryOf(halfOpen);
  positiveMs({ leaseMs });
  oneOf({ mode }, MODES);
  if (typeof countPushback !== 'boolean')
    throw new TypeError(`countPushback must be true or false, got ${show(countPushback)}`);
  const snapshot = restore === undefined ? undefined : snapshotOf(restore);
  text({ name });
  judgeOf({ judge });
  clockOf({ clock });
  callable({ random });

  const settings = { detectors, openForMs, recovery, leaseMs, countPushback, name, judge, clock, random };
  const breaker = new Breaker(settings);
  if (mode !== 'automatic') breaker.begin(mode);
  if (snapshot !== undefined) breaker.restore(snapshot); // last, as a switch forgets what was learnt
  return breaker;
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

function recoveryOf(halfOpen: number | Recovery): Recovery {
  if (typeof halfOpen === 'number') {
    count({ halfOpen });
    return halfOpen === 1 ? ONE_PROBE : { start: () => new Probes(halfOpen, 0) };
  }
  if (typeof (halfOpen as Recovery | null)?.start === 'function') return halfOpen; // callers without types
  throw new TypeError(`halfOpen must be a number of probes, probes() or ramp(), got ${show(halfOpen)}`);
}

const ONE_PROBE: Recovery = { start: () => new Probes(1, 0) }; // one for all, as there may be many breakers
