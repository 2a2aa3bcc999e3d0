import { IGNORABLE, plain, publishError, quietly, type Protocol } from '@inmesh/core';
import { show } from '@inmesh/core/options';

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
  const protocol = Object.setPrototypeOf(guardMembers(known), plain) as Protocol; // inherits that it is a protocol
  return Object.freeze(protocol);
}

function guardMembers(known: Partial<Protocol>): Omit<Protocol, '~inmesh'> {
  return {
    ofResult: guardMember(known, 'ofResult', () => IGNORABLE, isVerdict),
    ofError: guardMember(known, 'ofError', () => IGNORABLE, isVerdict),
    retryAfterMs: guardMember(known, 'retryAfterMs', () => undefined, isNumberOrNothing),
    idempotent: guardMember(known, 'idempotent', () => false, isBoolean),
    rewindable: guardMember(known, 'rewindable', () => false, isBoolean),
    hold: guardMember(known, 'hold', (_result, holder) => {
      holder.over();
    }),
    discard: guardMember(known, 'discard', () => {}),
  };
}

/** What is known of a member, with another answer for where it throws or gives none; plain's if nothing is known. */
function guardMember<M extends keyof Protocol>(
  known: Partial<Protocol>,
  member: M,
  instead: Protocol[M],
  isAnswer: (given: unknown) => boolean = () => true,
): Protocol[M] {
  if (!(member in known)) return plain[member];
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

function isVerdict(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'health' in given;
}

function isBoolean(given: unknown): boolean {
  return typeof given === 'boolean';
}

function isNumberOrNothing(given: unknown): boolean {
  return given === undefined || typeof given === 'number';
}
