import type { Dispatcher } from './dispatcher.ts';

/** What ties one request to its attempt where a fetch may not use our dispatcher: the dispatcher, and a signal as well. */
export class Link {
  readonly init: { readonly dispatcher: Dispatcher; readonly signal: AbortSignal };
  readonly #controller = new AbortController();

  constructor(dispatcher: Dispatcher) {
    this.init = { dispatcher, signal: this.#controller.signal };
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Nobody wants its response: frees the connection of a fetch that has no other way. */
  drop(): void {
    this.#controller.abort(new DOMException('nobody reads the response', 'AbortError'));
  }
}
