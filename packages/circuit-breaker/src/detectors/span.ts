import { count, positiveMs, show } from '@inmesh/core/options';
import { LastCounts, RollingCounts, type CountWindow } from '@inmesh/core/window';

/** A number of calls to look back over: made by {@link lastCalls}. */
export interface CallWindow {
  /** How many it looks back over. */
  readonly calls: number;
  /** Starts to count. */
  start(kinds: number): CountWindow;
}

/**
 * Looks back over the last so many calls, however long ago they were: the `window` of a detector.
 *
 * Throws a `RangeError` or `TypeError` if `calls` is no whole number from 1 to a million.
 *
 * @example
 * const breaker = circuitBreaker({ trip: failureRatio({ window: lastCalls(100), minimumCalls: 50 }) });
 */
export function lastCalls(calls: number): CallWindow {
  if (count({ calls }) > MOST_CALLS) throw new RangeError(`calls must be at most ${MOST_CALLS}, got ${calls}`);
  return { calls, start: (kinds) => new LastCounts(kinds, calls) };
}

const MOST_CALLS = 1_000_000; // a byte for each

/** What a detector looks back over. */
export interface Span {
  readonly windowMs: number;
  /** Takes the place of that of time. */
  readonly window: CallWindow | undefined;
  /** How many calls it has to hold before they mean anything. */
  readonly minimumCalls: number;
}

/** Throws a `RangeError` or `TypeError` that names a wrong option. */
export function spanOf({ windowMs, window, minimumCalls }: Span, given: { readonly windowMs?: number } = {}): Span {
  positiveMs({ windowMs });
  count({ minimumCalls });
  if (window !== undefined && typeof (window as CallWindow | null)?.start !== 'function')
    // callers without types
    throw new TypeError(`window must be made by lastCalls(), got ${show(window)}`);
  if (window !== undefined && given.windowMs !== undefined)
    throw new TypeError('window takes the place of windowMs: give one of them');
  if (window !== undefined && minimumCalls > window.calls)
    throw new RangeError(`minimumCalls must be at most the calls of window, ${window.calls}, got ${minimumCalls}`);
  return { windowMs, window, minimumCalls };
}

export function windowOf({ windowMs, window }: Span, kinds: number): CountWindow {
  return window?.start(kinds) ?? new RollingCounts(kinds, windowMs);
}

/** As in `within 10000 ms` or `among the last 100`. */
export function within({ windowMs, window }: Span): string {
  return window === undefined ? `within ${windowMs} ms` : `among the last ${window.calls}`;
}
