import { ratio as checkRatio, rejectUnknown } from '@inmesh/core/options';

import type { Detector } from './detector.ts';
import { timed } from './effective-time.ts';
import { spanOf, within, type CallWindow } from './span.ts';
import { WindowDetection } from './window-detection.ts';

/** What is slow, and how large a share of how many calls, over how long. */
export interface SlowCallRatioOptions {
  /** A call that takes longer is slow, in ms, whether it succeeds or fails. What our own event loop held it up is not counted. */
  readonly slowMs: number;
  /** The share of slow calls at which the circuit opens, above 0, at most 1 (default: 0.5). */
  readonly ratio?: number | undefined;
  /** How many calls the window has to hold before their share means anything (default: 20, or `window.calls` if that is fewer). */
  readonly minimumCalls?: number | undefined;
  /** The time it looks back over, in ms (default: 10 s). The oldest tenth of it leaves as a whole. */
  readonly windowMs?: number | undefined;
  /** Calls to look back over instead of a time: `lastCalls(100)` (default: none). */
  readonly window?: CallWindow | undefined;
}

/**
 * Opens when the share of slow calls in a rolling window reaches `ratio`. A call is timed until its head came or it failed.
 * One that hangs is not slow until it ends: put a timeout inside the breaker.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const breaker = circuitBreaker({ trip: [failureRatio(), slowCallRatio({ slowMs: 800, ratio: 0.9 })] });
 */
export function slowCallRatio(
  {
    slowMs,
    ratio = 0.5,
    windowMs = 10_000,
    window,
    minimumCalls = window && window.calls < 20 ? window.calls : 20,
    ...unknown
  }: SlowCallRatioOptions = {} as SlowCallRatioOptions,
): Detector {
  rejectUnknown(unknown, arguments[0]);
  const timing = timed(slowMs);
  checkRatio({ ratio });
  const span = spanOf({ windowMs, window, minimumCalls }, arguments[0]);
  return () =>
    new WindowDetection(span, timing, (calls, _failures, slow) => {
      if (slow / calls < ratio) return undefined;
      return `${slow} of ${calls} calls took longer than ${slowMs} ms ${within(span)}, the limit is ${ratio} of at least ${minimumCalls}`;
    });
}
