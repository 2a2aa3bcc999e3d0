import { show } from '@inmesh/core/options';

import type { Call } from './call.ts';
import { quietly } from './channel.ts';
import { isLimit, isRefusal, isLocal } from './errors.ts';

/** What an outcome says, to every policy alike. Verdicts are interned: compare their fields, never make one per call. */
export interface Verdict {
  /** What it says about the other side; `ignorable` says nothing. */
  readonly health: 'success' | 'failure' | 'ignorable';
  /** Might another attempt end better? */
  readonly retryable: boolean;
  /** The other side asked for less traffic. */
  readonly pushback: boolean;
  /** Nothing left this process: safe to send whatever the operation. */
  readonly unsent: boolean;
}

/** It went well. */
export const SUCCESS: Verdict = make('success');
/** It failed, and another attempt may help. */
export const FAILURE: Verdict = make('failure', { retryable: true });
/** It failed, and would fail again. */
export const LASTING_FAILURE: Verdict = make('failure');
/** It says nothing about the other side. */
export const IGNORABLE: Verdict = make('ignorable');
/** A policy of ours refused it before it was sent. */
export const REFUSED: Verdict = make('ignorable', { unsent: true });

const LOCAL_TIMEOUT = make('ignorable', { retryable: true });

function make(health: Verdict['health'], { retryable = false, unsent = false } = {}): Verdict {
  return Object.freeze({ health, retryable, pushback: false, unsent });
}

function isVerdict(given: unknown): given is Verdict {
  return typeof given === 'object' && given !== null && 'health' in given;
}

/**
 * A policy's own word on outcomes, asked before the protocol's. What it has no opinion on it answers with `undefined`; one
 * that throws, or answers what is no verdict, has none, and what is wrong is published on `inmesh:listener`.
 */
export interface Judge {
  /** What a result says, if it has its own opinion. */
  ofResult?(result: unknown, call: Call): Verdict | undefined;
  /** What a rejection says, if it has its own opinion. */
  ofError?(error: unknown, call: Call): Verdict | undefined;
}

/** What a result says. An answer that comes after the call was aborted is judged by the abort. */
export function verdictOf(call: Call, result: unknown, judge?: Judge): Verdict {
  if (call.aborted) return verdictOfAbort(call.reason);
  const own = judge?.ofResult === undefined ? undefined : opinion(judge, 'ofResult', result, call);
  return own ?? call.protocol.ofResult(result, call);
}

/** What an error says. Our own refusals, limits and whoever aborted come before the judge's and the protocol's word. */
export function verdictOfError(call: Call, error: unknown, judge?: Judge): Verdict {
  if (isRefusal(error)) return REFUSED;
  if (call.aborted) return verdictOfAbort(call.reason);
  if (isLimit(error)) return isLocal(error) ? LOCAL_TIMEOUT : FAILURE;
  const own = judge?.ofError === undefined ? undefined : opinion(judge, 'ofError', error, call);
  return own ?? call.protocol.ofError(error, call);
}

function opinion(judge: Judge, on: 'ofResult' | 'ofError', outcome: unknown, call: Call): Verdict | undefined {
  let verdict: Verdict | undefined;
  quietly('judge', () => {
    const answer = judge[on]?.(outcome, call) ?? undefined; // null is no opinion either
    if (answer instanceof Promise) quietly('judge', () => answer); // an asynchronous judge may reject
    if (answer !== undefined && !isVerdict(answer))
      throw new TypeError(`a judge must give a verdict, got ${show(answer)}`);
    verdict = answer;
  });
  return verdict;
}

/** The limit lay outside the policy that asks, so it cannot try again. */
function verdictOfAbort(reason: unknown): Verdict {
  if (isLimit(reason)) return isLocal(reason) ? IGNORABLE : LASTING_FAILURE;
  return nameOf(reason) === 'TimeoutError' ? LASTING_FAILURE : IGNORABLE; // AbortSignal.timeout is a timeout too
}

export function nameOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
}
