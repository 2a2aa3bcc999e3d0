import type { CountWindow } from '@inmesh/core/window';

import type { Detection, Tally } from './detector.ts';
import type { Timing } from './effective-time.ts';
import { windowOf, type Span } from './span.ts';

/** What is in a window at one moment. */
export interface WindowCounts extends Tally {
  /** Successes and failures together. */
  readonly calls: number;
  /** How many took longer than `slowMs`, whether they succeeded or failed; 0 without a `slowMs`. */
  readonly slow: number;
}

// The kinds of its window.
const SUCCESSES = 0;
const FAILURES = 1;
const SLOW = 2; // added to either

/** Says why the circuit has to open, or nothing. It is given numbers and no object, as it is asked after every call. */
interface Says {
  (calls: number, failures: number, slow: number): string | undefined;
}

/** Asks a function of the counts after every call. */
export class WindowDetection implements Detection {
  readonly timing: Timing | undefined;
  readonly #says: Says;
  readonly #minimumCalls: number;
  readonly #slowMs: number;
  readonly #window: CountWindow;

  constructor(span: Span, timing: Timing | undefined, says: Says) {
    this.timing = timing;
    this.#says = says;
    this.#minimumCalls = span.minimumCalls;
    this.#slowMs = timing?.slowMs ?? Infinity;
    this.#window = windowOf(span, 4);
  }

  succeeded(now: number, tookMs?: number): string | undefined {
    return this.#weigh(SUCCESSES, now, tookMs);
  }

  failed(now: number, tookMs?: number): string | undefined {
    return this.#weigh(FAILURES, now, tookMs);
  }

  spoiled(now: number, tookMs?: number): string | undefined {
    const slow = this.#slow(tookMs);
    if (!this.#window.move(SUCCESSES + slow, FAILURES + slow, now)) this.#window.add(FAILURES + slow, now);
    return this.#reason(now);
  }

  tally(now: number): Tally {
    const counts = this.#window.counts(now);
    return { successes: of(counts, SUCCESSES), failures: of(counts, FAILURES) };
  }

  save(now: number): unknown {
    return this.#window.save(now);
  }

  load(saved: unknown, now: number): void {
    this.#window.load(saved, now);
  }

  #weigh(kind: number, now: number, tookMs: number | undefined): string | undefined {
    this.#window.add(kind + this.#slow(tookMs), now);
    return this.#reason(now);
  }

  #slow(tookMs = 0): number {
    return tookMs > this.#slowMs ? SLOW : 0;
  }

  #reason(now: number): string | undefined {
    const counts = this.#window.counts(now);
    const failures = of(counts, FAILURES);
    const calls = of(counts, SUCCESSES) + failures;
    if (calls < this.#minimumCalls) return undefined;
    const slow = (counts[SUCCESSES + SLOW] ?? 0) + (counts[FAILURES + SLOW] ?? 0);
    return this.#says(calls, failures, slow);
  }
}

/** Of this kind, slow or not. */
function of(counts: readonly number[], kind: number): number {
  return (counts[kind] ?? 0) + (counts[kind + SLOW] ?? 0);
}
