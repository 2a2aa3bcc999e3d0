import { FAILURE, IGNORABLE, LASTING_FAILURE, type Holder, type Verdict } from '@inmesh/core';
import { UNSENT, verdictOfFailure } from '@inmesh/http';

import type { Attempt } from './attempt.ts';
import { endingOf, type Patience } from './ending.ts';
import { attemptOf, keepAttempt } from './origin.ts';

const verdicts = new WeakMap<object, Verdict>();

/** A head came. */
export function received(response: unknown, attempt: Attempt, patience: Patience): void {
  const tracked = typeof response === 'object' && response !== null && (attempt.dispatched || attempt.linked);
  if (tracked) keepAttempt(response, attempt);
  if (!attempt.dispatched && attempt.linked) hold(response, attempt, patience); // an abort is to reach its body
  attempt.settle();
}

/** No head came; gives what the call is to reject with. */
export function failed(error: unknown, attempt: Attempt, foreign: boolean): unknown {
  attempt.leave();
  if (attempt.aborted) return attempt.reason;
  if (typeof error === 'object' && error !== null && !verdicts.has(error)) {
    const verdict = verdictOfFailure(error);
    if (attempt.isMockActive || (foreign && !attempt.dispatched)) verdicts.set(error, unproven(verdict));
    else if (attempt.dispatched)
      verdicts.set(error, isUnwelcome(error, attempt) ? IGNORABLE : corrected(verdict, attempt));
    else if (isRefused(error)) verdicts.set(error, IGNORABLE);
  }
  return error;
}

/**
 * Was it answered with a redirect that the caller had ruled out, or that asks for a body again which was a stream? Of that
 * fetch says nothing, and it is all that it says nothing of.
 */
function isUnwelcome({ cause }: { readonly cause?: unknown }, { sent, died }: Attempt): boolean {
  if (!(cause instanceof Error)) return false;
  return cause.message === 'unexpected redirect' || (cause.message === '' && sent && !died);
}

/** Nobody of ours saw the connection, so no error proves that nothing was sent: a redirect may have come before it. */
function unproven(verdict: Verdict): Verdict {
  return verdict === UNSENT ? FAILURE : verdict;
}

/** Did fetch find that it is no request? It says so itself; only what it tried fails as `fetch failed`. */
function isRefused({ name, message }: { readonly name?: unknown; readonly message?: unknown }): boolean {
  return name === 'TypeError' && message !== 'fetch failed';
}

/** The attempt knows better than the error what happened: after a redirect a refused connection does not prove it unsent. */
function corrected(verdict: Verdict, { sent, died }: Attempt): Verdict {
  if (!sent) return verdict === FAILURE ? UNSENT : verdict;
  if (!died) return LASTING_FAILURE; // an answer came, and fetch can do nothing with it: a redirect to nowhere
  return unproven(verdict);
}

/** Gives an error that we make in the place of a fetch, with what it says. */
export function judgedAs<E extends object>(error: E, verdict: Verdict): E {
  verdicts.set(error, verdict);
  return error;
}

export function verdictOfError(error: unknown): Verdict {
  return (typeof error === 'object' && error !== null ? verdicts.get(error) : undefined) ?? verdictOfFailure(error);
}

/** Tells the holder when a result is over, whatever it came from. */
export function hold(result: unknown, holder: Holder, patience: Patience): void {
  if (typeof result !== 'object' || result === null) {
    holder.over();
    return;
  }
  const attempt = attemptOf(result);
  const ending = attempt?.dispatched === true ? attempt : endingOf(result, attempt, patience);
  if (ending === undefined) holder.over();
  else ending.hold(holder);
}
