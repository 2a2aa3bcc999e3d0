import type { Verdict } from '@inmesh/core';
import { nonNegativeMs, show } from '@inmesh/core/options';

import type { Admission } from './circuit/leases.ts';
import type { Referee } from './referee.ts';

/** One call that a breaker let through by hand. */
export interface CircuitPermit {
  /**
   * Says how the call went: `SUCCESS`, `FAILURE`, `IGNORABLE` or any other verdict. Once; later releases do nothing.
   * `retryAfterMs` is what the other side asked to wait, for an `openForMs` that heeds it.
   *
   * Throws a `TypeError` if it is no verdict, a `RangeError` or `TypeError` if `retryAfterMs` is no duration.
   */
  release(verdict: Verdict, retryAfterMs?: number): void;
}

export class Permit implements CircuitPermit {
  readonly #referee: Referee;
  readonly #admission: Admission;
  readonly #begunAt: number | undefined;
  #released = false;

  constructor(referee: Referee, admission: Admission, begunAt: number | undefined) {
    this.#referee = referee;
    this.#admission = admission;
    this.#begunAt = begunAt;
  }

  release(verdict: Verdict, retryAfterMs?: number): void {
    const health: unknown = (verdict as Verdict | undefined)?.health; // callers without types
    if (health !== 'success' && health !== 'failure' && health !== 'ignorable')
      throw new TypeError(`verdict must be SUCCESS, FAILURE or another of @inmesh/core, got ${show(verdict)}`);
    if (retryAfterMs !== undefined) nonNegativeMs({ retryAfterMs });
    if (this.#released) return;
    this.#released = true;
    this.#referee.released(verdict, this.#admission, this.#begunAt, retryAfterMs);
  }
}
