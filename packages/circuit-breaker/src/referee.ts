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

  /** What admits a call, and when it began, if a detector wants to know. */
  begin(admission: Admission): Admission {
    const { timing, standing } = this.#circuit;
    if (timing === undefined || admission.generation < 0) return admission; // which does not count
    this.#time ??= timing.of(this.#clock);
    const own = admission === standing ? { ...admission } : admission;
    own.begunAt = this.#time.begin(this.#clock.now(), timing.slowMs);
    return own;
  }

  /** The head came. The body of a success may yet die, which counts while the circuit is as the head left it. */
  fulfilled(call: Call, result: unknown, admission: Admission): void {
    const verdict = verdictOf(call, result, this.#judge);
    const now = this.#clock.now();
    const tookMs = this.#tookMs(admission, now);
    const asked = verdict.health === 'success' ? undefined : askOf(call, result);
    const counted = this.#circuit.settle(admission, verdict, now, tookMs, asked);
    const { standing } = this.#circuit;
    if (!counted || standing === undefined || verdict.health !== 'success') return;
    const { protocol } = call;
    if (protocol.hold !== plain.hold) protocol.hold(result, new Body(this, call, standing, tookMs)); // a plain result has none
  }

  rejected(call: Call, error: unknown, admission: Admission): void {
    const verdict = verdictOfError(call, error, this.#judge);
    const now = this.#clock.now();
    this.#circuit.settle(admission, verdict, now, this.#tookMs(admission, now), askOf(call, error));
  }

  /** The body died of a result whose head was a success. */
  spoiled(call: Call, error: unknown, admission: Admission, tookMs: number | undefined): void {
    const verdict = verdictOfError(call, error, this.#judge);
    this.#circuit.spoil(admission, verdict, this.#clock.now(), tookMs, askOf(call, error));
  }

  /** A permit was given back by hand. */
  released(verdict: Verdict, admission: Admission, retryAfterMs: number | undefined): void {
    const now = this.#clock.now();
    this.#circuit.settle(admission, verdict, now, this.#tookMs(admission, now), () => retryAfterMs);
  }

  #tookMs({ begunAt }: Admission, now: number): number | undefined {
    if (begunAt === undefined || this.#time === undefined) return undefined;
    return this.#time.read(now) - begunAt;
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
