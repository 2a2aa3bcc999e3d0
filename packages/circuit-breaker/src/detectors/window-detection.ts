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

/** Asks a function of the counts after every call. */
export class WindowDetection implements Detection {
  readonly timing: Timing | undefined;
  readonly #says: (counts: WindowCounts) => string | undefined;
  readonly #minimumCalls: number;
  readonly #slowMs: number;
  readonly #window: CountWindow;

  constructor(span: Span, timing: Timing | undefined, says: (counts: WindowCounts) => string | undefined) {
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
    const { successes, failures } = this.#counts(now);
    return { successes, failures };
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
    const counts = this.#counts(now);
    return counts.calls < this.#minimumCalls ? undefined : this.#says(counts);
  }

  #counts(now: number): WindowCounts {
    const counts = this.#window.counts(now);
    const slowSuccesses = counts[SUCCESSES + SLOW] ?? 0;
    const slowFailures = counts[FAILURES + SLOW] ?? 0;
    const successes = (counts[SUCCESSES] ?? 0) + slowSuccesses;
    const failures = (counts[FAILURES] ?? 0) + slowFailures;
    return { calls: successes + failures, successes, failures, slow: slowSuccesses + slowFailures };
  }
}
