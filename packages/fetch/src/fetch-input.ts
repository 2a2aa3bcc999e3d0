import type { RequestLike } from '@inmesh/http';

import { isReplayable } from './body.ts';
import { initOf, type Init } from './init.ts';
import { isDispatcher, type Dispatcher } from './watch.ts';

/** What a wrapped fetch was called with: the `input` of its calls. */
export class FetchInput implements RequestLike {
  /** fetch's first argument: a string, a `URL` or a `Request`. */
  readonly input: unknown;
  /** fetch's second argument. */
  readonly init: Init;
  readonly #request: Requested | undefined;

  constructor(input: unknown, init?: unknown) {
    this.input = input;
    this.init = initOf(init);
    this.#request = isRequest(input) ? input : undefined;
  }

  /** As the caller wrote it. */
  get url(): string {
    const { input } = this;
    if (typeof input === 'string') return input;
    if (this.#request !== undefined) return this.#request.url;
    return input instanceof URL ? input.href : String(input);
  }

  get method(): string {
    return this.init.method ?? this.#request?.method ?? 'GET';
  }

  header(name: string): string | null {
    const { headers } = this.init;
    if (headers === undefined) return this.#request?.headers.get(name) ?? null;
    try {
      return new Headers(headers).get(name);
    } catch {
      return null; // fetch says what is wrong with it
    }
  }

  /** The caller's own signal. */
  get signal(): AbortSignal | undefined {
    const signal = this.init.signal === undefined ? this.#request?.signal : this.init.signal;
    return typeof signal?.addEventListener === 'function' ? signal : undefined; // fetch says what is wrong with it
  }

  /** The caller's own dispatcher for this call. */
  get dispatcher(): Dispatcher | undefined {
    const { dispatcher } = this.init;
    return isDispatcher(dispatcher) ? dispatcher : undefined;
  }

  /** Can it be sent twice as it is? */
  get replayable(): boolean {
    const { body } = this.init;
    return body === undefined || body === null ? !this.#request?.body : isReplayable(body);
  }
}

/** A `Request` of any fetch. */
interface Requested {
  readonly url: string;
  readonly method: string;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  readonly signal?: AbortSignal;
}

function isRequest(input: unknown): input is Requested {
  return (
    typeof input === 'object' && input !== null && 'url' in input && typeof input.url === 'string' && 'headers' in input
  );
}
