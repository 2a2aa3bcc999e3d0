import {
  plain,
  verdictOf,
  verdictOfError,
  type Call,
  type Clock,
  type Holder,
  type Judge,
  type Verdict,
} from '@inmesh/core';

import type { Circuit } from './circuit/circuit.ts';
import type { EffectiveTime } from './detectors/effective-time.ts';
import type { Admission } from './circuit/leases.ts';

/** Judges how admitted calls end, times those that a detector wants timed, and tells their circuit. */
export class Referee {
  readonly #circuit: Circuit;
  readonly #judge: Judge | undefined;
  readonly #clock: Clock;
  #time: EffectiveTime | undefined = undefined; // most need none

  constructor(circuit: Circuit, judge: Judge | undefined, clock: Clock) {
    this.#circuit = circuit;
    this.#judge = judge;
    this.#clock = clock;
  }

  /** When a call begins that was just admitted, in effective time, if a detector wants to know. */
  begin(admission: Admission): number | undefined {
    const { timing } = this.#circuit;
    if (timing === undefined || admission.generation < 0) return undefined; // which does not count
    this.#time ??= timing.of(this.#clock);
    return this.#time.begin(this.#clock.now(), timing.slowMs);
  }

  /** The head came. The body of a success may yet die, which counts while the circuit is as the head left it. */
  fulfilled(call: Call, result: unknown, admission: Admission, begunAt: number | undefined): void {
    const verdict = verdictOf(call, result, this.#judge);
    const now = this.#clock.now();
    const tookMs = this.#tookMs(begunAt, now);
    const asked = verdict.health === 'success' ? undefined : askOf(call, result);
    const counted = this.#circuit.settle(admission, verdict, now, tookMs, asked);
    // A plain result has no body.
    if (counted && asked === undefined && call.protocol.hold !== plain.hold) this.#hold(call, result, tookMs);
  }

  rejected(call: Call, error: unknown, admission: Admission, begunAt: number | undefined): void {
    const verdict = verdictOfError(call, error, this.#judge);
    const now = this.#clock.now();
    this.#circuit.settle(admission, verdict, now, this.#tookMs(begunAt, now), askOf(call, error));
  }

  /** The body died of a result whose head was a success. */
  spoiled(call: Call, error: unknown, admission: Admission, tookMs: number | undefined): void {
    const verdict = verdictOfError(call, error, this.#judge);
    this.#circuit.spoil(admission, verdict, this.#clock.now(), tookMs, askOf(call, error));
  }

  /** A permit was given back by hand. */
  released(
    verdict: Verdict,
    admission: Admission,
    begunAt: number | undefined,
    retryAfterMs: number | undefined,
  ): void {
    const now = this.#clock.now();
    this.#circuit.settle(admission, verdict, now, this.#tookMs(begunAt, now), () => retryAfterMs);
  }

  #tookMs(begunAt: number | undefined, now: number): number | undefined {
    if (begunAt === undefined || this.#time === undefined) return undefined;
    return this.#time.read(now) - begunAt;
  }

  #hold(call: Call, result: unknown, tookMs: number | undefined): void {
    const { standing } = this.#circuit;
    if (standing !== undefined) call.protocol.hold(result, new Body(this, call, standing, tookMs));
  }
}

/** What the other side asked to wait, in ms. A function of its own, or every success would take the room that it keeps. */
function askOf(call: Call, outcome: unknown): () => number | undefined {
  return () => call.protocol.retryAfterMs(outcome);
}

/** Waits for the end of a result whose head was a success. */
class Body implements Holder {
  readonly #referee: Referee;
  readonly #call: Call;
  readonly #admission: Admission;
  readonly #tookMs: number | undefined;

  constructor(referee: Referee, call: Call, admission: Admission, tookMs: number | undefined) {
    this.#referee = referee;
    this.#call = call;
    this.#admission = admission;
    this.#tookMs = tookMs;
  }

  over(error?: unknown): void {
    if (error !== undefined) this.#referee.spoiled(this.#call, error, this.#admission, this.#tookMs);
  }
}
