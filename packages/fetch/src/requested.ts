/** A `Request` of any fetch, as much of it as is looked at here. */
export interface Requested {
  readonly url: string;
  readonly method: string;
  readonly headers: { get(name: string): string | null };
  readonly body?: unknown;
  readonly bodyUsed: boolean;
  readonly signal?: AbortSignal | null;
  readonly referrer?: string;
  readonly referrerPolicy?: string;
}

/** Known by its shape: another fetch has a class of its own. */
export function isRequest(input: unknown): input is Requested {
  return (
    typeof input === 'object' && input !== null && 'url' in input && typeof input.url === 'string' && 'headers' in input
  );
}

/** The body of a request that nobody has read or is reading; `undefined` if it has none of that kind. */
export function unreadBody({ body, bodyUsed }: Requested): ReadableStream<Uint8Array> | undefined {
  return !bodyUsed && body instanceof ReadableStream && !body.locked ? body : undefined;
}

/** What fetch forgets of a request as soon as it is given a second argument, however little that says. */
export function forgotten({ referrer, referrerPolicy }: Requested): object {
  return { ...(referrer !== undefined && { referrer }), ...(referrerPolicy !== undefined && { referrerPolicy }) };
}

/** The dispatcher that a request was made with, where it is to be seen: undici 6, which is Node 20 and 22. */
export function dispatcherOf(request: Requested): unknown {
  for (const symbol of Object.getOwnPropertySymbols(request)) {
    if (symbol.description === 'dispatcher') return (request as unknown as Record<symbol, unknown>)[symbol]; // its own
  }
  return undefined;
}
