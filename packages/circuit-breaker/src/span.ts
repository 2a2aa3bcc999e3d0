import { count, positiveMs } from '@inmesh/core/options';
import { LastCounts, RollingCounts, type CountWindow } from '@inmesh/core/window';

/** What a detector looks back over. */
export interface Span {
  /** The time, in ms, for a window of time. */
  readonly windowMs: number;
  /** How many calls, for a window of calls, which takes the place of that of time. */
  readonly windowCalls: number | undefined;
  /** How many calls it has to hold before they mean anything. */
  readonly minimumCalls: number;
}

/** Throws a `RangeError` or `TypeError` that names a wrong option. */
export function spanOf({ windowMs, windowCalls, minimumCalls }: Span): Span {
  positiveMs({ windowMs });
  count({ minimumCalls });
  if (windowCalls !== undefined && minimumCalls > count({ windowCalls }))
    throw new RangeError(`minimumCalls must be at most windowCalls, ${windowCalls}, got ${minimumCalls}`);
  return { windowMs, windowCalls, minimumCalls };
}

export function windowOf({ windowMs, windowCalls }: Span, kinds: number): CountWindow {
  return windowCalls === undefined ? new RollingCounts(kinds, windowMs) : new LastCounts(kinds, windowCalls);
}

/** As in `within 10000 ms` or `of the last 100`. */
export function within({ windowMs, windowCalls }: Span): string {
  return windowCalls === undefined ? `within ${windowMs} ms` : `among the last ${windowCalls}`;
}
