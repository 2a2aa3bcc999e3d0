import type { Call } from './call.ts';
import { FAILURE, IGNORABLE, LASTING_FAILURE, SUCCESS, nameOf, type Verdict } from './verdict.ts';

/** Is told once when a result is over. It must not refer to the result, or an unread one could never be collected. */
export interface Holder {
  /** The result was read, cancelled or collected; with the error if its body died. It must not throw. */
  over(error?: unknown): void;
}

/** What an adapter knows about its requests and results: one classifier that drives every policy. Made by `defineProtocol`. */
export interface Protocol {
  /** Its members harm no call, whatever they do; read by name, so it survives two installed copies. */
  readonly '~inmesh': 'protocol';
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

const members: Omit<Protocol, '~inmesh'> = {
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
};

/**
 * The protocol of functions: what fulfils is a success and over at once, what rejects is a failure worth another attempt.
 * A `ReferenceError` or `SyntaxError` is a bug that would only happen again; somebody else's `AbortError` says nothing.
 */
export const plain: Protocol = Object.freeze(
  // Not enumerable, so that a copy with other members is no protocol before `defineProtocol` saw them.
  Object.defineProperty(members as Protocol, '~inmesh', { value: 'protocol' }),
);
