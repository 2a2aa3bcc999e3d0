import type { Random } from '@inmesh/core';
import { nonNegativeMs, oneOf, positive, positiveMs, rejectUnknown } from '@inmesh/core/options';

/**
 * How long to wait before a retry, in ms: before the first (`retry` is 1), the second, … `previousMs` is what it said
 * last for the same call, 0 at first. A function of your own is one too.
 */
export interface Backoff {
  (retry: number, random: Random, previousMs: number): number;
}

/** How the waits grow, and how they are spread. */
export interface ExponentialOptions {
  /** What the first wait is drawn from, in ms (default: 50). */
  readonly baseMs?: number | undefined;
  /** The longest wait, in ms (default: 2 s, or `baseMs` if that is longer). */
  readonly maxMs?: number | undefined;
  /** How much longer each wait is than the one before (default: 2). */
  readonly factor?: number | undefined;
  /** `full` draws from 0 to the wait, `equal` from half of it, `none` waits just that (default: `full`). */
  readonly jitter?: 'full' | 'equal' | 'none' | undefined;
}

/**
 * Waits that grow by a factor, with jitter so that callers do not come back in step. Full jitter takes the fewest calls
 * under contention (AWS, "Exponential Backoff And Jitter", 2015).
 */
export function exponential({
  baseMs = 50,
  maxMs = baseMs > 2_000 ? baseMs : 2_000,
  factor = 2,
  jitter = 'full',
  ...unknown
}: ExponentialOptions = {}): Backoff {
  rejectUnknown(unknown, arguments[0]);
  range(baseMs, maxMs);
  positive({ factor });
  oneOf({ jitter }, ['full', 'equal', 'none']);
  const fixedShare = { full: 0, equal: 0.5, none: 1 }[jitter];
  return (retry, random) => {
    const longest = Math.min(maxMs, baseMs * factor ** (retry - 1));
    return longest * (fixedShare + (1 - fixedShare) * random());
  };
}

/** What the waits are drawn between. */
export interface DecorrelatedOptions {
  /** The shortest wait, in ms (default: 50). */
  readonly baseMs?: number | undefined;
  /** The longest wait, in ms (default: 2 s, or `baseMs` if that is longer). */
  readonly maxMs?: number | undefined;
}

/** Waits drawn between `baseMs` and three times the wait before (the same article's "decorrelated jitter"). */
export function decorrelated({
  baseMs = 50,
  maxMs = baseMs > 2_000 ? baseMs : 2_000,
  ...unknown
}: DecorrelatedOptions = {}): Backoff {
  rejectUnknown(unknown, arguments[0]);
  range(baseMs, maxMs);
  return (_retry, random, previousMs) => {
    const highest = Math.max(baseMs, previousMs * 3);
    return Math.min(maxMs, baseMs + random() * (highest - baseMs));
  };
}

function range(baseMs: number, maxMs: number): void {
  positiveMs({ baseMs });
  positiveMs({ maxMs });
  if (maxMs < baseMs) throw new RangeError(`maxMs must be at least the baseMs of ${baseMs}, got ${maxMs}`);
}

/** The same wait each time, in ms; 0 retries at once. Callers that fail together come back together. */
export function constant(ms: number): Backoff {
  nonNegativeMs({ ms });
  return () => ms;
}
