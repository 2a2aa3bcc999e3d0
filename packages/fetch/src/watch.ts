import { CallbackWatch, type CallbackHandler } from './callback-watch.ts';
import { ControllerWatch, type ControllerHandler } from './controller-watch.ts';

/** What fetch hands to a dispatcher to hear of its request: its methods' names say which generation of undici is calling. */
export type Handler = CallbackHandler | ControllerHandler;

/**
 * Stands between fetch and the dispatcher for one request: sees when it is over, and can end it wherever it stands,
 * queued too, without an `AbortSignal`.
 */
export interface Watch {
  abort(reason: unknown): void;
}

/** Is told by a {@link Watch} how one request went. */
export interface Watcher {
  /** Was it aborted by one of us? */
  readonly aborted: boolean;
  /** Why it was aborted; any value. */
  readonly reason: unknown;
  /** Did the caller's own signal abort? Fetch sees to that by itself. */
  readonly callerAborted: boolean;
  /** A connection was assigned: from here on something may have been sent. */
  connected(): void;
  /** The request is over; with the error if it died. */
  ended(watch: Watch, error?: unknown): void;
}

/** Is it the fetch of undici 8, which Node 26 has? */
export function isControlled(handler: Handler): handler is ControllerHandler {
  return 'onRequestStart' in handler;
}

export function watchOf(handler: Handler, watcher: Watcher): CallbackWatch | ControllerWatch {
  return isControlled(handler) ? new ControllerWatch(handler, watcher) : new CallbackWatch(handler, watcher);
}
