import { asError, isCancel } from './cancel.ts';
import type { Watch, Watcher } from './watch.ts';

/** What a dispatcher of undici 8 gives to its handlers to steer a request by. */
export interface Controller {
  readonly aborted: boolean;
  readonly reason: unknown;
  readonly paused: boolean;
  readonly rawHeaders?: unknown;
  readonly rawTrailers?: unknown;
  abort(reason: unknown): void;
  pause(): void;
  resume(): void;
}

/** What the fetch of undici 8 (Node 26) hands to a dispatcher. */
export interface ControllerHandler {
  onRequestStart(controller: Controller, context?: unknown): void;
  onResponseStarted?(): void;
  onResponseStart(controller: Controller, status: number, headers: unknown, statusText?: string): void;
  onResponseData(controller: Controller, chunk: unknown): void;
  onResponseEnd(controller: Controller, trailers: unknown): void;
  onResponseError(controller: Controller | undefined, error: unknown): void;
  onRequestUpgrade(controller: Controller, status: number, headers: unknown, socket: unknown): unknown;
}

export class ControllerWatch implements ControllerHandler, Watch {
  readonly #handler: ControllerHandler;
  readonly #watcher: Watcher;
  #controller: WatchedController | undefined = undefined;
  #head = false;
  #dead = false;
  #cancelled = false;

  constructor(handler: ControllerHandler, watcher: Watcher) {
    this.#handler = handler;
    this.#watcher = watcher;
  }

  abort(reason: unknown): void {
    // Before a connection is assigned the dispatcher has given nothing to abort with, so fetch is told directly.
    if (this.#controller === undefined) this.onResponseError(undefined, asError(reason));
    else this.#controller.real.abort(asError(reason));
  }

  /** Fetch itself aborts. */
  stopping(reason: unknown): void {
    if (this.#head && !this.#dead) this.#cancelled ||= isCancel(reason, this.#watcher);
  }

  onRequestStart(controller: Controller, context?: unknown): void {
    if (this.#dead) {
      controller.abort(asError(this.#watcher.reason));
      return;
    }
    this.#watcher.connected();
    this.#handler.onRequestStart(this.#watched(controller), context);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onResponseStart(controller: Controller, status: number, headers: unknown, statusText?: string): void {
    if (status >= 200) this.#head = true;
    this.#handler.onResponseStart(this.#watched(controller), status, headers, statusText);
  }

  onResponseData(controller: Controller, chunk: unknown): void {
    this.#handler.onResponseData(this.#watched(controller), chunk);
  }

  onResponseEnd(controller: Controller, trailers: unknown): void {
    this.#dead = true;
    this.#handler.onResponseEnd(this.#watched(controller), trailers);
    this.#watcher.ended(this);
  }

  onResponseError(controller: Controller | undefined, error: unknown): void {
    if (this.#dead) return;
    this.#dead = true; // first: the handler's own method aborts too, and that is no cancel
    this.#handler.onResponseError(controller && this.#watched(controller), error);
    this.#watcher.ended(this, this.#cancelled ? undefined : error);
  }

  onRequestUpgrade(controller: Controller, status: number, headers: unknown, socket: unknown): unknown {
    return this.#handler.onRequestUpgrade(this.#watched(controller), status, headers, socket);
  }

  #watched(controller: Controller): Controller {
    if (this.#controller?.real !== controller) this.#controller = new WatchedController(controller, this);
    return this.#controller;
  }
}

/** The dispatcher's controller as fetch sees it. */
class WatchedController implements Controller {
  readonly real: Controller;
  readonly #watch: ControllerWatch;

  constructor(real: Controller, watch: ControllerWatch) {
    this.real = real;
    this.#watch = watch;
  }

  get aborted(): boolean {
    return this.real.aborted;
  }

  get reason(): unknown {
    return this.real.reason;
  }

  get paused(): boolean {
    return this.real.paused;
  }

  get rawHeaders(): unknown {
    return this.real.rawHeaders;
  }

  get rawTrailers(): unknown {
    return this.real.rawTrailers;
  }

  abort(reason: unknown): void {
    this.#watch.stopping(reason);
    this.real.abort(reason);
  }

  pause(): void {
    this.real.pause();
  }

  resume(): void {
    this.real.resume();
  }
}
