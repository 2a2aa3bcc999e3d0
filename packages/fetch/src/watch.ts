/** What a dispatcher is told about a request; fetch made the object for this request alone. */
export interface DispatchOptions {
  origin?: unknown;
  servername?: unknown;
  headers?: unknown;
}

/** Somebody who carries requests: undici's Agent, Pool, ProxyAgent, MockAgent, and whatever has their shape. */
export interface Dispatcher {
  dispatch(options: DispatchOptions, handler: Handler): unknown;
  readonly isMockActive?: boolean;
}

/** Is it somebody who carries requests? */
export function isDispatcher(value: unknown): value is Dispatcher {
  return typeof value === 'object' && value !== null && 'dispatch' in value && typeof value.dispatch === 'function';
}

type Stop = (reason?: unknown) => void;

/** What the fetch of undici 6 and 7 (Node 20 to 24) hands to `dispatch` to hear of its request. */
export interface Handler {
  onConnect(abort: Stop, context?: unknown): void;
  onResponseStarted?(): void;
  onHeaders(status: number, headers: unknown, resume: () => void, statusText: string): boolean;
  onData(chunk: unknown): boolean;
  onComplete(trailers: unknown): void;
  onError(error: unknown): void;
  onUpgrade(status: number, headers: unknown, socket: unknown): unknown;
}

/** Is told by a {@link Watch} how one request went. */
export interface Watcher {
  /** Was it aborted, by whom it is not told? */
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

/**
 * Stands between fetch and the dispatcher for one request: sees when it is over, and can end it wherever it stands,
 * queued too, without an `AbortSignal`.
 */
export class Watch implements Handler {
  readonly #handler: Handler;
  readonly #watcher: Watcher;
  #stop: Stop | undefined = undefined;
  #head = false;
  #dead = false;
  #cancelled = false;

  constructor(handler: Handler, watcher: Watcher) {
    this.#handler = handler;
    this.#watcher = watcher;
  }

  abort(reason: unknown): void {
    // Before a connection is assigned the dispatcher has given nothing to abort with, so fetch is told directly.
    if (this.#stop === undefined) this.onError(asError(reason));
    else this.#stop(asError(reason));
  }

  onConnect(abort: Stop, context?: unknown): void {
    if (this.#dead) {
      abort(asError(this.#watcher.reason));
      return;
    }
    this.#stop = abort;
    this.#watcher.connected();
    this.#handler.onConnect((reason) => {
      this.#cancelled ||= this.#isCancel(reason);
      abort(reason);
    }, context);
  }

  /** Fetch itself ends a request after the head when the reader cancels, when the caller aborts, or when it cannot decode. */
  #isCancel(reason: unknown): boolean {
    return this.#head && !this.#dead && !this.#watcher.aborted && !this.#watcher.callerAborted && !isSystem(reason);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onHeaders(status: number, headers: unknown, resume: () => void, statusText: string): boolean {
    if (status >= 200) this.#head = true;
    return this.#handler.onHeaders(status, headers, resume, statusText);
  }

  onData(chunk: unknown): boolean {
    return this.#handler.onData(chunk);
  }

  onComplete(trailers: unknown): void {
    this.#dead = true;
    this.#handler.onComplete(trailers);
    this.#watcher.ended(this);
  }

  onError(error: unknown): void {
    if (this.#dead) return;
    this.#dead = true; // first: the handler's own method aborts too, and that is no cancel
    this.#handler.onError(error);
    this.#watcher.ended(this, this.#cancelled ? undefined : error);
  }

  onUpgrade(status: number, headers: unknown, socket: unknown): unknown {
    return this.#handler.onUpgrade(status, headers, socket);
  }
}

/** An error of zlib, which fetch ends a request with when it cannot decode the body: no reader would give that as reason. */
function isSystem(reason: unknown): boolean {
  return reason instanceof Error && typeof (reason as { errno?: unknown }).errno === 'number';
}

/** Streams and sockets want errors; a call may be aborted with anything. */
function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
