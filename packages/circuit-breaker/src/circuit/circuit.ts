import type { Random, Verdict } from '@inmesh/core';

import { startAll, tally, timingOf, weigh, type Detections, type Outcome } from '../detectors/detections.ts';
import type { Detector, Tally } from '../detectors/detector.ts';
import type { Timing } from '../detectors/effective-time.ts';
import { Leases, type Admission, type Lease } from './leases.ts';
import { openingMs, type OpenFor } from './opening.ts';
import type { Recovery, Trial } from './recovery.ts';
import { loadAll, saveAll, type CircuitMemory } from './snapshot.ts';

/** `closed` lets every call through, `open` none, `half-open` a few probes. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/**
 * Who decides: `automatic` the detectors. `observing` them too, but what would be refused is let through and only counted.
 * `forced-open` lets no call through, `forced-closed` all and goes on counting, `disabled` all and counts nothing.
 */
export type CircuitMode = 'automatic' | 'observing' | 'forced-open' | 'forced-closed' | 'disabled';

/** What a circuit has seen, at one moment. */
export interface CircuitCounts extends Tally {
  /** Outcomes that counted for nothing: ignorable ones, pushback, and late ones of an earlier state. Since it was made. */
  readonly ignored: number;
  /** Calls it did not let through, or while observing would not have. Since it was made. */
  readonly refused: number;
  /** Probes that hold a place now. */
  readonly probes: number;
  /** Permits taken by hand that are held now. */
  readonly permits: number;
  /** Probes and permits that lost their place because their time was up. Since it was made. */
  readonly expired: number;
}

/** When a circuit opens, for how long, and how it finds out that it may close. */
export interface CircuitRules {
  readonly detectors: readonly Detector[];
  readonly openForMs: number | OpenFor;
  readonly recovery: Recovery;
  readonly leaseMs: number;
  readonly countPushback: boolean;
  readonly random: Random;
}

/** Hears of each change of state or mode, when it is done. */
export interface StateListener {
  changed(from: CircuitState, to: CircuitState, reason: string, now: number): void;
}

/** The state machine of a breaker. Every change of state or mode begins a new generation. */
export class Circuit {
  readonly #rules: CircuitRules;
  readonly #listener: StateListener;
  #mode: CircuitMode = 'automatic';
  #state: CircuitState = 'closed';
  #generation = 0;
  #standing: Admission | undefined = FIRST;
  #detections: Detections;
  #timing: Timing | undefined;
  #openUntil = -Infinity;
  #openings = 0; // since it was last closed
  #trial: Trial | undefined = undefined;
  #leases: Leases | undefined = undefined; // most circuits never need one
  #ignored = 0;
  #refused = 0;

  constructor(rules: CircuitRules, listener: StateListener) {
    this.#rules = rules;
    this.#listener = listener;
    this.#detections = startAll(rules.detectors);
    this.#timing = timingOf(this.#detections);
  }

  /** What admits every call while the circuit is closed, so that nobody reads the clock; otherwise ask `admit`. */
  get standing(): Admission | undefined {
    return this.#standing;
  }

  get mode(): CircuitMode {
    return this.#mode;
  }

  /** Whether detectors may open it in this mode. */
  get decides(): boolean {
    return this.#mode === 'automatic' || this.#mode === 'observing';
  }

  /** How calls are timed: `undefined` if no detector cares. */
  get timing(): Timing | undefined {
    return this.#timing;
  }

  /** Lets a call in, as a probe if the circuit is not closed, or counts it as refused. */
  admit(now: number, byHand = false): Admission | undefined {
    if (this.#state === 'open' && now >= this.#openUntil) this.#halfOpen(now);
    const standing = this.#standing; // a listener may have closed it meanwhile
    if (standing !== undefined) return byHand && standing !== UNCOUNTED ? this.#lease(now, byHand) : standing;
    const share = this.#share(now);
    if (share >= 1 || (share > 0 && this.#rules.random() < share)) return this.#lease(now, byHand);
    this.#refused++;
    return this.#mode === 'observing' ? UNCOUNTED : undefined;
  }

  /**
   * Takes in how an admitted call ended, once for each; says whether it counted. `asked` says what the outcome asked to wait,
   * in ms, and is asked only if the circuit opens.
   */
  settle(
    admission: Admission,
    verdict: Verdict,
    now: number,
    tookMs?: number,
    asked?: () => number | undefined,
  ): boolean {
    this.#leases?.end(admission);
    const failed = this.#failed(verdict);
    if (admission.generation !== this.#generation || failed === undefined) {
      if (admission !== UNCOUNTED) this.#ignored++;
      return false;
    }
    if (this.#trial === undefined) this.#weigh(failed ? 'failed' : 'succeeded', now, tookMs, asked);
    else this.#probed(this.#trial, admission as Lease, failed || this.#isSlow(tookMs), now, asked); // only leases probe
    return true;
  }

  /** Takes back the place of a call that was given up, however long it goes on. It is settled nevertheless. */
  giveUp(admission: Admission): void {
    this.#leases?.end(admission);
  }

  /** Takes in that a call failed after all which was a success when its head came, while the circuit was closed. */
  spoil(admission: Admission, verdict: Verdict, now: number, tookMs?: number, asked?: () => number | undefined): void {
    if (admission.generation !== this.#generation || this.#failed(verdict) !== true) this.#ignored++;
    else this.#weigh('spoiled', now, tookMs, asked);
  }

  /** Looking changes nothing: an open circuit that may be probed reads as half-open, and is when the first probe comes. */
  state(now: number): CircuitState {
    return this.#state === 'open' && now >= this.#openUntil ? 'half-open' : this.#state;
  }

  /** How long until a call may be let through, in ms: 0 if at once, an upper bound while probes are out. */
  retryAfterMs(now: number): number {
    if (this.#state === 'closed') return 0;
    if (this.#state === 'open') return Math.max(0, this.#openUntil - now);
    const trial = this.#trial;
    if (trial === undefined || this.#leases === undefined || this.#share(now) > 0) return 0;
    return Math.max(0, this.#leases.willDoAt((out) => trial.share(out) > 0) - now);
  }

  counts(now: number): CircuitCounts {
    this.#leases?.lapse(now);
    const { probes, permits, expired } = this.#leases ?? NO_LEASES;
    const { successes, failures } = tally(this.#detections, now);
    return Object.freeze({
      successes,
      failures,
      ignored: this.#ignored,
      refused: this.#refused,
      probes,
      permits,
      expired,
    });
  }

  /** Lets nothing through for a time. */
  open(reason: string, now: number, asked?: () => number | undefined): void {
    const { openForMs, random } = this.#rules;
    const generation = this.#generation;
    const times = ++this.#openings;
    const forMs =
      typeof openForMs === 'number'
        ? openForMs
        : openingMs(openForMs, { times, retryAfterMs: asked?.(), reason, random });
    if (generation !== this.#generation) return; // whoever was asked has changed it meanwhile
    this.#openUntil = now + forMs;
    this.#become('open', reason, now);
  }

  /** Begins afresh. */
  close(reason: string, now: number): void {
    this.#forget();
    this.#become('closed', reason, now);
  }

  /** Begins afresh in another mode, of which nobody hears if it is not `told` and the state stays. */
  switchTo(mode: CircuitMode, reason: string, now: number, told = true): void {
    this.#mode = mode;
    this.#forget();
    this.#openUntil = Infinity;
    this.#become(mode === 'forced-open' ? 'open' : 'closed', reason, now, told);
  }

  /** What it has learnt, for another circuit. */
  save(now: number): CircuitMemory {
    const open = this.#state !== 'closed' && this.#mode !== 'forced-open';
    return {
      state: open ? 'open' : 'closed',
      openForMs: open ? Math.max(0, this.#openUntil - now) : 0,
      openings: open ? this.#openings : 0,
      detections: saveAll(this.#detections, now),
    };
  }

  /** Goes on from what another has learnt, which was looked at before and saved `passedMs` ago. */
  load({ state, openForMs, openings, detections }: CircuitMemory, now: number, passedMs = 0): void {
    loadAll(this.#detections, detections, now - passedMs);
    if (state === 'closed' || !this.decides) return;
    const leftMs = Math.max(0, openForMs - passedMs);
    this.#openings = openings;
    this.#openUntil = now + leftMs;
    this.#become('open', `restored, open for another ${Math.ceil(leftMs)} ms`, now);
  }

  #weigh(outcome: Outcome, now: number, tookMs: number | undefined, asked?: () => number | undefined): void {
    const generation = this.#generation;
    const reason = weigh(this.#detections, outcome, now, tookMs);
    if (reason === undefined) return;
    const changed = generation !== this.#generation; // by a detector meanwhile
    if (!changed && this.#mode !== 'forced-closed') this.open(reason, now, asked);
  }

  /** What opened the circuit may have been slowness, which a slow probe has not seen the end of. */
  #isSlow(tookMs: number | undefined): boolean {
    return tookMs !== undefined && this.#timing !== undefined && tookMs > this.#timing.slowMs;
  }

  #probed(trial: Trial, { step }: Lease, failed: boolean, now: number, asked?: () => number | undefined): void {
    const ruling = failed ? trial.failed(step) : trial.succeeded(step);
    if (ruling?.to === 'open') this.open(ruling.reason, now, asked);
    else if (ruling !== undefined) this.close(ruling.reason, now);
  }

  #halfOpen(now: number): void {
    this.#trial = this.#rules.recovery.start();
    this.#become('half-open', `was open for its time, ${this.#trial.plan}`, now);
  }

  #share(now: number): number {
    if (this.#trial === undefined) return 0;
    this.#leases?.lapse(now);
    return this.#trial.share(this.#leases?.probes ?? 0);
  }

  #lease(now: number, byHand: boolean): Admission {
    const endsAt = now + this.#rules.leaseMs;
    const lease: Lease = {
      generation: this.#generation,
      endsAt,
      byHand,
      step: this.#trial?.step,
    };
    this.#leases ??= new Leases();
    this.#leases.grant(lease, this.#trial !== undefined, now);
    return lease;
  }

  /** Whether it failed; `undefined` if it counts for nothing. */
  #failed({ health, pushback }: Verdict): boolean | undefined {
    if (pushback) return this.#rules.countPushback ? true : undefined;
    return health === 'ignorable' ? undefined : health === 'failure';
  }

  #forget(): void {
    this.#openings = 0;
    this.#detections = startAll(this.#rules.detectors, this.#detections);
    this.#timing = timingOf(this.#detections);
  }

  #become(to: CircuitState, reason: string, now: number, told = false): void {
    const from = this.#state;
    this.#state = to;
    this.#generation++;
    this.#leases?.forgetProbes();
    if (to !== 'half-open') this.#trial = undefined;
    this.#standing = to === 'closed' ? this.#stand() : undefined;
    if (from !== to || told) this.#listener.changed(from, to, reason, now);
  }

  #stand(): Admission {
    return this.#mode === 'disabled' ? UNCOUNTED : { generation: this.#generation };
  }
}

// What most circuits have at most times is one for all of them.
const FIRST: Admission = { generation: 0 };
const UNCOUNTED: Admission = Object.freeze({ generation: -1 });
const NO_LEASES = { probes: 0, permits: 0, expired: 0 };
