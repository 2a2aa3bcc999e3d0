import { plain, verdictOf, verdictOfError, type Call, type Clock, type Holder, type Judge } from '@inmesh/core';

import type { Admission, Circuit } from './circuit.ts';

/** Judges how admitted calls end and tells their circuit. */
export class Referee {
  readonly #circuit: Circuit;
  readonly #judge: Judge | undefined;
  readonly #clock: Clock;

  constructor(circuit: Circuit, judge: Judge | undefined, clock: Clock) {
    this.#circuit = circuit;
    this.#judge = judge;
    this.#clock = clock;
  }

  /** The head came. The body of a success may yet die, which counts while the circuit is as the head left it. */
  fulfilled(call: Call, result: unknown, admission: Admission): void {
    const verdict = verdictOf(call, result, this.#judge);
    const counted = this.#circuit.settle(admission, verdict, this.#clock.now());
    const { standing } = this.#circuit;
    if (!counted || standing === undefined || verdict.health !== 'success') return;
    const { protocol } = call;
    if (protocol.hold !== plain.hold) protocol.hold(result, new Body(this, call, standing)); // a plain result has none
  }

  rejected(call: Call, error: unknown, admission: Admission): void {
    this.#circuit.settle(admission, verdictOfError(call, error, this.#judge), this.#clock.now());
  }
}

/** Waits for the end of a result whose head was a success. */
class Body implements Holder {
  readonly #referee: Referee;
  readonly #call: Call;
  readonly #admission: Admission;

  constructor(referee: Referee, call: Call, admission: Admission) {
    this.#referee = referee;
    this.#call = call;
    this.#admission = admission;
  }

  over(error?: unknown): void {
    if (error !== undefined) this.#referee.rejected(this.#call, error, this.#admission);
  }
}
