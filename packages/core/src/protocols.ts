import { IGNORABLE, plain, publishError, quietly, type Holder, type Protocol } from '@inmesh/core';
import { show } from '@inmesh/core/options';

/**
 * A protocol that says what it knows; the rest is as for {@link plain} functions.
 *
 * A member that throws, or answers what is no answer, harms no call: what is wrong is published on `inmesh:listener`, the
 * outcome says nothing, the operation is not repeated, the result is over. That it is over each holder hears once.
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
  // Its own and not enumerable: what copies it or inherits from it has other members, which nobody guards.
  return Object.freeze(Object.defineProperty(guardMembers(known) as Protocol, '~inmesh', { value: 'protocol' }));
}

function guardMembers(known: Partial<Protocol>): Omit<Protocol, '~inmesh'> {
  return {
    ofResult: guardMember(known, 'ofResult', () => IGNORABLE, isVerdict),
    ofError: guardMember(known, 'ofError', () => IGNORABLE, isVerdict),
    retryAfterMs: guardMember(known, 'retryAfterMs', () => undefined, isNumberOrNothing),
    idempotent: guardMember(known, 'idempotent', () => false, isBoolean),
    rewindable: guardMember(known, 'rewindable', () => false, isBoolean),
    hold: guardHold(known),
    discard: guardMember(known, 'discard', () => {}),
  };
}

/** However often a result is said to be over, and by whom: each holder hears it once. */
function guardHold(known: Partial<Protocol>): Protocol['hold'] {
  const hold = guardMember(known, 'hold', (_result, holder) => {
    holder.over();
  });
  return hold === plain.hold
    ? hold
    : (result, holder) => {
        hold(result, new HeardOnce(holder));
      };
}

class HeardOnce implements Holder {
  #holder: Holder | undefined;

  constructor(holder: Holder) {
    this.#holder = holder;
  }

  over(error?: unknown): void {
    const holder = this.#holder;
    this.#holder = undefined;
    holder?.over(error);
  }
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
  return given === undefined || (typeof given === 'number' && !Number.isNaN(given));
}
