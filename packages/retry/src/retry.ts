import {
  Key,
  systemClock,
  systemRandom,
  verdictOf,
  verdictOfError,
  type Call,
  type Clock,
  type Handler,
  type Judge,
  type Policy,
  type Random,
  type Verdict,
} from '@inmesh/core';
import { exponential, type Backoff } from '@inmesh/core/backoff';
import { callable, clockOf, count, nonNegativeMs, rejectUnknown } from '@inmesh/core/options';

import { sleep } from './sleep.ts';

export interface RetryOptions {
  /** How often it sends at most, the first time included (default: 3). */
  readonly attempts?: number;
  /** How long it waits before each retry (default: `exponential()`, full jitter from 50 ms, at most 2 s). */
  readonly backoff?: Backoff;
  /** The longest Retry-After it waits for, in ms; if asked for more it gives up at once (default: 10 s). */
  readonly maxRetryAfterMs?: number;
  /** Its own word on outcomes, before the protocol's. */
  readonly judge?: Judge;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A retry noted that it gave up: one outside it, around the same sendings, does not begin anew. */
const gaveUp = new Key<boolean>('inmesh:retry-gave-up', false);

/**
 * Sends a failed call again, if the protocol says that another attempt may help and do no harm: the failure is
 * retryable, the operation is idempotent or was never sent, the request can be sent again as it was.
 *
 * It waits for the backoff, and at least for what the other side asked (Retry-After); where that would outlast the call's
 * deadline it gives up at once. Giving up passes on the last result or error as it is. A result it gives up on is
 * discarded, so that its connection is free. Retries inside a retry do not multiply.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option. A wait that is aborted rejects with the abort's reason.
 *
 * @example
 * const policy = compose(timeout(2_000), retry({ attempts: 3 }), timeout(500, { until: 'head' }));
 */
export function retry({
  attempts = 3,
  backoff = exponential(),
  maxRetryAfterMs = 10_000,
  judge,
  clock = systemClock,
  random = systemRandom,
  ...unknown
}: RetryOptions = {}): Policy {
  rejectUnknown(unknown, arguments[0]);
  count({ attempts });
  callable({ backoff });
  nonNegativeMs({ maxRetryAfterMs });
  clockOf({ clock });
  callable({ random });

  /** How long to wait before sending again; `undefined` if it is not to be sent again. */
  function waitMs(
    call: Call,
    outcome: unknown,
    verdict: Verdict,
    sent: number,
    previousMs: number,
  ): number | undefined {
    if (sent >= attempts || call.aborted || call.hasNotedWithin(gaveUp, true)) return undefined;
    const { protocol } = call;
    if (!(verdict.unsent || protocol.idempotent(call)) || !protocol.rewindable(call)) return undefined;
    const askedMs = protocol.retryAfterMs(outcome) ?? 0;
    if (askedMs > maxRetryAfterMs) return undefined;
    const ms = Math.max(askedMs, backoff(sent, random, previousMs));
    return clock.now() + ms < call.deadline ? ms : undefined;
  }

  /** Sends again what failed once, until an attempt is no failure or it gives up. */
  async function sendAgain<T>(next: Handler<T>, call: Call, first: Attempt<T>): Promise<T> {
    let attempt = first;
    let previousMs = 0;
    for (let sent = 1; attempt.verdict.retryable; sent++) {
      const ms = waitMs(attempt.call, attempt.outcome, attempt.verdict, sent, previousMs);
      if (ms === undefined) {
        call.note(gaveUp, true);
        break;
      }
      if (attempt.fulfilled) call.protocol.discard(attempt.outcome, attempt.call);
      await sleep(ms, clock, call);
      previousMs = ms;
      attempt = await send(next, call, call.forkAttempt(), judge);
    }
    if (attempt.fulfilled) return attempt.outcome;
    throw attempt.outcome;
  }

  return <T>(next: Handler<T>) =>
    function retried(call: Call): Promise<T> {
      call.expectRepeats();
      return next(call).then(
        (outcome) => {
          const verdict = verdictOf(call, outcome, judge);
          return verdict.retryable ? sendAgain(next, call, { call, fulfilled: true, outcome, verdict }) : outcome;
        },
        (outcome: unknown) => {
          const verdict = verdictOfError(call, outcome, judge);
          return sendAgain(next, call, { call, fulfilled: false, outcome, verdict });
        },
      );
    };
}

/** One sending and how it ended. */
type Attempt<T> = { readonly call: Call; readonly verdict: Verdict } & (
  | { readonly fulfilled: true; readonly outcome: T }
  | { readonly fulfilled: false; readonly outcome: unknown }
);

async function send<T>(next: Handler<T>, call: Call, fork: Call, judge: Judge | undefined): Promise<Attempt<T>> {
  try {
    const outcome = await next(fork);
    fork.protocol.hold(outcome, fork);
    return { call: fork, fulfilled: true, outcome, verdict: verdictOf(call, outcome, judge) };
  } catch (outcome) {
    fork.release();
    return { call: fork, fulfilled: false, outcome, verdict: verdictOfError(call, outcome, judge) };
  }
}
