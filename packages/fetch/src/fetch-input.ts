import { IGNORABLE, type Call, type Clock } from '@inmesh/core';
import { show } from '@inmesh/core/options';
import { isIdempotent, type RequestLike } from '@inmesh/http';

import { isReplayable } from './body.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Spelled } from './detour.ts';
import { initOf, isObject, type Init } from './init.ts';
import { judgedAs } from './outcome.ts';
import { isOwnRequest } from './platform.ts';
import { anyStream, readAhead, readWhatIsThere, sourceOf, type Source } from './read-ahead.ts';
import { dispatcherOf, forgotten, isRequest, membersOf, unreadBody, type Requested } from './requested.ts';

/** What a wrapped fetch was called with. */
export interface FetchInput extends RequestLike {
  /** fetch's first argument: a string, a `URL` or a `Request`. */
  readonly input: unknown;
  /** fetch's second argument; an empty object if there was none. */
  readonly init: object;
  /** As the caller wrote it. */
  readonly url: string;
}

/**
 * What a wrapped fetch was called with, for policies that look at requests; `undefined` for calls of anything else.
 *
 * @example
 * const isWrite = (call: Call) => fetchInputOf(call)?.method !== 'GET';
 */
export function fetchInputOf({ input }: Call): FetchInput | undefined {
  return input instanceof Asked ? input : undefined;
}

/** The `input` of the calls of a wrapped fetch. */
export class Asked implements FetchInput {
  readonly input: unknown;
  readonly init: Init;
  readonly method: string;
  /** The caller's own signal. */
  readonly signal: AbortSignal | undefined;
  readonly #request: Requested | undefined;
  readonly #nonsense: unknown;
  #keeping: Promise<void> | undefined = undefined;
  #reading: Source | undefined = undefined; // unless it is kept whole
  #kept: Uint8Array | ReadableStream<Uint8Array> | undefined = undefined;

  constructor(input: unknown, init?: unknown) {
    this.input = input;
    this.init = initOf(init);
    this.#request = isRequest(input) ? input : undefined;
    this.#nonsense = isObject(init) ? undefined : init;
    this.method = methodOf(this.init, this.#request);
    this.signal = signalOf(this.init, this.#request);
  }

  get url(): string {
    const { input } = this;
    if (typeof input === 'string') return input;
    if (this.#request !== undefined) return this.#request.url;
    return input instanceof URL ? input.href : String(input);
  }

  header(name: string): string | null {
    const { headers } = this.init;
    if (headers === undefined || headers === null) return this.#request?.headers.get(name) ?? null;
    try {
      return new Headers(headers).get(name);
    } catch {
      return null; // fetch says what is wrong with it
    }
  }

  /** The caller's own dispatcher for this call. */
  get dispatcher(): Dispatcher | undefined {
    const dispatcher = this.init.dispatcher || (this.#request && dispatcherOf(this.#request)); // as fetch chooses it
    return (dispatcher || undefined) as Dispatcher | undefined; // if it is none, fetch fails with it
  }

  /** Can it be sent again as it was? */
  get replayable(): boolean {
    if (hasBody(this.init)) return isReplayable(this.init.body);
    return this.#kept instanceof Uint8Array || isReplayable(this.#request?.body);
  }

  /**
   * Keeps the body of a `Request` that may be repeated, if it is no longer than `limit` bytes; `undefined` if there is
   * nothing to wait for.
   */
  keep(limit: number): Promise<void> | undefined {
    return this.#keeping ?? (isIdempotent(this) ? this.#keep(limit) : undefined);
  }

  /**
   * Keeps the body of a `Request` for a redirect, as plain fetch does with one that was made of something whole: as much of
   * it as is there, for what is still to come is a stream's.
   */
  keepWhatIsThere(limit: number, clock: Clock): Promise<void> | undefined {
    const redirect = this.init.redirect ?? this.#request?.redirect ?? 'follow';
    return this.#keeping ?? (redirect === 'follow' ? this.#keep(limit, clock) : undefined);
  }

  #keep(limit: number, clock?: Clock): Promise<void> | undefined {
    if (this.#request === undefined || this.replayable || hasBody(this.init)) return undefined;
    const body = unreadBody(this.#request);
    if (body === undefined) return undefined;
    const source = (this.#reading = sourceOf(body));
    const reading = clock === undefined ? readAhead(source, limit) : readWhatIsThere(source, limit, clock);
    this.#keeping = reading.then(
      (kept) => {
        this.#kept = kept;
        if (kept instanceof Uint8Array) this.#reading = undefined;
      },
      (error: unknown) => {
        this.#reading = undefined;
        throw isObject(error) ? judgedAs(error, IGNORABLE) : error; // it is the caller's own body that died
      },
    );
    return this.#keeping;
  }

  /** The call failed: of a body that was not kept whole nobody wants the rest. The fetch that sends it may wait for it for ever. */
  stopKeeping(reason: unknown): void {
    this.#reading?.cancel(reason).catch(() => {});
  }

  /** Is fetch's first argument a `Request`, of whatever class? */
  get hasRequest(): boolean {
    return this.#request !== undefined;
  }

  /** Is it a `Request` that the platform's own fetch does not know: of undici, of node-fetch? */
  get foreign(): boolean {
    return this.#request !== undefined && !isOwnRequest(this.#request);
  }

  /** Was its `Request` read, by us or by somebody? Then no fetch can send it as it is. */
  get wasRead(): boolean {
    return this.#request !== undefined && (this.#kept instanceof ReadableStream || this.#request.bodyUsed);
  }

  /** Is the second argument nothing that a fetch takes? The fetch says so best. */
  get hasNonsense(): boolean {
    return this.#nonsense !== undefined && this.#nonsense !== null;
  }

  /** fetch's second argument for one attempt, the first being as it was. */
  initFor({ dispatcher, signal }: { readonly dispatcher: Dispatcher; readonly signal?: AbortSignal }): unknown {
    if (this.hasNonsense) return this.#nonsense;
    const init: Record<string, unknown> = { ...this.init, dispatcher };
    if (signal !== undefined) init['signal'] = signal;
    if (this.#request === undefined) return init;
    if (Object.keys(this.init).length === 0) Object.assign(init, forgotten(this.#request));
    if (this.#kept !== undefined) Object.assign(init, { body: this.#kept, duplex: 'half' });
    return init;
  }

  /**
   * What every fetch understands as its second argument, the first being the URL: what the caller said, over what its
   * `Request` says.
   */
  spelled(): Spelled {
    const request = this.#request;
    if (request === undefined) return { ...this.init };
    const init: Record<string, unknown> = { ...membersOf(request), ...this.init };
    if (hasBody(this.init) || !request.body) return init;
    const body = this.#kept ?? request.body;
    if (body === request.body && request.bodyUsed)
      throw judgedAs(new TypeError('the body of the request was read before'), IGNORABLE);
    if (!isReplayable(body)) delete init['keepalive']; // which is for pages that close; fetch refuses it with a stream
    return { ...init, body: anyStream(body), duplex: 'half' };
  }
}

function methodOf({ method }: Init, request: Requested | undefined): string {
  const given: unknown = method ?? request?.method ?? 'GET';
  return typeof given === 'string' ? given : show(given); // fetch says what is wrong with it
}

function signalOf(init: Init, request: Requested | undefined): AbortSignal | undefined {
  const signal = init.signal === undefined ? request?.signal : init.signal;
  return typeof signal?.addEventListener === 'function' ? signal : undefined; // fetch says what is wrong with it
}

function hasBody({ body }: Init): boolean {
  return body !== undefined && body !== null;
}
