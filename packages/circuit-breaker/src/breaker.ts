import {
  circuitChannel,
  PolicyObject,
  refuse,
  type AbortSink,
  type Call,
  type Clock,
  type Judge,
  type Policy,
} from '@inmesh/core';
import { oneOf, text } from '@inmesh/core/options';

import {
  Circuit,
  type CircuitCounts,
  type CircuitMode,
  type CircuitRules,
  type CircuitState,
  type StateListener,
} from './circuit/circuit.ts';
import { CircuitOpenError } from './error.ts';
import type { Admission } from './circuit/leases.ts';
import { Permit, type CircuitPermit } from './permit.ts';
import { Referee } from './referee.ts';
import type { CircuitSnapshot } from './circuit/snapshot.ts';

/** A policy with one circuit, however many handlers it wraps. */
export interface CircuitBreaker extends Policy {
  /** Reads the clock: an open circuit whose time is up is half-open, though no timer ran and no call came. */
  readonly state: CircuitState;
  /** Who decides: `automatic`, unless it was told otherwise. */
  readonly mode: CircuitMode;
  /** A frozen snapshot: what the first detector weighs, what was ignored and refused, how many probes and permits are out. */
  readonly counts: CircuitCounts;
  /** How long until it lets a call through, in ms: 0 if at once, an upper bound while probes are out, Infinity if forced open. */
  readonly retryAfterMs: number;
  /**
   * Asks by hand to be let through; `undefined` means refused. Release the permit with how it went. One that nobody
   * releases loses its place after `leaseMs` and is counted as expired.
   */
  tryAcquire(): CircuitPermit | undefined;
  /**
   * Opens the circuit, as a detector does: it is half-open again when its time is up. Does nothing while it is open, or in
   * a mode in which detectors do not decide. Throws a `TypeError` if the reason is no text.
   */
  open(reason?: string): void;
  /**
   * Closes the circuit and forgets what it counted. Does nothing in a mode in which detectors do not decide. Throws a
   * `TypeError` if the reason is no text.
   */
  close(reason?: string): void;
  /**
   * Begins afresh in another mode; what is in flight counts for nothing. `switchTo('automatic')` ends all others. Throws a
   * `RangeError` or `TypeError` if there is no such mode, or the reason is no text.
   */
  switchTo(mode: CircuitMode, reason?: string): void;
  /** What it has learnt, as JSON can hold it: for the option `restore` of another breaker with the same `trip`. */
  snapshot(): CircuitSnapshot;
}

/** What its options come to. */
export interface BreakerSettings extends CircuitRules {
  readonly name: string;
  readonly judge: Judge | undefined;
  readonly clock: Clock;
}

/** The policy of a circuit. */
export class Breaker extends PolicyObject implements CircuitBreaker, StateListener {
  readonly #settings: BreakerSettings;
  readonly #circuit: Circuit;
  readonly #referee: Referee;

  constructor(settings: BreakerSettings) {
    super((next) => {
      const circuit = this.#circuit;
      const referee = this.#referee;
      const guarded: typeof next = (call) => {
        const { standing } = circuit;
        const now = standing === undefined ? this.#now() : NaN; // while it is closed nobody asks for the time
        const admission = standing ?? circuit.admit(now);
        if (admission === undefined) return this.#refuse(call, now);
        if (standing === undefined) call.onAbort(new Quitter(circuit, admission));
        const begunAt = circuit.timing === undefined ? undefined : referee.begin(admission);
        try {
          return next(call).then(
            (result) => {
              referee.fulfilled(call, result, admission, begunAt);
              return result;
            },
            (error: unknown) => {
              referee.rejected(call, error, admission, begunAt);
              throw error;
            },
          );
        } catch (error) {
          referee.rejected(call, error, admission, begunAt); // a policy inside that throws instead of rejecting
          return Promise.reject(error);
        }
      };
      return guarded;
    });
    this.#settings = settings;
    this.#circuit = new Circuit(settings, this);
    this.#referee = new Referee(this.#circuit, settings.judge, settings.clock);
  }

  get state(): CircuitState {
    return this.#circuit.state(this.#now());
  }

  get mode(): CircuitMode {
    return this.#circuit.mode;
  }

  get counts(): CircuitCounts {
    return this.#circuit.counts(this.#now());
  }

  get retryAfterMs(): number {
    return this.#circuit.retryAfterMs(this.#now());
  }

  tryAcquire(): CircuitPermit | undefined {
    const admission = this.#circuit.admit(this.#now(), true);
    return admission === undefined ? undefined : new Permit(this.#referee, admission, this.#referee.begin(admission));
  }

  open(reason = 'opened by hand'): void {
    text({ reason });
    if (this.#circuit.decides && this.state !== 'open') this.#circuit.open(reason, this.#now());
  }

  close(reason = 'closed by hand'): void {
    text({ reason });
    if (this.#circuit.decides) this.#circuit.close(reason, this.#now());
  }

  switchTo(mode: CircuitMode, reason = 'switched by hand'): void {
    oneOf({ mode }, MODES);
    text({ reason });
    this.#circuit.switchTo(mode, reason, this.#now());
  }

  snapshot(): CircuitSnapshot {
    return { version: 1, savedAt: this.#settings.clock.wall(), ...this.#circuit.save(this.#now()) };
  }

  /** Begins in this mode. */
  begin(mode: CircuitMode): void {
    this.#circuit.switchTo(mode, 'made in this mode', this.#now(), false);
  }

  /** Goes on from what another one learnt. */
  restore(snapshot: CircuitSnapshot): void {
    const passedMs = Math.max(0, this.#settings.clock.wall() - snapshot.savedAt);
    this.#circuit.load(snapshot, this.#now(), passedMs);
  }

  /** Tells the world. */
  changed(from: CircuitState, to: CircuitState, reason: string, at: number): void {
    if (!circuitChannel.hasSubscribers) return;
    const { name: circuit } = this.#settings;
    circuitChannel.publish({ circuit, subject: this, mode: this.#circuit.mode, from, to, reason, at });
  }

  #refuse(call: Call, now: number): Promise<never> {
    const { name } = this.#settings;
    const retryAfterMs = this.#circuit.retryAfterMs(now);
    return refuse(new CircuitOpenError({ policy: name, retryAfterMs, captureStack: call.captureStacks }));
  }

  #now(): number {
    return this.#settings.clock.now();
  }
}

/** Takes back the place of a probe as soon as its caller gives up: its function may not heed that. */
class Quitter implements AbortSink {
  readonly #circuit: Circuit;
  readonly #admission: Admission;

  constructor(circuit: Circuit, admission: Admission) {
    this.#circuit = circuit;
    this.#admission = admission;
  }

  abort(): void {
    this.#circuit.giveUp(this.#admission);
  }
}

/** All of them. */
export const MODES: readonly CircuitMode[] = ['automatic', 'observing', 'forced-open', 'forced-closed', 'disabled'];
