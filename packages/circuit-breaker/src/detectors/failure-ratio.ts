import { ratio as checkRatio, rejectUnknown } from '@inmesh/core/options';
import type { CountWindow } from '@inmesh/core/window';

import type { Detection, Detector, Tally } from './detector.ts';
import { spanOf, windowOf, within, type CallWindow, type Span } from './span.ts';

/** How large a share of how many calls, over how long. */
export interface FailureRatioOptions {
  /** The share of failures at which the circuit opens, above 0, at most 1 (default: 0.5). */
  readonly ratio?: number | undefined;
  /** How many calls the window has to hold before their share means anything (default: 20, or `window.calls` if that is fewer). */
  readonly minimumCalls?: number | undefined;
  /** The time it looks back over, in ms (default: 10 s). The oldest tenth of it leaves as a whole. */
  readonly windowMs?: number | undefined;
  /** Calls to look back over instead of a time: `lastCalls(100)` (default: none). */
  readonly window?: CallWindow | undefined;
}

/**
 * Opens when the share of failures in a rolling window reaches `ratio`.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const breaker = circuitBreaker({ trip: failureRatio({ ratio: 0.3, minimumCalls: 50, windowMs: 30_000 }) });
 */
export function failureRatio({
  ratio = 0.5,
  windowMs = 10_000,
  window,
  minimumCalls = window && window.calls < 20 ? window.calls : 20,
  ...unknown
}: FailureRatioOptions = {}): Detector {
  rejectUnknown(unknown, arguments[0]);
  checkRatio({ ratio });
  const span = spanOf({ windowMs, window, minimumCalls }, arguments[0]);
  const detector = () => new RatioDetection(ratio, span);
  return arguments[0] === undefined ? (byDefault ??= detector) : detector;
}

let byDefault: Detector | undefined; // one for all, as there may be many breakers

const SUCCESSES = 0;
const FAILURES = 1;

class RatioDetection implements Detection {
  readonly #ratio: number;
  readonly #span: Span;
  readonly #window: CountWindow;

  constructor(ratio: number, span: Span) {
    this.#ratio = ratio;
    this.#span = span;
    this.#window = windowOf(span, 2);
  }

  succeeded(now: number): undefined {
    this.#window.add(SUCCESSES, now);
  }

  failed(now: number): string | undefined {
    this.#window.add(FAILURES, now);
    return this.#reason(now);
  }

  spoiled(now: number): string | undefined {
    if (!this.#window.move(SUCCESSES, FAILURES, now)) this.#window.add(FAILURES, now);
    return this.#reason(now);
  }

  tally(now: number): Tally {
    return { successes: this.#window.count(SUCCESSES, now), failures: this.#window.count(FAILURES, now) };
  }

  save(now: number): unknown {
    return this.#window.save(now);
  }

  load(saved: unknown, now: number): void {
    this.#window.load(saved, now);
  }

  #reason(now: number): string | undefined {
    const { successes, failures } = this.tally(now);
    const calls = successes + failures;
    const { minimumCalls } = this.#span;
    // Divided, not multiplied: 11 / 20 is 0.55, but 0.55 * 20 is more than 11.
    if (calls < minimumCalls || failures / calls < this.#ratio) return undefined;
    return `${failures} of ${calls} calls failed ${within(this.#span)}, the limit is ${this.#ratio} of at least ${minimumCalls}`;
  }
}
