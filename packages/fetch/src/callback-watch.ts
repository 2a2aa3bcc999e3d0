import { asError, isCancel } from './cancel.ts';
import type { Watch, Watcher } from './watch.ts';

type Stop = (reason?: unknown) => void;

/** What the fetch of undici 6 and 7 (Node 20 to 24) hands to a dispatcher. */
export interface CallbackHandler {
  onConnect(abort: Stop, context?: unknown): void;
  onResponseStarted?(): void;
  onHeaders(status: number, headers: unknown, resume: () => void, statusText: string): boolean;
  onData(chunk: unknown): boolean;
  onComplete(trailers: unknown): void;
  onError(error: unknown): void;
  onUpgrade(status: number, headers: unknown, socket: unknown): unknown;
}

export class CallbackWatch implements CallbackHandler, Watch {
  readonly #handler: CallbackHandler;
  readonly #watcher: Watcher;
  #stop: Stop | undefined = undefined;
  #head = false;
  #dead = false;
  #cancelled = false;

  constructor(handler: CallbackHandler, watcher: Watcher) {
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
      if (this.#head && !this.#dead) this.#cancelled ||= isCancel(reason, this.#watcher);
      abort(reason);
    }, context);
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
