import { callable, rejectUnknown } from '@inmesh/core/options';

import type { Detector } from './detector.ts';
import { timed } from './effective-time.ts';
import { spanOf, within, type CallWindow } from './span.ts';
import { WindowDetection, type WindowCounts } from './window-detection.ts';

/** What the counts are of. */
export interface TripWhenOptions {
  /** How many calls the window has to hold before the function is asked (default: 1). */
  readonly minimumCalls?: number | undefined;
  /** The time it looks back over, in ms (default: 10 s). The oldest tenth of it leaves as a whole. */
  readonly windowMs?: number | undefined;
  /** Calls to look back over instead of a time: `lastCalls(100)` (default: none). */
  readonly window?: CallWindow | undefined;
  /** A call that takes longer is slow, in ms (default: none, and no call is timed). */
  readonly slowMs?: number | undefined;
}

/**
 * Opens when a function of the window's counts says so: with `true`, or with the reason in words. It is asked after every
 * call. One that throws has no say.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const breaker = circuitBreaker({ trip: tripWhen(({ failures, slow }) => failures + slow >= 30, { slowMs: 1_000 }) });
 */
export function tripWhen(
  says: (counts: WindowCounts) => boolean | string,
  { minimumCalls = 1, windowMs = 10_000, window, slowMs, ...unknown }: TripWhenOptions = {},
): Detector {
  callable({ says });
  rejectUnknown(unknown, arguments[1]);
  const span = spanOf({ windowMs, window, minimumCalls }, arguments[1]);
  const timing = slowMs === undefined ? undefined : timed(slowMs);
  return () =>
    new WindowDetection(span, timing, (calls, failures, slow) => {
      const said = says({ calls, successes: calls - failures, failures, slow });
      if (said === false) return undefined;
      if (said !== true) return said;
      return `${failures} of ${calls} calls failed and ${slow} were slow ${within(span)}`;
    });
}
