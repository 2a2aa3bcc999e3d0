import { circuitChannel, PolicyObject, refuse, type Clock, type Judge, type Policy } from '@inmesh/core';

import { Circuit, type CircuitCounts, type CircuitState } from './circuit.ts';
import type { Detector } from './detector.ts';
import { CircuitOpenError } from './error.ts';
import { Permit, type CircuitPermit } from './permit.ts';
import { Referee } from './referee.ts';

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

/** What its options come to. */
export interface BreakerSettings {
  readonly detectors: readonly Detector[];
  readonly openForMs: number;
  readonly halfOpenCalls: number;
  readonly name: string;
  readonly judge: Judge | undefined;
  readonly clock: Clock;
}

/** The policy of a circuit. */
export class Breaker extends PolicyObject implements CircuitBreaker {
  readonly #circuit: Circuit;
  readonly #clock: Clock;

  constructor({ detectors, openForMs, halfOpenCalls, name, judge, clock }: BreakerSettings) {
    const circuit = new Circuit(detectors, openForMs, halfOpenCalls, (from, to, reason, at) => {
      if (circuitChannel.hasSubscribers) circuitChannel.publish({ circuit: name, subject: this, from, to, reason, at });
    });
    const referee = new Referee(circuit, judge, clock);
    super((next) => {
      const guarded: typeof next = (call) => {
        const { standing } = circuit;
        const now = standing === undefined ? clock.now() : NaN; // while it is closed nobody asks for the time
        const admission = standing ?? circuit.admit(now);
        if (admission === undefined) {
          const retryAfterMs = circuit.retryAfterMs(now);
          return refuse(new CircuitOpenError({ policy: name, retryAfterMs, captureStack: call.captureStacks }));
        }
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
      return guarded;
    });
    this.#circuit = circuit;
    this.#clock = clock;
  }

  get state(): CircuitState {
    return this.#circuit.state(this.#clock.now());
  }

  get counts(): CircuitCounts {
    return this.#circuit.counts(this.#clock.now());
  }

  get retryAfterMs(): number {
    return this.#circuit.retryAfterMs(this.#clock.now());
  }

  tryAcquire(): CircuitPermit | undefined {
    const admission = this.#circuit.standing ?? this.#circuit.admit(this.#clock.now());
    return admission === undefined ? undefined : new Permit(this.#circuit, admission, this.#clock);
  }
}
