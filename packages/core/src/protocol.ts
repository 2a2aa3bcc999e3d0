import { show } from '@inmesh/core/options';

import type { Call } from './call.ts';
import { publishError, quietly } from './channel.ts';
import { FAILURE, IGNORABLE, isVerdict, LASTING_FAILURE, SUCCESS, nameOf, type Verdict } from './verdict.ts';

/** Is told once when a result is over. It must not refer to the result, or an unread one could never be collected. */
export interface Holder {
  /** The result was read, cancelled or collected; with the error if its body died. It must not throw. */
  over(error?: unknown): void;
}

/** What an adapter knows about its requests and results: one classifier that drives every policy. */
export interface Protocol {
  /** What a result says about the other side. */
  ofResult(result: unknown, call: Call): Verdict;
  /** What a rejection says about the other side; asked only of errors that are not ours. */
  ofError(error: unknown, call: Call): Verdict;
  /** What the other side asked us to wait, in ms, of a result or an error; asked only when a retry is being considered. */
  retryAfterMs(outcome: unknown): number | undefined;
  /** May the operation be done twice? */
  idempotent(call: Call): boolean;
  /** Can the request be sent again as it was? */
  rewindable(call: Call): boolean;
  /** Tells the holder once when this result is over, at once if it is; with the error if its body died. */
  hold(result: unknown, holder: Holder): void;
  /** Throws away a result nobody will read, so that its connection is free. Never rejects. */
  discard(result: unknown, call: Call): void;
}

/**
 * The protocol of functions: what fulfils is a success and over at once, what rejects is a failure worth another attempt.
 * A `ReferenceError` or `SyntaxError` is a bug that would only happen again; somebody else's `AbortError` says nothing.
 */
export const plain: Protocol = Object.freeze<Protocol>({
  ofResult: () => SUCCESS,
  ofError: (error) => {
    const name = nameOf(error);
    if (name === 'AbortError') return IGNORABLE;
    return name === 'ReferenceError' || name === 'SyntaxError' ? LASTING_FAILURE : FAILURE;
  },
  retryAfterMs: () => undefined,
  idempotent: () => true,
  rewindable: () => true,
  hold: (_result, holder) => {
    holder.over();
  },
  discard: () => {},
});

/**
 * A protocol that says what it knows; the rest is as for {@link plain} functions.
 *
 * A member that throws, or answers what is no answer, harms no call: what is wrong is published on `inmesh:listener`, the
 * outcome says nothing, the operation is not repeated, the result is over.
 *
 * Throws a `TypeError` naming a member that is unknown or no function.
 *
 * @example
 * const postgres = defineProtocol({ ofError: (error) => (isDeadlock(error) ? FAILURE : LASTING_FAILURE) });
 */
export function defineProtocol(known: Partial<Protocol>): Protocol {
  if (typeof known !== 'object' || known === null || Array.isArray(known))
    throw new TypeError(`a protocol must be an object, got ${show(known)}`);
  for (const member of Object.keys(known)) {
    if (!(member in plain)) throw new TypeError(`unknown member of a protocol: ${member}`);
  }
  const protocol = guard(known);
  guardedProtocols.set(protocol, protocol);
  return protocol;
}

const guardedProtocols = new WeakMap<Protocol, Protocol>();
guardedProtocols.set(plain, plain);

/** A protocol that harms no call: one that `defineProtocol` made is that already, one made by hand becomes it here, once. */
export function guarded(protocol: Protocol): Protocol {
  let guardedOne = guardedProtocols.get(protocol);
  if (guardedOne === undefined) guardedProtocols.set(protocol, (guardedOne = guard(protocol)));
  return guardedOne;
}

function guard(known: Partial<Protocol>): Protocol {
  return Object.freeze<Protocol>({
    ofResult: guardMember(known, 'ofResult', () => IGNORABLE, isVerdict),
    ofError: guardMember(known, 'ofError', () => IGNORABLE, isVerdict),
    retryAfterMs: guardMember(known, 'retryAfterMs', () => undefined, isNumberOrNothing),
    idempotent: guardMember(known, 'idempotent', () => false, isBoolean),
    rewindable: guardMember(known, 'rewindable', () => false, isBoolean),
    hold: guardMember(known, 'hold', (_result, holder) => {
      holder.over();
    }),
    discard: guardMember(known, 'discard', () => {}),
  });
}

/** What is known of a member, with another answer for where it throws or gives none; plain's if nothing is known. */
function guardMember<M extends keyof Protocol>(
  known: Partial<Protocol>,
  member: M,
  instead: Protocol[M],
  isAnswer: (given: unknown) => boolean = () => true,
): Protocol[M] {
  if (!(member in known) || known[member] === plain[member]) return plain[member];
  const ask: unknown = known[member];
  if (typeof ask !== 'function') throw new TypeError(`${member} of a protocol must be a function, got ${show(ask)}`);
  const otherwise = instead as Ask; // one of the members, hence of at most two arguments
  const guardedMember: Ask = (first, second) => {
    try {
      const answer: unknown = ask.call(known, first, second);
      if (answer instanceof Promise) quietly('protocol', () => answer); // an asynchronous `discard` may reject
      if (isAnswer(answer)) return answer;
      throw new TypeError(`${member} of a protocol answered ${show(answer)}`);
    } catch (error) {
      publishError('protocol', error);
      return otherwise(first, second);
    }
  };
  return guardedMember as Protocol[M]; // asks the member with its own arguments
}

type Ask = (first: unknown, second: unknown) => unknown;

function isBoolean(given: unknown): boolean {
  return typeof given === 'boolean';
}

function isNumberOrNothing(given: unknown): boolean {
  return given === undefined || typeof given === 'number';
}
