import { publishError, quietly, type Verdict } from '@inmesh/core';
import { show } from '@inmesh/core/options';

import type { Detection, Detector, Tally } from './detector.ts';

/** `closed` lets every call through, `open` none, `half-open` a few probes. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** What a circuit has seen, at one moment. */
export interface CircuitCounts extends Tally {
  /** Outcomes that counted for nothing: ignorable ones, pushback, and late ones of an earlier state. Since it was made. */
  readonly ignored: number;
  /** Calls it did not let through. Since it was made. */
  readonly refused: number;
  /** Probes that hold a lease now. */
  readonly probes: number;
}

/** What lets a call in. Its outcome counts only while the circuit is still in the generation that admitted it. */
export interface Admission {
  readonly generation: number;
  /** On the breaker's clock, in ms. */
  readonly leaseEndsAt: number;
}

/** Hears of each change of state, when it is done. */
export interface StateListener {
  (from: CircuitState, to: CircuitState, reason: string, now: number): void;
}

/** The state machine of a breaker. Every change of state begins a new generation. */
export class Circuit {
  readonly #detectors: readonly Detector[];
  readonly #openForMs: number;
  readonly #halfOpenCalls: number;
  readonly #changed: StateListener;
  #state: CircuitState = 'closed';
  #generation = 0;
  #standing: Admission | undefined;
  #detections: readonly Detection[];
  #openUntil = -Infinity;
  #leases: readonly Admission[] = NONE;
  #probesPassed = 0;
  #ignored = 0;
  #refused = 0;

  constructor(detectors: readonly Detector[], openForMs: number, halfOpenCalls: number, changed: StateListener) {
    this.#detectors = detectors;
    this.#openForMs = openForMs;
    this.#halfOpenCalls = halfOpenCalls;
    this.#changed = changed;
    this.#standing = FIRST;
    this.#detections = startAll(detectors);
  }

  /** What admits every call while the circuit is closed, so that nobody reads the clock; otherwise ask `admit`. */
  get standing(): Admission | undefined {
    return this.#standing;
  }

  /** Lets a call in, as a probe if the circuit is not closed, or counts it as refused. */
  admit(now: number): Admission | undefined {
    if (this.#standing !== undefined) return this.#standing;
    if (this.#state === 'open' && now >= this.#openUntil) {
      this.#become('half-open', `was open for ${this.#openForMs} ms, ${this.#halfOpenCalls} may probe`, now);
    }
    if (this.retryAfterMs(now) > 0) {
      this.#refused++;
      return undefined;
    }
    const probe = { generation: this.#generation, leaseEndsAt: now + this.#openForMs };
    this.#leases = [...this.#held(now), probe];
    return probe;
  }

  /** Takes in how an admitted call ended, once for each; says whether it counted. */
  settle(admission: Admission, { health, pushback }: Verdict, now: number): boolean {
    if (this.#leases.length > 0) this.#leases = this.#leases.filter((lease) => lease !== admission);
    if (admission.generation !== this.#generation || pushback || health === 'ignorable') {
      this.#ignored++;
      return false;
    }
    if (this.#state === 'closed') this.#weigh(health === 'failure', now);
    else this.#decide(health === 'failure', now);
    return true;
  }

  /** Looking changes nothing: an open circuit that may be probed reads as half-open, and is when the first probe comes. */
  state(now: number): CircuitState {
    return this.#state === 'open' && now >= this.#openUntil ? 'half-open' : this.#state;
  }

  /** How long until a call may be let through, in ms: 0 if at once, an upper bound while probes are out. */
  retryAfterMs(now: number): number {
    if (this.#state === 'closed') return 0;
    if (this.#state === 'open') return Math.max(0, this.#openUntil - now);
    const held = this.#held(now);
    const [oldest] = held;
    if (oldest === undefined || this.#probesPassed + held.length < this.#halfOpenCalls) return 0;
    return oldest.leaseEndsAt - now;
  }

  counts(now: number): CircuitCounts {
    const { successes, failures } = this.#detections[0]?.tally(now) ?? { successes: 0, failures: 0 };
    const probes = this.#held(now).length;
    return Object.freeze({ successes, failures, ignored: this.#ignored, refused: this.#refused, probes });
  }

  #held(now: number): readonly Admission[] {
    return this.#leases.length === 0 ? NONE : this.#leases.filter((lease) => now < lease.leaseEndsAt);
  }

  /** A detector that throws has no say; what it threw is published on `inmesh:listener`. */
  #weigh(failed: boolean, now: number): void {
    let reason: string | undefined;
    for (const detection of this.#detections) {
      try {
        if (failed) reason ??= detection.failed(now);
        else detection.succeeded(now);
      } catch (error) {
        publishError('detector', error);
      }
    }
    if (reason !== undefined) this.#become('open', reason, now);
  }

  #decide(failed: boolean, now: number): void {
    if (failed) {
      this.#become('open', `a probe failed, ${this.#probesPassed} of ${this.#halfOpenCalls} had succeeded`, now);
    } else if (++this.#probesPassed >= this.#halfOpenCalls) {
      this.#become('closed', `${this.#probesPassed} of ${this.#halfOpenCalls} probes succeeded`, now);
    }
  }

  #become(to: CircuitState, reason: string, now: number): void {
    const from = this.#state;
    this.#state = to;
    this.#generation++;
    this.#leases = NONE;
    this.#probesPassed = 0;
    this.#standing = undefined;
    if (to === 'closed') this.#close();
    if (to === 'open') this.#openUntil = now + this.#openForMs;
    this.#changed(from, to, reason, now);
  }

  #close(): void {
    this.#standing = { generation: this.#generation, leaseEndsAt: Infinity };
    quietly('detector', () => {
      this.#detections = startAll(this.#detectors);
    });
  }
}

// What most circuits have at most times is one for all of them.
const NONE: readonly Admission[] = [];
const FIRST: Admission = { generation: 0, leaseEndsAt: Infinity };

function startAll(detectors: readonly Detector[]): readonly Detection[] {
  return detectors.map((detector) => {
    const detection: Detection | undefined = detector(); // asked of a user's detector, not believed
    for (const member of ['succeeded', 'failed', 'tally'] as const) {
      if (typeof detection?.[member] !== 'function')
        throw new TypeError(`a detector of trip must give an object with ${member}(), got ${show(detection)}`);
    }
    return detection;
  });
}
