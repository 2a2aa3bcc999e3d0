import { Key, plain, systemClock, systemRandom, verdictOf, verdictOfError } from '@inmesh/core';
import type { Call, Clock, Handler, Judge, Policy, Random, Verdict } from '@inmesh/core';
import { exponential, type Backoff } from '@inmesh/core/backoff';
import { callable, clockOf, count, judgeOf, nonNegativeMs, rejectUnknown } from '@inmesh/core/options';

import { Schedule, type Plan } from './schedule.ts';
import { sleep } from './sleep.ts';

/** How often, how soon, and what for. */
export interface RetryOptions {
  /** How often it sends at most, the first time included; 1 never sends again (default: 3). */
  readonly attempts?: number | undefined;
  /** How long it waits before each retry (default: `exponential()`, full jitter from 50 ms, at most 2 s). */
  readonly backoff?: Backoff | undefined;
  /** The longest Retry-After it waits for, in ms; if asked for more it gives up at once (default: 10 s). */
  readonly maxRetryAfterMs?: number | undefined;
  /** Its own word on outcomes, before the protocol's. */
  readonly judge?: Judge | undefined;
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock | undefined;
  /** What the backoff draws from (default: `systemRandom`). */
  readonly random?: Random | undefined;
}

/** A retry noted that it gave up: one outside it, around the same sendings, does not begin anew. */
const gaveUp = new Key<boolean>('inmesh:retry-gave-up', false);

/**
 * Sends a failed call again, if the protocol says that another attempt may help and do no harm: the failure is
 * retryable, the operation is idempotent or was never sent, the request can be sent again as it was.
 *
 * It waits for what the other side asked (Retry-After) and for the backoff on top; where that would outlast the call's
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
  nonNegativeMs({ maxRetryAfterMs });
  const plan: Manner = {
    attempts: count({ attempts }),
    backoff: synchronous(callable({ backoff })),
    maxRetryAfterMs,
    judge: judgeOf({ judge }),
    clock: clockOf({ clock }),
    random: callable({ random }),
  };
  if (attempts === 1) return (next) => next;

  return <T>(next: Handler<T>) =>
    function retried(call: Call): Promise<T> {
      call.expectRepeats();
      // Where a result cannot be bad, nobody looks at it.
      const anyIsGood = judge?.ofResult === undefined && call.protocol.ofResult === plain.ofResult;
      return next(call).then(
        anyIsGood
          ? undefined
          : (outcome) => {
              const verdict = verdictOf(call, outcome, judge);
              return verdict.retryable
                ? sendAgain(next, call, { call, fulfilled: true, outcome, verdict }, plan)
                : outcome;
            },
        (outcome: unknown) => {
          const verdict = verdictOfError(call, outcome, judge);
          return sendAgain(next, call, { call, fulfilled: false, outcome, verdict }, plan);
        },
      );
    };
}

/** A backoff that is asynchronous gives no number, and may reject. */
function synchronous(backoff: Backoff): Backoff {
  return (...given) => {
    const ms: unknown = backoff(...given); // asked, not believed
    if (!(ms instanceof Promise)) return ms as number;
    ms.catch(() => {});
    throw new TypeError('backoff must give a number, got a promise');
  };
}

interface Manner extends Plan {
  readonly judge: Judge | undefined;
  readonly clock: Clock;
}

/** One sending and how it ended. */
type Attempt<T> = { readonly call: Call; readonly verdict: Verdict } & (
  | { readonly fulfilled: true; readonly outcome: T }
  | { readonly fulfilled: false; readonly outcome: unknown }
);

/** Sends again what failed once, until an attempt is no failure or it gives up. */
async function sendAgain<T>(next: Handler<T>, call: Call, first: Attempt<T>, manner: Manner): Promise<T> {
  const schedule = new Schedule(manner);
  let attempt = first;
  while (attempt.verdict.retryable) {
    const ms = waitMs(call, attempt, schedule, manner.clock);
    if (ms === undefined) {
      call.note(gaveUp, true);
      break;
    }
    drop(call, attempt);
    if (ms > 0) await sleep(ms, manner.clock, call);
    attempt = await send(next, call, manner.judge);
  }
  if (!attempt.fulfilled) {
    drop(call, attempt);
    throw attempt.outcome;
  }
  if (attempt.call !== call) call.protocol.hold(attempt.outcome, attempt.call);
  return attempt.outcome;
}

/** How long to wait before sending again; `undefined` if it is not to be sent again. */
function waitMs(call: Call, attempt: Attempt<unknown>, schedule: Schedule, clock: Clock): number | undefined {
  if (schedule.exhausted || attempt.call.hasNotedWithin(gaveUp, true)) return undefined;
  const { protocol } = call;
  if (!(attempt.verdict.unsent || protocol.idempotent(call)) || !protocol.rewindable(call)) return undefined;
  try {
    return schedule.next(protocol.retryAfterMs(attempt.outcome) ?? 0, call.deadline - clock.now());
  } catch (error) {
    drop(call, attempt); // the backoff is somebody's function
    throw error;
  }
}

async function send<T>(next: Handler<T>, call: Call, judge: Judge | undefined): Promise<Attempt<T>> {
  const fork = call.forkAttempt();
  try {
    const outcome = await next(fork);
    return { call: fork, fulfilled: true, outcome, verdict: verdictOf(call, outcome, judge) };
  } catch (outcome) {
    return { call: fork, fulfilled: false, outcome, verdict: verdictOfError(call, outcome, judge) };
  }
}

/** Lets go of an attempt that is not the last: its result, and its fork at once. */
function drop(call: Call, attempt: Attempt<unknown>): void {
  if (attempt.fulfilled) call.protocol.discard(attempt.outcome, attempt.call);
  if (attempt.call !== call) attempt.call.release();
}
