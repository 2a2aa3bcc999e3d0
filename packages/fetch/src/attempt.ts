import type { AbortSink, Call, Holder } from '@inmesh/core';

import { globalDispatcher, type Dispatcher, type DispatchOptions } from './dispatcher.ts';
import { Link } from './link.ts';
import type { Route } from './route.ts';
import { watchOf, type Handler, type Watch, type Watcher } from './watch.ts';

/**
 * One sending, given to fetch as its dispatcher: brings the request to its endpoint, aborts it without a signal, and
 * tells its holders when it is over. Nothing here refers to the response, or an unread one could never be collected.
 */
export class Attempt implements AbortSink, Dispatcher, Holder, Watcher {
  aborted = false;
  reason: unknown = undefined;
  /** Fetch asked for a connection at all. */
  dispatched = false;
  /** What it asks for has no body: HEAD. */
  bodiless = false;
  /** A connection was assigned, so something may have been sent. */
  sent = false;
  #call: Call | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #route: Route | undefined;
  readonly #base: Dispatcher | undefined;
  #link: Link | undefined = undefined;
  #watch: Watch | undefined = undefined;
  #dropped = false;
  #settled = false;
  #over = false;
  #error: unknown = undefined;
  #holder: Holder | undefined = undefined;
  #moreHolders: Holder[] | undefined = undefined;

  constructor(call: Call, signal: AbortSignal | undefined, route: Route | undefined, base: Dispatcher | undefined) {
    this.#call = call;
    this.#signal = signal;
    this.#route = route;
    this.#base = base;
  }

  /** Read by fetch: a mock is given the body as the user wrote it. */
  get isMockActive(): boolean {
    return (this.#base ?? globalDispatcher())?.isMockActive === true;
  }

  get callerAborted(): boolean {
    return this.#signal?.aborted === true;
  }

  /** Called by fetch, again for each redirect it follows. */
  dispatch(options: DispatchOptions, handler: Handler): unknown {
    const base = this.#base ?? globalDispatcher(handler);
    if (base === undefined) throw new TypeError('there is no dispatcher to send the request with');
    this.dispatched = true;
    this.#over = false;
    this.#error = undefined;
    const watch = (this.#watch = watchOf(handler, this));
    if (this.aborted) {
      watch.abort(this.reason);
      return false;
    }
    this.#route?.apply(options, base.isMockActive === true);
    return base.dispatch(options, watch);
  }

  /**
   * What ties a fetch to this attempt that may not use our dispatcher. Each request has its own, and an abort reaches the
   * latest: those before it led on, and are thrown away.
   */
  link(): Link {
    const link = (this.#link = new Link(this));
    if (this.aborted) link.abort(this.reason);
    return link;
  }

  /** Does a fetch hang on its signal? */
  get linked(): boolean {
    return this.#link !== undefined;
  }

  /** Ends the request wherever it stands. An abort by the caller's own signal is left to the fetch that follows it too. */
  abort(reason: unknown): void {
    if (this.aborted || (this.callerAborted && this.#link === undefined)) return;
    this.aborted = true;
    this.reason = reason;
    if (this.#link !== undefined) this.#link.abort(reason);
    else if (!this.#over) this.#watch?.abort(reason);
  }

  /** Nobody wants its response: frees the connection of a fetch that has no other way. */
  drop(): void {
    this.#dropped = true;
    this.#link?.drop();
  }

  /** Is there nothing more to come? */
  get isOver(): boolean {
    return this.#over;
  }

  /** Did its request die? */
  get died(): boolean {
    return this.#error !== undefined;
  }

  hold(holder: Holder): void {
    if (this.#over) holder.over(this.#error);
    else if (this.#holder === undefined) this.#holder = holder;
    else (this.#moreHolders ??= []).push(holder);
  }

  connected(): void {
    this.sent = true;
  }

  ended(watch: Watch, error?: unknown): void {
    if (this.#watch !== watch || this.#over) return; // a redirect's request may end after the one it led to began
    const holder = this.#holder;
    const more = this.#moreHolders;
    this.#over = true;
    this.#error = error === undefined ? undefined : this.causeOf(error);
    this.#watch = this.#holder = this.#moreHolders = undefined;
    if (this.#settled) this.leave(); // else a redirect may go on
    holder?.over(this.#error);
    if (more !== undefined) for (const each of more) each.over(this.#error);
  }

  /** A head came; only now is the end of a request the end of the attempt. */
  settle(): void {
    this.#settled = true;
    if (this.#over || (!this.dispatched && !this.linked)) this.leave();
  }

  /** Is itself a holder of a response that did not come through it. */
  over(): void {
    this.leave();
  }

  /** No abort is to reach it any more. */
  leave(): void {
    this.#call?.offAbort(this);
    this.#call = undefined;
  }

  /** What an error really came from: the reason of whoever aborted, if somebody did; nothing if nobody wanted the rest. */
  causeOf(error: unknown): unknown {
    if (this.aborted) return this.reason;
    if (this.#dropped) return undefined;
    return this.callerAborted ? this.#signal?.reason : error;
  }
}
