import type { Clock, Verdict } from '@inmesh/core';
import { show } from '@inmesh/core/options';

import type { Admission, Circuit } from './circuit.ts';

/** One call that a breaker let through by hand. */
export interface CircuitPermit {
  /**
   * Says how the call went: `SUCCESS`, `FAILURE`, `IGNORABLE` or any other verdict. Once; later releases do nothing.
   *
   * Throws a `TypeError` if it is no verdict.
   */
  release(verdict: Verdict): void;
}

export class Permit implements CircuitPermit {
  readonly #circuit: Circuit;
  readonly #admission: Admission;
  readonly #clock: Clock;
  #released = false;

  constructor(circuit: Circuit, admission: Admission, clock: Clock) {
    this.#circuit = circuit;
    this.#admission = admission;
    this.#clock = clock;
  }

  release(verdict: Verdict): void {
    const health: unknown = (verdict as Verdict | undefined)?.health; // callers without types
    if (typeof health !== 'string') throw new TypeError(`verdict must be a verdict, got ${show(verdict)}`);
    if (this.#released) return;
    this.#released = true;
    this.#circuit.settle(this.#admission, verdict, this.#clock.now());
  }
}
