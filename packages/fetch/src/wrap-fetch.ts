import { begin, Call, systemClock, type Clock, type Layer } from '@inmesh/core';
import { callable, clockOf, count, positiveMs, rejectUnknown, show } from '@inmesh/core/options';
import type { ResponseLike } from '@inmesh/http';

import { CallerDeadlines } from './deadline.ts';
import { isDispatcher } from './dispatcher.ts';
import { Patience } from './ending.ts';
import { Asked } from './fetch-input.ts';
import { fetchProtocol } from './protocol.ts';
import { sender } from './send.ts';

/** A function that is called like fetch, with a string at least, and answers with something like a `Response`. */
export type FetchLike = (input: string, init?: never) => Promise<ResponseLike>;

/**
 * The type of the function itself; of one that has members of its own, or whose promise has, only how it is called and what
 * it answers with.
 */
export type Callable<F extends FetchLike> = keyof F extends never
  ? Answer<F> extends ReturnType<F>
    ? F
    : Plain<F>
  : Plain<F>;

type Answer<F extends FetchLike> = Promise<Awaited<ReturnType<F>>>;
type Plain<F extends FetchLike> = (...args: Parameters<F>) => Answer<F>;

/** What sends, and what is known of those who ask. */
export interface WrapFetchOptions<F extends FetchLike = typeof globalThis.fetch> {
  /** What sends the requests (default: the global `fetch`, looked up at each call). */
  readonly fetch?: F;
  /** An undici dispatcher underneath: an agent, a proxy, a mock. A call's own wins (default: the global one). */
  readonly dispatcher?: object | undefined;
  /** How much of the body of a `Request` is kept for another attempt, or for a redirect, in bytes (default: 64 KiB). */
  readonly replayBodyBytes?: number | undefined;
  /**
   * How long a response of a fetch that is not Node's may go unread until it counts as over, in ms (default: 60 s). Node's
   * own fetch tells when nobody can read a response any more, others may not.
   */
  readonly maxUnreadMs?: number | undefined;
  /** Operation name of its calls, or what gives it of fetch's arguments: never a raw URL (default: `fetch`). */
  readonly name?: string | ((...args: Parameters<F>) => string) | undefined;
  /**
   * How long the caller still waits for a call and its body, in ms, of fetch's arguments; `undefined` if that is not known.
   * Then it ends with {@link DeadlineExceededError}, at once if it is 0 or less (default: no deadline).
   */
  readonly deadlineMs?: (...args: Parameters<F>) => number | undefined;
  /** Errors of ours carry the stack of where they were made, which costs microseconds each (default: false). */
  readonly captureStacks?: boolean | undefined;
  /** Tells what a `Retry-After` with a date means, and bounds the reading of what is thrown away (default: `systemClock`). */
  readonly clock?: Clock | undefined;
}

/**
 * Puts a policy around fetch and gives a function of fetch's own type.
 *
 * A request goes to the endpoint that a balancer in the policy bound to the call, under the host and TLS server name of
 * its URL; without one to where the URL says. The response is fetch's own, untouched, and the policies learn when its
 * body is over.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option. A call rejects as fetch does, or with what a policy
 * rejects it with.
 *
 * @example
 * const api = wrapFetch(compose(timeout(2_000), retry()));
 * const response = await api('http://catalog/items/7');
 */
export function wrapFetch<F extends FetchLike = typeof globalThis.fetch>(
  policy: Layer<Awaited<ReturnType<F>>>,
  {
    fetch,
    dispatcher,
    replayBodyBytes = 65_536,
    maxUnreadMs = 60_000,
    name = 'fetch',
    deadlineMs,
    captureStacks = false,
    clock = systemClock,
    ...unknown
  }: WrapFetchOptions<F> = {},
): Callable<NoInfer<F>> {
  rejectUnknown(unknown, arguments[1]);
  callable({ policy });
  if (fetch !== undefined) callable({ fetch });
  if (dispatcher !== undefined && !isDispatcher(dispatcher))
    throw new TypeError(`dispatcher must have a method dispatch, got ${show(dispatcher)}`);
  if (deadlineMs !== undefined) callable({ deadlineMs });
  const msOf = deadlineMs as unknown as Of<number | undefined> | undefined; // given fetch's own arguments
  const deadlines = new CallerDeadlines(clockOf({ clock }));
  const patience = new Patience(clock, positiveMs({ maxUnreadMs }));
  const protocol = fetchProtocol(clock, patience);
  const nameOf = typeof name === 'function' ? (name as unknown as Of<string>) : undefined; // given fetch's own arguments
  const fixedName = typeof name === 'function' ? 'fetch' : name;
  Call.start(undefined, { name: fixedName, captureStacks }); // so that a wrong option is an error here, not at the first call
  const bound = policy(sender<Awaited<ReturnType<F>>>(fetch, dispatcher, count({ replayBodyBytes }), clock, patience));

  function wrapped(input: unknown, init?: unknown): Promise<Awaited<ReturnType<F>>> {
    try {
      const asked = new Asked(input, init);
      const { signal } = asked;
      const operation = nameOf === undefined ? fixedName : nameOf(input, init);
      const call = Call.start(asked, { name: operation, signal, protocol, captureStacks });
      const ms = msOf?.(input, init);
      const answer = begin(ms === undefined ? bound : (limited) => deadlines.limit(bound, limited, ms), call);
      if (asked.hasRequest)
        answer.catch((error: unknown) => {
          asked.stopKeeping(error);
        });
      return answer;
    } catch (error) {
      return Promise.reject(error);
    }
  }
  return wrapped as unknown as Callable<NoInfer<F>>; // it is called as F is, and answers as F does
}

type Of<T> = (input: unknown, init: unknown) => T;
