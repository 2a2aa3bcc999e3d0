import { systemClock, type Clock, type Policy } from '@inmesh/core';
import { CallDeadline, Deadlines, type CallLimit } from '@inmesh/core/deadlines';
import { clockOf, oneOf, positiveMs, rejectUnknown, text } from '@inmesh/core/options';

import { TimeoutError } from './error.ts';

/** What a limit covers. */
export interface TimeoutOptions {
  /**
   * What has to come in time: all of the result, or only its `head`, for attempts, since nothing can be retried after
   * it, and for streams that may last (default: `body`).
   */
  readonly until?: 'head' | 'body' | undefined;
  /** Named in its errors (default: `timeout`). */
  readonly name?: string | undefined;
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock | undefined;
}

/**
 * Ends a call that takes longer than `ms` milliseconds: rejects with {@link TimeoutError} and aborts `call.signal`.
 *
 * The work goes on if it ignores the signal; a promise cannot be killed. What it answers late is thrown away. While our own
 * event loop is blocked nobody times out: what arrived meanwhile wins, and a limit that passed is put off once.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const user = await run(timeout(800), ({ signal }) => fetch('http://users/7', { signal }));
 */
export function timeout(
  ms: number,
  { until = 'body', name = 'timeout', clock = systemClock, ...unknown }: TimeoutOptions = {},
): Policy {
  rejectUnknown(unknown, arguments[1]);
  positiveMs({ ms });
  text({ name });
  const untilHead = oneOf({ until }, ['head', 'body']) === 'head';
  const limit: CallLimit = {
    deadlines: new Deadlines(clockOf({ clock }), ms),
    untilHead,
    error: (local) => new TimeoutError({ limitMs: ms, local, policy: name }),
  };

  return (next) =>
    function limited(call) {
      const now = clock.now();
      const at = now + ms;
      if (at >= call.deadline) return next(call); // an outer limit comes first
      const child = call.fork(untilHead ? call.deadline : at); // a head limit is no deadline: the body may go on
      return new CallDeadline(child, limit).send(next, at, now);
    };
}
