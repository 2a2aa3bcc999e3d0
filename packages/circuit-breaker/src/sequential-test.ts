import type { Detector } from '@inmesh/circuit-breaker';
import { positiveMs, ratio, rejectUnknown } from '@inmesh/core/options';

import { Cusum } from './sequential-test/cusum.ts';
import { Limits } from './sequential-test/limits.ts';
import { scoresOf } from './sequential-test/scores.ts';

/** What may fail, what may not, and how seldom the test may be wrong. */
export interface SequentialTestOptions {
  /** The share of failures that is nothing to act on, from 0.001 to 0.5 (default: 0.05). */
  readonly tolerable?: number;
  /**
   * The share of failures to notice at once, at least 0.01 and twice `tolerable` (default: 0.5). A smaller one is noticed too if
   * it is nearer to this than to `tolerable`, but later.
   */
  readonly unacceptable?: number;
  /**
   * How long it takes on average until the circuit opens for nothing while just `tolerable` of all calls fail, in ms (default:
   * 86_400_000, a day). By default ten times as long costs one failure more.
   */
  readonly falseTripEveryMs?: number;
}

/** No promise has to hold at more calls per ms. */
const MOST_CALLS_PER_MS = 1_000;

/**
 * Opens as soon as it is so much likelier that `unacceptable` of all calls fail than that `tolerable` do that chance alone would
 * say so once in `falseTripEveryMs`, at whatever rate calls come. There is no window and no minimum of calls to choose.
 *
 * Two failures it takes at least, so where calls are very rare it opens for nothing less often than that.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const breaker = circuitBreaker({ trip: sequentialTest({ tolerable: 0.01, falseTripEveryMs: 3_600_000 }) });
 */
export function sequentialTest({
  tolerable = 0.05,
  unacceptable = 0.5,
  falseTripEveryMs = 86_400_000,
  ...unknown
}: SequentialTestOptions = {}): Detector {
  rejectUnknown(unknown, arguments[0]);
  ratio({ tolerable });
  ratio({ unacceptable });
  positiveMs({ falseTripEveryMs });
  if (tolerable < 0.001 || tolerable > 0.5)
    throw new RangeError(`tolerable must be a ratio from 0.001 to 0.5, got ${tolerable}`);
  if (unacceptable < 0.01 || unacceptable < 2 * tolerable)
    throw new RangeError(`unacceptable must be at least 0.01 and twice tolerable, ${tolerable}, got ${unacceptable}`);

  const scores = scoresOf(tolerable, unacceptable);
  const limits = new Limits(scores, tolerable, falseTripEveryMs * MOST_CALLS_PER_MS);
  const recipe = { tolerable, unacceptable, falseTripEveryMs, scores, limits };
  return () => new Cusum(recipe);
}
